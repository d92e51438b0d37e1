"""The figures of the page "Revenue", each with its definition in `definitions`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from billing import provider, utc_periods
from billing.models import Comp
from billing.provider import Kind, Tally
from billing.revenue import movements, standing
from billing.revenue.movements import NOTHING, Movement
from billing.revenue.standing import Standing

MONTHS: Final = 12
"""This month and those before it, as far back as something is known."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many payments, and what they came to in minor units."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one currency. `yearly_minor` and `accounts` are as it began; None for one before anything was written down."""

    first: date
    yearly_minor: int | None
    accounts: int | None
    movement: Movement = NOTHING
    payments: dict[tuple[Kind, str], Sum] = field(default_factory=dict)

    @property
    def opening_mrr(self) -> Decimal | None:
        return monthly(self.yearly_minor)

    @property
    def closing_mrr(self) -> Decimal | None:
        return None if self.yearly_minor is None else monthly(self.yearly_minor + self.movement.net)

    @property
    def gained_mrr(self) -> Decimal | None:
        return self._if_known(self.movement.gained)

    @property
    def grown_mrr(self) -> Decimal | None:
        return self._if_known(self.movement.grown)

    @property
    def shrunk_mrr(self) -> Decimal | None:
        return self._if_known(self.movement.shrunk)

    @property
    def lost_mrr(self) -> Decimal | None:
        return self._if_known(self.movement.lost)

    @property
    def lost_accounts(self) -> int | None:
        return None if self.accounts is None else self.movement.lost_accounts

    @property
    def trials_over(self) -> int | None:
        return None if self.accounts is None else self.movement.trials_over

    @property
    def churn_of_accounts(self) -> Decimal | None:
        return percent(self.movement.lost_accounts, self.accounts)

    @property
    def churn_of_mrr(self) -> Decimal | None:
        return percent(self.movement.lost + self.movement.shrunk, self.yearly_minor)

    @property
    def conversion(self) -> Decimal | None:
        return percent(self.movement.trials_converted, self.movement.trials_over)

    @property
    def failed(self) -> Sum:
        return self._all(Kind.FAILED)

    @property
    def recovered(self) -> Sum:
        return self.payments.get((Kind.FAILED, "recovered"), Sum())

    @property
    def still_open(self) -> Sum:
        return self.payments.get((Kind.FAILED, "open"), Sum())

    @property
    def recovery(self) -> Decimal | None:
        """Of what failed and was settled one way or the other."""
        lost = self.payments.get((Kind.FAILED, "lost"), Sum())
        return percent(self.recovered.count, self.recovered.count + lost.count)

    @property
    def refunded(self) -> Sum:
        return self._all(Kind.REFUND)

    @property
    def disputed(self) -> Sum:
        return self._all(Kind.DISPUTE)

    def _if_known(self, yearly_minor: int) -> Decimal | None:
        return None if self.yearly_minor is None else monthly(yearly_minor)

    def _all(self, kind: Kind) -> Sum:
        found = [one for (other, _), one in self.payments.items() if other == kind]
        return Sum(sum(one.count for one in found), sum(one.amount for one in found))


@dataclass(frozen=True, slots=True)
class Currency:
    """All about one currency: how it stands now, and its months, the newest first."""

    code: str
    standing: Standing
    months: list[Month]


@dataclass(frozen=True, slots=True)
class Figures:
    """`since` is when the first change of a subscription was written down; `given` the plans that nobody pays for."""

    currencies: list[Currency]
    since: datetime | None
    given: int


def read(*, now: datetime) -> Figures:
    """Return all of it. Eight queries."""
    first = movements.first()
    stands = standing.read()
    since = months_back(now)
    moved = movements.remembered(shown_months([since.date()], now=now), now=now)
    books = provider.current()
    payments = {kind: books.tallies(kind, since=since) for kind in Kind}
    told = [one.month for tallies in payments.values() for one in tallies]
    known_from = first.astimezone(UTC).date().replace(day=1) if first else None
    months = shown_months([*told, *([known_from] if known_from else [])], now=now)
    codes = {
        *stands,
        *(code for _, code in moved),
        *(one.currency for tallies in payments.values() for one in tallies),
    }
    found = []
    for code in sorted(codes):
        stand = stands.get(code, Standing(code))
        moves = {month: one for (month, other), one in moved.items() if other == code}
        found.append(Currency(code, stand, history(stand, months, known_from, moves, of_months(payments, code))))
    given = Comp.objects.filter(ended_at=None).exclude(last_day__lt=now.astimezone(UTC).date()).count()
    return Figures(found, first, given)


def months_back(now: datetime) -> datetime:
    """Return when the first of MONTHS months begins, of which this is the last."""
    today = now.astimezone(UTC)
    year, month = divmod(today.year * 12 + today.month - MONTHS, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def shown_months(told: list[date], *, now: datetime) -> list[date]:
    """Return the first days of this month and of those before it, as far back as something was told, the newest first."""
    month = utc_periods.month(now).starts_at.date()
    oldest = max(min([*told, month]), months_back(now).date())
    found = [month]
    while found[-1] > oldest:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def history(
    stand: Standing,
    months: list[date],
    known_from: date | None,
    moved: dict[date, Movement],
    payments: dict[date, dict[tuple[Kind, str], Sum]],
) -> list[Month]:
    """Return the months, the newest first, each reckoned back from how it stands now by what changed since."""
    yearly_minor, accounts = stand.yearly_minor, stand.paying - stand.unknown
    found = []
    for first in months:
        movement = moved.get(first, NOTHING)
        yearly_minor -= movement.net
        accounts -= movement.net_accounts
        is_known = known_from is not None and first >= known_from
        paid = payments.get(first, {})
        if is_known:
            found.append(Month(first, yearly_minor, accounts, movement, paid))
        else:
            found.append(Month(first, None, None, movement, paid))
    return found


def of_months(payments: dict[Kind, list[Tally]], currency: str) -> dict[date, dict[tuple[Kind, str], Sum]]:
    found: dict[date, dict[tuple[Kind, str], Sum]] = defaultdict(dict)
    for kind, tallies in payments.items():
        for one in tallies:
            if one.currency == currency:
                found[one.month][kind, one.outcome] = Sum(one.count, one.amount)
    return found


def monthly(yearly_minor: int | None) -> Decimal | None:
    """Return a twelfth of what a year comes to."""
    return None if yearly_minor is None else Decimal(yearly_minor) / 12


def percent(part: int, whole: int | None) -> Decimal | None:
    """Return a share in percent; None of nothing."""
    return Decimal(part) * 100 / whole if whole else None
