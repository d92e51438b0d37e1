"""The books of what creators earn: lines are added, and what was wrong is taken back by a line of its own.

Every line is stored together with its event, in the caller's transaction, and the event's time is when it happened. What
is counted at a fan is counted anew from the books, so that it is right whatever was added in which order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce

from accounts.models import User
from analytics import events
from analytics.models import Event
from fans.models import Earning, EarningImport

Kind = Earning.Kind

EVENTS: Final = {
    Kind.EARNED: "earning.recorded",
    Kind.REFUNDED: "earning.refunded",
    Kind.REMOVED: "earning.removed",
}
LARGEST_MINOR: Final = 10_000_000_00
"""Of one payment; more is a slip of the keyboard."""


class NotRefundable(Exception):
    """More would go back than was earned, or the line is a correction or taken back already."""


class AlreadyRemoved(Exception):
    """The line was taken back before, or is itself one that takes back."""


@dataclass(frozen=True, slots=True)
class Line:
    """A payment to write into the books. With a `reference`, the same one is never written twice for a platform."""

    source: str
    platform: str
    currency: str
    gross_minor: int
    fee_minor: int
    occurred_at: datetime
    fan_id: UUID | None = None
    content_id: UUID | None = None
    reference: str = ""
    note: str = ""
    # Which of several equal lines of a statement it is; they are told apart by nothing else.
    number: int = 0
    # Who paid, as the statement says: part of what tells a line without a reference from others.
    payer: str = ""
    statement: EarningImport | None = field(default=None, compare=False)

    @property
    def fingerprint(self) -> str:
        """What tells the line from others, also when it is read again."""
        if self.reference:
            parts = ["reference", self.platform, self.reference]
        else:
            parts = [
                self.platform,
                self.source,
                self.currency,
                str(self.gross_minor),
                str(self.fee_minor),
                self.occurred_at.isoformat(),
                self.payer.lower(),
                str(self.content_id or ""),
                str(self.number),
            ]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def record(user: User, line: Line, *, now: datetime) -> tuple[Earning, bool]:
    """Write a line unless the books have it; return what they have, and whether it is new."""
    with transaction.atomic():
        added = record_all(user, [line], now=now)
        if added:
            return added[0], True
        known = Earning.objects.for_user(user).filter(fingerprint=line.fingerprint, kind=Kind.EARNED)
        return known.order_by("-edition")[:1].get(), False


def record_all(user: User, lines: Sequence[Line], *, now: datetime) -> list[Earning]:
    """Write those of the lines that the books do not have, and return them. One that was taken back is written anew."""
    with transaction.atomic():
        # Two uploads of one statement at once would both find its lines missing.
        lock(user)
        found = {line.fingerprint: line for line in lines}
        standing, editions = known(user, found)
        rows = [
            made(user, line, fingerprint, editions.get(fingerprint, -1) + 1, now)
            for fingerprint, line in found.items()
            if fingerprint not in standing
        ]
        return stored(rows)


def known(user: User, fingerprints: Collection[str]) -> tuple[set[str], dict[str, int]]:
    """Return which of the fingerprints stand in the books, and the last edition of each that ever did."""
    standing, editions = set(), {}
    rows = (
        Earning.objects.for_user(user)
        .filter(fingerprint__in=fingerprints, kind=Kind.EARNED)
        .annotate(removals=Count("corrections", filter=Q(corrections__kind=Kind.REMOVED)))
        .order_by("edition")
    )
    for fingerprint, edition, removals in rows.values_list("fingerprint", "edition", "removals"):
        editions[fingerprint] = edition
        if not removals:
            standing.add(fingerprint)
    return standing, editions


def made(user: User, line: Line, fingerprint: str, edition: int, now: datetime) -> Earning:
    return Earning(
        user=user,
        fan_id=line.fan_id,
        source=line.source,
        platform=line.platform,
        currency=line.currency,
        gross_minor=line.gross_minor,
        fee_minor=line.fee_minor,
        net_minor=line.gross_minor - line.fee_minor,
        occurred_at=line.occurred_at,
        content_id=line.content_id,
        external_id=line.reference,
        note=line.note,
        fingerprint=fingerprint,
        edition=edition,
        statement=line.statement,
        created_at=now,
    )


def refund(earning: Earning, *, gross_minor: int, occurred_at: datetime, now: datetime, note: str = "") -> Earning:
    """Write that a part of a payment, or all of it, went back; the fee goes back in proportion. Raises NotRefundable."""
    with transaction.atomic():
        lock(earning.user)
        if earning.kind != Kind.EARNED or is_removed(earning):
            raise NotRefundable("Only a payment that stands can be refunded.")
        gone = refunded(earning)
        if not 0 < gross_minor <= earning.gross_minor - gone.gross_minor:
            raise NotRefundable("More would go back than was paid.")
        # What is left of the fee goes back with what is left of the payment, so that nothing is lost to rounding.
        if gross_minor + gone.gross_minor == earning.gross_minor:
            fee_minor = earning.fee_minor - gone.fee_minor
        else:
            fee_minor = earning.fee_minor * gross_minor // earning.gross_minor
        row = correction(earning, Kind.REFUNDED, gone.count, now)
        row.gross_minor, row.fee_minor, row.net_minor = gross_minor, fee_minor, gross_minor - fee_minor
        row.occurred_at, row.note = occurred_at, note
        return stored([row])[0]


@dataclass(frozen=True, slots=True)
class Gone:
    """What went back of a payment so far."""

    gross_minor: int
    fee_minor: int
    count: int


def refunded(earning: Earning) -> Gone:
    """Return what went back of a payment, without refunds that were taken back themselves."""
    rows = Earning.objects.filter(corrects=earning, kind=Kind.REFUNDED)
    standing = rows.annotate(removals=Count("corrections", filter=Q(corrections__kind=Kind.REMOVED))).filter(removals=0)
    sums = Earning.objects.filter(pk__in=standing.values("pk")).aggregate(
        gross=Coalesce(Sum("gross_minor"), 0), fee=Coalesce(Sum("fee_minor"), 0)
    )
    return Gone(sums["gross"], sums["fee"], rows.count())


def remove(earning: Earning, *, now: datetime) -> list[Earning]:
    """Take back a line that was a mistake, with its refunds; return the lines that do so. Raises AlreadyRemoved."""
    with transaction.atomic():
        lock(earning.user)
        if earning.kind == Kind.REMOVED or is_removed(earning):
            raise AlreadyRemoved("This line does not count any more.")
        return remove_all([earning], now=now)


def remove_all(earnings: Sequence[Earning], *, now: datetime) -> list[Earning]:
    """Take back lines that stand, with their refunds, in the caller's transaction; return the lines that do so."""
    ids = [row.pk for row in earnings]
    standing = (
        Earning.objects.filter(Q(pk__in=ids) | Q(corrects__in=ids, kind=Kind.REFUNDED))
        .exclude(kind=Kind.REMOVED)
        .annotate(removals=Count("corrections", filter=Q(corrections__kind=Kind.REMOVED)))
        .filter(removals=0)
        .order_by("pk")
    )
    return stored([correction(row, Kind.REMOVED, 0, now) for row in standing])


def correction(earning: Earning, kind: str, number: int, now: datetime) -> Earning:
    """Return a line that corrects another one, with its amounts and its day."""
    return Earning(
        user_id=earning.user_id,
        fan_id=earning.fan_id,
        kind=kind,
        corrects=earning,
        source=earning.source,
        platform=earning.platform,
        currency=earning.currency,
        gross_minor=earning.gross_minor,
        fee_minor=earning.fee_minor,
        net_minor=earning.net_minor,
        occurred_at=earning.occurred_at,
        content_id=earning.content_id,
        fingerprint=hashlib.sha256(f"{kind} {earning.pk} {number}".encode()).hexdigest(),
        statement_id=earning.statement_id,
        created_at=now,
    )


def is_removed(earning: Earning) -> bool:
    return Earning.objects.filter(corrects=earning, kind=Kind.REMOVED).exists()


def stored(rows: Sequence[Earning]) -> list[Earning]:
    """Store lines with their events, and count anew what is kept at their fans."""
    # Events name the lines, whose ids Django does not read back.
    for row, pk in zip(rows, new_ids(len(rows)), strict=True):
        row.pk = pk
    stored = Earning.objects.bulk_create(rows)
    Event.objects.bulk_create(event(row) for row in stored)
    count_anew({row.fan_id for row in stored if row.fan_id})
    return stored


def new_ids(number: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuidv7() FROM generate_series(1, %s)", [number])
        return [pk for (pk,) in cursor.fetchall()]


def event(row: Earning) -> Event:
    """Return what tells the figures of a line. A refund that is taken back is one below zero: no payment is less."""
    undoes_refund = row.kind == Kind.REMOVED and row.corrects is not None and row.corrects.kind == Kind.REFUNDED
    name, sign = (EVENTS[Kind.REFUNDED], -1) if undoes_refund else (EVENTS[Kind(row.kind)], 1)
    data = {
        "earning_id": str(row.pk),
        "fan_id": str(row.fan_id) if row.fan_id else None,
        "source": str(row.source),
        "platform": str(row.platform),
        "currency": str(row.currency),
        "gross_minor": sign * row.gross_minor,
        "fee_minor": sign * row.fee_minor,
        "net_minor": sign * row.net_minor,
        "content_id": str(row.content_id) if row.content_id else None,
        "occurred_at": row.occurred_at.isoformat(),
    }
    return events.made(name, user_id=row.user_id, data=data, now=row.occurred_at)


def count_anew(fans: Collection[UUID]) -> None:
    """Bring what is counted at fans in line with the books: how often they paid, and when they were first and last seen."""
    if not fans:
        return
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ANEW, [list(fans)])


COUNT_ANEW: Final = """
UPDATE fans_fan SET
    payments = paid.payments,
    first_paid_at = paid.first_at,
    last_paid_at = paid.last_at,
    first_seen_at = LEAST(paid.first_at, followed.first_at),
    last_seen_at = GREATEST(paid.last_at, followed.last_at)
FROM unnest(%s) AS one(id)
CROSS JOIN LATERAL (
    SELECT count(*) AS payments, min(earning.occurred_at) AS first_at, max(earning.occurred_at) AS last_at
    FROM fans_earning earning
    WHERE earning.fan_id = one.id AND earning.kind = 'earned' AND NOT EXISTS (
        SELECT FROM fans_earning removal WHERE removal.corrects_id = earning.id AND removal.kind = 'removed'
    )
) paid
CROSS JOIN LATERAL (
    SELECT min(followed_at) AS first_at, max(GREATEST(followed_at, unfollowed_at)) AS last_at
    FROM fans_follow WHERE fans_follow.fan_id = one.id
) followed
WHERE fans_fan.id = one.id
"""


def lock(user: User) -> None:
    """Let one writer at a time into a creator's books, until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('fans.books'), %s)", [user.pk])


@dataclass(frozen=True, slots=True)
class Spent:
    """What a fan's payments come to in one currency, after refunds and mistakes."""

    currency: str
    gross_minor: int
    net_minor: int


def spent_by(fans: Collection[UUID]) -> dict[UUID, list[Spent]]:
    """Return what each of the fans spent, by currency: one query, however many they are."""
    found: dict[UUID, list[Spent]] = {}
    rows = (
        Earning.objects.filter(fan__in=fans)
        .values("fan", "currency")
        .annotate(gross=Sum(counted("gross_minor")), net=Sum(counted("net_minor")))
        .order_by("fan", "currency")
    )
    for row in rows:
        found.setdefault(row["fan"], []).append(Spent(row["currency"], row["gross"], row["net"]))
    return found


def counted(name: str) -> Case:
    """Return an amount with the sign with which its line counts; what takes back a refund counts as earned."""
    undone_refund = Q(kind=Kind.REMOVED, corrects__kind=Kind.REFUNDED)
    return Case(When(Q(kind=Kind.EARNED) | undone_refund, then=F(name)), default=-F(name))
