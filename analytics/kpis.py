"""Every figure that is more than a count: one function each, with the definition that pages show beside it.

    KPIS["arppu"].label, KPIS["arppu"].definition      in words
    arppu(Decimal(1200), 3)                            Decimal("400")

Amounts are of one currency and in the unit of the caller's, so results are in the same. A share is a percentage. None
says that there is nothing to divide by (n/a); whether a figure rests on enough, `Kpi.is_told` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HUNDRED: Final = Decimal(100)
HOURS_OF_WEEK: Final = 168
LONGEST_LIFE: Final = 60
"""Months. A month in which nobody left tells nothing of years to come."""


class Kind(StrEnum):
    """What a result is: money of the amounts that went in, a percentage, or a number of times."""

    MONEY = "money"
    PERCENT = "percent"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Kpi:
    """How a figure is called and meant. Below `fewest` of what it is a share or a mean of, it is not told."""

    key: str
    label: _StrPromise
    definition: _StrPromise
    kind: Kind
    fewest: int = 1
    is_good_up: bool = True

    def is_told(self, sample: int) -> bool:
        """Return whether a figure that rests on so many says something; if not, pages say "not enough data"."""
        return sample >= self.fewest


def net_revenue(gross: Decimal, fees: Decimal, refunded: Decimal) -> Decimal:
    """Return what is left. `fees` are those that the platforms kept, after the refunds."""
    return gross - refunded - fees


def arpu(net: Decimal, fans: int) -> Decimal | None:
    """Return what came in for each fan that there was, paying or not."""
    return ratio(net, fans)


def arppu(net: Decimal, paying: int) -> Decimal | None:
    """Return what came in for each fan who paid."""
    return ratio(net, paying)


def fan_churn(paying_before: int, stayed: int) -> Decimal | None:
    """Return the share of those who paid in the period before, and not in this one."""
    return share(paying_before - stayed, paying_before)


def rebill_rate(subscribed_before: int, renewed: int) -> Decimal | None:
    """Return the share of subscriptions of the month before that were renewed."""
    return share(renewed, subscribed_before)


def ltv(arppu_of_month: Decimal | None, churn_of_month: Decimal | None) -> Decimal | None:
    """Return what a paying fan brings until they leave; LONGEST_LIFE months at most, however few leave."""
    if arppu_of_month is None or churn_of_month is None:
        return None
    months = HUNDRED / churn_of_month if churn_of_month > 0 else Decimal(LONGEST_LIFE)
    return arppu_of_month * min(months, Decimal(LONGEST_LIFE))


def conversion(reached: int, before: int) -> Decimal | None:
    """Return the share of a step of the funnel that reached the next one; above 100 where the next has other sources."""
    return share(reached, before)


def growth(now: Decimal | int, before: Decimal | int) -> Decimal | None:
    """Return by how much a figure grew, of what it was."""
    return share(Decimal(now) - before, abs(Decimal(before)))


def average_earning(gross: Decimal, earnings: int) -> Decimal | None:
    """Return what a fan pays at once, on average."""
    return ratio(gross, earnings)


def refund_rate(refunded: Decimal, gross: Decimal) -> Decimal | None:
    """Return the share of the money that went back, whenever it had been paid."""
    return share(refunded, gross)


def edited_rate(edited: int, used: int) -> Decimal | None:
    """Return the share of a model's drafts that the creator changed before using them."""
    return share(edited, used)


def ai_saving(cost: Decimal, baseline: Decimal) -> Decimal | None:
    """Return the share that was saved against asking the largest model for everything."""
    return share(baseline - cost, baseline)


def best_time_score(in_hour: int, in_week: int) -> Decimal | None:
    """Return how many times the average hour of the week an hour is: 1 where nothing stands out."""
    return ratio(Decimal(in_hour * HOURS_OF_WEEK), in_week)


def best_hours(counts: Sequence[int], *, most: int = 3) -> list[int]:
    """Return the places of the best hours in a week of counts, the best first; those with too little are left out."""
    told = [place for place, count in enumerate(counts) if KPIS["best_time_score"].is_told(count)]
    return sorted(told, key=lambda place: (-counts[place], place))[:most]


def ratio(amount: Decimal | int, number: Decimal | int) -> Decimal | None:
    return Decimal(amount) / number if number > 0 else None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return part * HUNDRED / whole if whole > 0 else None


ALL: Final = (
    Kpi(
        "gross_revenue",
        _("Gross revenue"),
        _("What fans paid, before fees and refunds; what was entered by mistake and taken back does not count."),
        Kind.MONEY,
    ),
    Kpi(
        "net_revenue",
        _("Net revenue"),
        _("What fans paid, less the fees of the platforms, refunds and what was taken back as a mistake."),
        Kind.MONEY,
    ),
    Kpi("arpu", _("Revenue per fan"), _("Net revenue divided by all fans, paying or not (ARPU)."), Kind.MONEY),
    Kpi(
        "arppu",
        _("Revenue per paying fan"),
        _("Net revenue divided by the fans who paid in these days (ARPPU)."),
        Kind.MONEY,
    ),
    Kpi(
        "fan_churn",
        _("Churn"),
        _("Of the fans who paid in the period before, those who did not pay again in this one."),
        Kind.PERCENT,
        fewest=5,
        is_good_up=False,
    ),
    Kpi(
        "rebill_rate",
        _("Renewals"),
        _("Of the fans whose subscription was paid in the month before, those who renewed it in this one."),
        Kind.PERCENT,
        fewest=5,
    ),
    Kpi(
        "ltv",
        _("Value of a paying fan"),
        _(
            "What a paying fan brings until they leave: the revenue per paying fan of a month, divided by the churn of"
            " a month (LTV). It is an estimate, and counts five years at most."
        ),
        Kind.MONEY,
        fewest=20,
    ),
    Kpi(
        "conversion",
        _("Conversion"),
        _("Of those who came as far as one step, the share that came to the next: view, follow, first payment."),
        Kind.PERCENT,
        fewest=10,
    ),
    Kpi(
        "growth",
        _("Growth"),
        _("By how much a figure changed against the period before, of what it was."),
        Kind.PERCENT,
    ),
    Kpi("average_earning", _("Average payment"), _("Gross revenue divided by the number of payments."), Kind.MONEY),
    Kpi(
        "refund_rate",
        _("Refunds"),
        _("What was given back in these days, of the gross revenue of the same days."),
        Kind.PERCENT,
        is_good_up=False,
    ),
    Kpi(
        "edited_rate",
        _("Drafts changed"),
        _("Of the drafts that a model wrote and you used, those that you changed first."),
        Kind.PERCENT,
        fewest=5,
    ),
    Kpi(
        "ai_saving",
        _("Saved by routing"),
        _("What the largest model would have cost for the same requests, less what the chosen ones did."),
        Kind.PERCENT,
    ),
    Kpi(
        "best_time_score",
        _("Best time"),
        _("How often something happened in an hour of the week, against the average hour of the same weeks."),
        Kind.TIMES,
        fewest=3,
    ),
)
KPIS: Final[dict[str, Kpi]] = {kpi.key: kpi for kpi in ALL}
