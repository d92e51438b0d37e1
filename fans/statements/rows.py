"""A row of a statement, made a line for the books; or what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from fans import books
from fans.models import Currency, Earning

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from fans.statements.files import Table

FAULTS: Final[Mapping[str, _StrPromise]] = {
    "when": _("The date cannot be read."),
    "future": _("The date is still to come."),
    "amount": _("The amount cannot be read."),
    "negative": _("The amount is below zero: write a refund down at its payment."),
    "zero": _("Nothing was paid."),
    "large": _("The amount is larger than any payment."),
    "fee": _("The fee cannot be read, or is more than what was paid."),
    "currency": _("The currency is not one that is kept here."),
}
DAY_FIRST: Final = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
MONTH_FIRST: Final = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
IN_WORDS: Final = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
TIMES: Final = ("", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", ", %I:%M %p")
AHEAD: Final = timedelta(days=1)
"""A statement may be of a place where it is tomorrow already."""

# What says where the money comes from; the first that a text has is taken.
SOURCES: Final = (
    ("renewal", ("renew", "recurring", "rebill", "renouvel")),
    ("subscription", ("subscri", "abonn", "pledge", "membership")),
    ("tip", ("tip", "pourboire", "donation")),
    ("ppv", ("ppv", "pay per view", "pay-per-view", "post", "media", "stream")),
    ("message", ("message", "chat")),
)


class Wrong(Exception):
    """The row cannot be read: `code` is one of FAULTS."""

    def __init__(self, code: str) -> None:
        super().__init__(str(FAULTS[code]))
        self.code = code


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is left out: its number in the file, what it says, and why."""

    number: int
    cells: Sequence[str]
    code: str

    @property
    def why(self) -> str:
        return str(FAULTS[self.code])


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a statement: lines without their fans, and the rows that are left out."""

    lines: list[books.Line]
    faults: list[Fault]


def read(table: Table, mapping: Mapping[str, Any], *, zone: str, now: datetime) -> Read:
    """Read every row as the mapping says."""
    places = {field: table.columns.index(name) for field, name in mapping.items() if name in table.columns}
    lines: list[books.Line] = []
    faults = []
    # Lines that say the very same are told apart by their number.
    seen: Counter[str] = Counter()
    for number, cells in enumerate(table.rows, start=2):
        told = {field: cells[place] for field, place in places.items()}
        try:
            line = line_of(told, mapping, ZoneInfo(zone), now)
        except Wrong as error:
            faults.append(Fault(number, cells, error.code))
            continue
        same = line.fingerprint
        lines.append(line if line.reference else replace(line, number=seen[same]))
        seen[same] += 1
    return Read(lines, faults)


def line_of(told: Mapping[str, str], mapping: Mapping[str, Any], zone: tzinfo, now: datetime) -> books.Line:
    """Return what a row says. Raises Wrong."""
    at = moment(told.get("when", ""), zone, month_first=mapping.get("order") == "month")
    if at > now + AHEAD:
        raise Wrong("future")
    gross, fee = amounts(told)
    currency = (told.get("currency") or str(mapping.get("for_all_currency", ""))).strip().lower()
    if currency not in Currency.values:
        raise Wrong("currency")
    return books.Line(
        source=source_of(told.get("source", ""), str(mapping.get("for_all_source") or Earning.Source.OTHER)),
        platform=str(mapping["for_all_platform"]),
        currency=currency,
        gross_minor=gross,
        fee_minor=fee,
        occurred_at=at,
        payer=told.get("payer", "").removeprefix("@").strip()[:120],
        reference=told.get("reference", "")[:120],
        note=told.get("note", "")[:200],
    )


def amounts(told: Mapping[str, str]) -> tuple[int, int]:
    """Return what was paid and the fee in cents, from those two of gross, fee and net that are there. Raises Wrong."""
    gross, net = cents(told.get("gross", ""), "amount"), cents(told.get("net", ""), "amount")
    fee = cents(told.get("fee", ""), "fee")
    if gross is None and net is not None:
        gross = net + abs(fee or 0)
    if gross is None:
        raise Wrong("amount")
    if fee is None:
        fee = gross - net if net is not None else 0
    if gross < 0:
        raise Wrong("negative")
    if gross == 0:
        raise Wrong("zero")
    if gross > books.LARGEST_MINOR:
        raise Wrong("large")
    # Some write what is taken off with a minus.
    if abs(fee) > gross or (fee < 0 and net is not None and net > gross):
        raise Wrong("fee")
    return gross, abs(fee)


def cents(text: str, code: str) -> int | None:
    """Return an amount in cents, whichever sign stands before its decimals; None for no text. Raises Wrong."""
    if not text.strip():
        return None
    is_below = "-" in text or "−" in text or ("(" in text and ")" in text)
    digits = re.sub(r"[^\d.,]", "", text)
    head, sign, tail = digits.rpartition(max(".,", key=digits.rfind))
    if sign and len(tail) == 3 and digits.count(sign) >= 1 and not re.search(r"[.,]", head.replace(sign, "")):
        # 1,234 is a thousand and some: nobody pays tenths of a cent.
        head, tail = head + tail, ""
    try:
        value = (
            Decimal(f"{re.sub(r'[.,]', '', head) or ('0' if sign else '')}.{tail or '0'}") if sign else Decimal(digits)
        )
    except InvalidOperation as error:
        raise Wrong(code) from error
    if value != round(value, 2):
        raise Wrong(code)
    return int(value * 100) * (-1 if is_below else 1)


def moment(text: str, zone: tzinfo, *, month_first: bool) -> datetime:
    """Return a time in one of the usual forms; without an offset it is of `zone`. Raises Wrong."""
    text = " ".join(text.replace(" UTC", "+00:00").split())
    found = None
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)) is not None:
            found = datetime(day.year, day.month, day.day, tzinfo=zone)
    except ValueError:
        pass
    forms = [*(MONTH_FIRST if month_first else DAY_FIRST), *IN_WORDS]
    for form in (one + time for one in forms for time in TIMES):
        if found is not None:
            break
        try:
            found = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    if found is None or not 2000 <= found.year <= 2100:
        raise Wrong("when")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def source_of(text: str, otherwise: str) -> str:
    """Return what a row's words say that the money is for; what they do not say, is as told for all."""
    said = text.lower()
    return next((source for source, words in SOURCES if any(word in said for word in words)), otherwise)
