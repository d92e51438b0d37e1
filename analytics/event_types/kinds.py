"""What a field of an event may hold. Each kind says what is wrong with a value, and what a good one looks like.

Stored as JSON: money is a whole number of minor units, or a string of micro-USD, since JSON numbers are floats to many
readers; a time is ISO 8601 with its offset. No kind takes words of a person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

LONGEST: Final = 255
MOST: Final = 2**63 - 1
MICRO_USD: Final = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
CURRENCY: Final = re.compile(r"[a-z]{3}")

Fault = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`fault` returns what is wrong with a value, None for a good one; `sample` is a good one; `told` is for the docs."""

    told: str
    fault: Fault
    sample: Any

    def or_none(self) -> Kind:
        """Return the same kind, where None says that there is nothing to tell."""
        fault = self.fault
        return replace(self, told=f"{self.told}, or none", fault=lambda value: None if value is None else fault(value))


def text(*choices: str, most: int = LONGEST) -> Kind:
    """Return a kind for a name, an id or a code: any of at most so many characters, or one of `choices`."""
    if choices:
        return Kind(" · ".join(f"`{one}`" for one in choices), _one_of(frozenset(choices)), choices[0])

    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"is {type(value).__name__}, declared text"
        if "\x00" in value:
            return "has a NUL, which no column can hold"
        return None if len(value) <= most else f"has {len(value)} characters, declared at most {most}"

    return Kind("text" if most == LONGEST else f"text of at most {most}", fault, "text"[:most])


def whole(*, least: int = 0, most: int = MOST) -> Kind:
    """Return a kind for a whole number from `least` to `most`."""

    def fault(value: Any) -> str | None:
        # bool is an int to isinstance().
        if not isinstance(value, int) or isinstance(value, bool):
            return f"is {type(value).__name__}, declared a whole number"
        return None if least <= value <= most else f"is {value}, declared from {least} to {most}"

    limits = "" if most == MOST and least == 0 else f" from {least}" if most == MOST else f" from {least} to {most}"
    return Kind(f"whole number{limits}" if least > -MOST else "whole number, also below 0", fault, max(least, 7))


def listing(*choices: str, most: int = 50) -> Kind:
    """Return a kind for a list of at most so many names, all of `choices` where some are given."""
    one = text(*choices)

    def fault(value: Any) -> str | None:
        if not isinstance(value, list):
            return f"is {type(value).__name__}, declared a list"
        if len(value) > most:
            return f"has {len(value)} entries, declared at most {most}"
        return next((f"has an entry that {wrong}" for item in value if (wrong := one.fault(item))), None)

    return Kind(f"list of {one.told}", fault, [one.sample])


def _one_of(choices: Collection[str]) -> Fault:
    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"is {type(value).__name__}, declared text"
        return None if value in choices else f"is {value[:40]!r}, declared one of {', '.join(sorted(choices))}"

    return fault


def _shaped(shape: re.Pattern[str], told: str) -> Fault:
    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"is {type(value).__name__}, declared {told}"
        return None if shape.fullmatch(value) else f"is {value[:40]!r}, declared {told}"

    return fault


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"is {type(value).__name__}, declared true or false"


def _moment(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"is {type(value).__name__}, declared a time"
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return f"is {value[:40]!r}, declared a time"
    return None if at.tzinfo else "is a time without its offset"


FLAG: Final = Kind("true or false", _flag, True)  # noqa: FBT003  # a sample
ID: Final = replace(text(most=64), told="id")
MINOR: Final = replace(whole(), told="minor units")
SIGNED_MINOR: Final = replace(whole(least=-MOST), told="minor units, also below 0")
USD: Final = Kind("micro-USD as text", _shaped(MICRO_USD, "micro-USD as text"), "1250.5")
MONEY: Final = Kind("currency, as in `eur`", _shaped(CURRENCY, "a currency, as in eur"), "eur")
MOMENT: Final = Kind("time", _moment, "2026-11-22T12:00:00+00:00")
HOST: Final = replace(text(most=253), told="host name, or empty")
VISITOR: Final = Kind("number of a visitor that is good for a day", whole(least=-MOST - 1).fault, -4611686018427387904)
