"""From the state of a subscription to what its owner may do: one function, without a side effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from accounts.models import Tier
from billing import plans

GRACE: Final = timedelta(days=14)
"""How long a renewal that was not paid changes nothing. Stripe tries the card again meanwhile, and we write three mails."""


class Access(StrEnum):
    """Read-only: everything is there and can be exported, nothing new is written. Nothing is ever deleted for money."""

    FULL = "full"
    READ_ONLY = "read_only"


class Reason(StrEnum):
    """Why somebody has what they have, for the page that tells it."""

    FREE = "free"
    TRIAL = "trial"
    PAID = "paid"
    ENDING = "ending"
    GRACE = "grace"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CONFIRMING = "confirming"
    ENDED = "ended"
    GIVEN = "given"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the payment provider says of a subscription. `status` is in Stripe's words, times are in UTC.

    `unpaid_since` is when the invoice that is owed was made, and `owed` what is left of it in minor units, where that is
    known; `is_collecting` is false while no money is asked for.
    """

    status: str
    tier: Tier
    period_ends_at: datetime
    trial_ends_at: datetime | None = None
    ends_at: datetime | None = None
    unpaid_since: datetime | None = None
    is_collecting: bool = True
    owed: int | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What somebody may do. `changes_at` is when that ends unless something happens; None when it lasts."""

    tier: Tier
    access: Access
    reason: Reason
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A plan that nobody pays for, until the end of a day (UTC); without one, for good."""

    tier: Tier
    last_day: date | None

    @property
    def ends_at(self) -> datetime | None:
        return None if self.last_day is None else datetime.combine(self.last_day + timedelta(days=1), time(), UTC)


FREE: Final = Entitlement(Tier.FREE, Access.FULL, Reason.FREE)


def of(standing: Standing | None, *, now: datetime) -> Entitlement:
    """Return what the owner of a subscription may do; of somebody who never had one, when None."""
    if standing is None:
        return FREE
    match standing.status:
        case "trialing":
            return Entitlement(standing.tier, Access.FULL, Reason.TRIAL, standing.trial_ends_at)
        case "active" if not standing.is_collecting:
            return Entitlement(Tier.FREE, Access.FULL, Reason.PAUSED)
        case "active" if standing.ends_at is not None:
            return Entitlement(standing.tier, Access.FULL, Reason.ENDING, standing.ends_at)
        case "active":
            return Entitlement(standing.tier, Access.FULL, Reason.PAID)
        case "past_due":
            return _past_due(standing, now)
        case "unpaid":
            return Entitlement(Tier.FREE, Access.READ_ONLY, Reason.UNPAID)
        case "paused":
            return Entitlement(Tier.FREE, Access.FULL, Reason.PAUSED)
        case "incomplete":
            return Entitlement(Tier.FREE, Access.FULL, Reason.CONFIRMING)
        case "canceled" | "incomplete_expired":
            return Entitlement(Tier.FREE, Access.FULL, Reason.ENDED)
        case _:
            # A status that is newer than this code gives nothing away, and takes nothing that is free.
            return Entitlement(Tier.FREE, Access.FULL, Reason.UNKNOWN)


def larger(paid: Entitlement, given: Given | None, *, now: datetime) -> Entitlement:
    """Return the larger of what follows from a subscription and what was given; of two alike, the one that lasts longer."""
    if given is None or (given.ends_at is not None and given.ends_at <= now):
        return paid
    paid_size, given_size = plans.get(paid.tier).credits, plans.get(given.tier).credits
    if given_size < paid_size:
        return paid
    # A payment that failed is told of also where the plan goes on without it.
    if given_size == paid_size and (paid.reason == Reason.GRACE or not _lasts_longer(given, paid)):
        return paid
    return Entitlement(given.tier, Access.FULL, Reason.GIVEN, given.ends_at)


def _lasts_longer(given: Given, paid: Entitlement) -> bool:
    if paid.changes_at is None:
        return False
    return given.ends_at is None or given.ends_at > paid.changes_at


def _past_due(standing: Standing, now: datetime) -> Entitlement:
    if standing.unpaid_since is None:
        return Entitlement(standing.tier, Access.FULL, Reason.GRACE)
    ends_at = standing.unpaid_since + GRACE
    if now < ends_at:
        return Entitlement(standing.tier, Access.FULL, Reason.GRACE, ends_at)
    return Entitlement(Tier.FREE, Access.READ_ONLY, Reason.UNPAID)
