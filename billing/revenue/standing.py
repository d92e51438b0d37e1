"""How the subscriptions stand now, from their rows: two queries, however many there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, Sum

from accounts.models import Tier
from billing.models import PAYING, Subscription

LIVE: Final = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete")
"""The states of what has not ended for good."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The accounts that pay for one plan and interval. `unknown` is how many of them nobody has told the price of."""

    tier: str
    interval: str
    accounts: int
    yearly_minor: int
    unknown: int

    @property
    def name(self) -> str:
        return str(Tier(self.tier).label)

    @property
    def mrr(self) -> Decimal | None:
        return None if self.unknown == self.accounts else Decimal(self.yearly_minor) / 12


@dataclass(slots=True)
class Standing:
    """How the subscriptions in one currency stand."""

    currency: str
    plans: list[Plan] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    ending: int = 0

    @property
    def yearly_minor(self) -> int:
        return sum(plan.yearly_minor for plan in self.plans)

    @property
    def unknown(self) -> int:
        return sum(plan.unknown for plan in self.plans)

    @property
    def paying(self) -> int:
        return sum(plan.accounts for plan in self.plans)

    @property
    def trialing(self) -> int:
        return self.states["trialing"]

    @property
    def in_grace(self) -> int:
        return self.states["grace"]

    @property
    def arr(self) -> Decimal | None:
        """What the paying accounts come to in a year; None where of none of them it was told."""
        return None if self.unknown and self.unknown == self.paying else Decimal(self.yearly_minor)

    @property
    def mrr(self) -> Decimal | None:
        """A twelfth of that, whatever the interval."""
        return None if self.arr is None else self.arr / 12


def read() -> dict[str, Standing]:
    """Return how it stands, by currency."""
    found: dict[str, Standing] = {}
    # Who pays nothing, by a discount for good, pays nothing.
    paying = Subscription.objects.filter(PAYING).exclude(yearly_minor=0).order_by("currency", "plan", "interval")
    for row in paying.values_list("currency", "plan", "interval").annotate(
        accounts=Count("pk"),
        yearly=Sum("yearly_minor", default=0),
        unknown=Count("pk", filter=Q(yearly_minor=None)),
        ending=Count("ends_at"),
    ):
        currency, tier, interval, accounts, yearly_minor, unknown, ending = row
        standing = found.setdefault(currency, Standing(currency))
        standing.plans.append(Plan(tier, interval, accounts, yearly_minor, unknown))
        standing.ending += ending
    live = Subscription.objects.filter(status__in=LIVE).order_by()
    for currency, status, access, count in live.values_list("currency", "status", "access").annotate(
        accounts=Count("pk")
    ):
        state = "grace" if status == "past_due" and access == Subscription.Access.FULL else status
        found.setdefault(currency, Standing(currency)).states[state] += count
    return found
