"""In which currency and by which interval prices are shown: what a page is asked for, and the links to the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language

from billing.pages import wording
from billing.plans import Currency, Interval

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page with another currency or interval."""

    label: str | Promise
    url: str
    chosen: bool


def currency(asked: QueryDict) -> Currency:
    """Return the currency that is asked for; that of the reader's language otherwise."""
    return _chosen(Currency, asked.get("currency"), Currency.EUR if get_language() == "fr" else Currency.USD)


def interval(asked: QueryDict) -> Interval:
    """Return the interval that is asked for; a month otherwise."""
    return _chosen(Interval, asked.get("interval"), Interval.MONTH)


def currencies(path: str, among: Iterable[Currency], currency: Currency, interval: Interval) -> list[Choice]:
    """Return the links of the page at `path` to each currency."""
    return [Choice(each.value.upper(), _address(path, each, interval), each == currency) for each in among]


def intervals(path: str, currency: Currency, interval: Interval) -> list[Choice]:
    """Return the links of the page at `path` to each interval."""
    return [
        Choice(label, _address(path, currency, each), each == interval) for each, label in wording.INTERVALS.items()
    ]


def _chosen(kind: type[E], asked: str | None, otherwise: E) -> E:
    return next((member for member in kind if member.value == asked), otherwise)


def _address(path: str, currency: Currency, interval: Interval) -> str:
    return f"{path}?{urlencode({'currency': currency.value, 'interval': interval.value})}#plans"
