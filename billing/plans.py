"""The plan catalogue: what each tier includes, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise

from accounts.models import Tier

CREDIT_MICRO_USD: Final = 1_000
"""One credit pays for up to this much of a model's list price, in micro-USD; a call is rounded up to whole credits."""

GIB: Final = 1024**3


class Currency(StrEnum):
    EUR = "eur"
    USD = "usd"


class Interval(StrEnum):
    """How often a plan is paid for."""

    MONTH = "month"
    YEAR = "year"


MONTHS: Final = {Interval.MONTH: 1, Interval.YEAR: 12}

Prices = Mapping[Currency, Mapping[Interval, int]]
"""In whole minor units: cents."""


def prices(*, month: int, year: int) -> Prices:
    """Return the prices of a plan, whose numbers are the same in euros and in dollars."""
    return {currency: {Interval.MONTH: month, Interval.YEAR: year} for currency in Currency}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a month on a tier includes.

    `credits` may be spent on any model; at most `premium_credits` of them on premium models. `requests_per_minute`
    bounds the API, counted per account. `storage_bytes` is what media may take, `voices` how many brand voices there may be,
    `campaigns` how many may be begun in a calendar month (UTC).
    """

    tier: Tier
    credits: int
    premium_credits: int
    requests_per_minute: int
    storage_bytes: int
    voices: int
    campaigns: int
    prices: Prices

    @property
    def name(self) -> str | Promise:
        return self.tier.label

    def price(self, currency: Currency, interval: Interval) -> int:
        """Return what the plan costs in minor units, for the whole interval."""
        return self.prices[currency][interval]

    def monthly_price(self, currency: Currency, interval: Interval) -> int:
        """Return what a month comes to when it is paid for by the interval, in minor units, rounded up."""
        return -(-self.price(currency, interval) // MONTHS[interval])


PLANS: Final[dict[str, Plan]] = {
    plan.tier.value: plan
    for plan in (
        Plan(
            Tier.FREE,
            credits=200,
            premium_credits=60,
            requests_per_minute=600,
            storage_bytes=GIB,
            voices=1,
            campaigns=5,
            prices=prices(month=0, year=0),
        ),
        Plan(
            Tier.STARTER,
            credits=2_000,
            premium_credits=800,
            requests_per_minute=900,
            storage_bytes=20 * GIB,
            voices=3,
            campaigns=30,
            prices=prices(month=12_00, year=120_00),
        ),
        Plan(
            Tier.PRO,
            credits=8_000,
            premium_credits=4_000,
            requests_per_minute=1_800,
            storage_bytes=100 * GIB,
            voices=10,
            campaigns=120,
            prices=prices(month=29_00, year=288_00),
        ),
        Plan(
            Tier.SCALE,
            credits=40_000,
            premium_credits=40_000,
            requests_per_minute=6_000,
            storage_bytes=500 * GIB,
            voices=50,
            campaigns=600,
            prices=prices(month=99_00, year=984_00),
        ),
    )
}


def get(tier: str) -> Plan:
    """Return the plan of a tier; `User.tier` is constrained to the tiers listed here."""
    return PLANS[tier]


def at_least(tier: str) -> tuple[str, ...]:
    """Return the tiers whose plans include at least as many credits as that of `tier`."""
    credits = get(tier).credits
    return tuple(plan.tier.value for plan in PLANS.values() if plan.credits >= credits)
