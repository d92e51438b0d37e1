"""Figures in words: what they are, how they moved, and n/a for what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import currencies
from accounts.dates import written
from analytics.ranges import Range

Direction = Literal["up", "down", "same", ""]
Unit = Literal["count", "minor", "percent", "micro_usd"]

ZERO: Final = Decimal(0)
# A percentage of next to nothing frightens or flatters for no reason.
LARGEST_PERCENT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved since the range before. `mood` says whether that is good for the creator."""

    words: str
    direction: Direction = ""
    mood: Literal["good", "bad", ""] = ""
    percent: Decimal | None = None


def change(now: Decimal | None, before: Decimal | None, *, unit: Unit = "count", good: Direction = "up") -> Change:
    """Return how a figure moved; a share moves by points. Without a figure on both sides there is nothing to compare."""
    if now is None or before is None or (unit != "percent" and before == 0 and now != 0):
        return Change(_("Nothing to compare with"))
    if now == before:
        return Change(_("As in the period before"), "same")
    direction: Direction = "up" if now > before else "down"
    mood: Literal["good", "bad", ""] = "" if not good else "good" if direction == good else "bad"
    if unit == "percent":
        points = abs(now - before)
        form = _("%(points)s points more than before") if direction == "up" else _("%(points)s points less than before")
        return Change(form % {"points": number(points, 1)}, direction, mood, now - before)
    percent = (now - before) * 100 / abs(before)
    if percent > LARGEST_PERCENT:
        return Change(_("More than ten times as much as before"), direction, mood, percent)
    form = _("%(percent)s%% more than before") if direction == "up" else _("%(percent)s%% less than before")
    return Change(form % {"percent": number(abs(percent), 1)}, direction, mood, percent)


def shown(value: Decimal | int | None, unit: Unit, currency: str = "") -> str:
    """Return a figure with its unit; n/a for None."""
    if value is None:
        return _("n/a")
    match unit:
        case "minor":
            return currencies.written(value, currency)
        case "micro_usd":
            return dollars(Decimal(value))
        case "percent":
            return _("%(percent)s%%") % {"percent": number(Decimal(value), 1)}
        case "count":
            return number(Decimal(value), 0 if round(value, 1) == int(value) else 1)


def dollars(micro_usd: Decimal) -> str:
    """Return micro-USD to the cent, or with two significant digits below ten cents."""
    amount = micro_usd / 1_000_000
    places = 2 if amount == 0 else max(2, 1 - amount.adjusted())
    return ("−" if amount < 0 else "") + _("$%(amount)s") % {"amount": number(abs(amount), places)}


def number(value: Decimal, places: int = 0) -> str:
    # Django's own formatting cuts digits off where it should round.
    return formats.number_format(round(value, places), decimal_pos=places, force_grouping=True)


def days(range_: Range) -> str:
    """Return the days of a range: "1 November – 28 November 2026"."""
    first = written(range_.start, _("j M Y") if range_.start.year != range_.end.year else _("j M"))
    last = written(range_.end, _("j M Y"))
    return pgettext("days", "%(first)s – %(last)s") % {"first": first, "last": last} if range_.days > 1 else last


def step(day: date, range_: Range) -> str:
    """Return the name of a step of a chart: a day, or a month."""
    return written(day, _("j M")) if range_.step == "day" else written(day, _("M Y"))
