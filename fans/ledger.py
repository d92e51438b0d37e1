"""The books as a creator reads them: newest first, by filters, a page at a time, and what a fan paid, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from fans import books
from fans.models import Earning, EarningImport, Fan

PAGE: Final = 50
BATCH: Final = 500
MOST_OF_A_FAN: Final = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters; each that is empty filters nothing."""

    source: str = ""
    platform: str = ""
    currency: str = ""
    statement: EarningImport | None = None
    fan: Fan | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.source or self.platform or self.currency or self.statement or self.fan)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the id to go on after when there are older ones."""

    lines: list[Earning]
    after: UUID | None


def page(creator: User, wanted: Wanted, *, after: UUID | None = None, size: int = PAGE) -> Page:
    """Return the newest lines that match, or those that come after the one with an id."""
    rows = matching(creator, wanted)
    if after is not None:
        last = Earning.objects.for_user(creator).filter(pk=after).values_list("occurred_at", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(occurred_at__lt=last) | Q(occurred_at=last, pk__lt=after))
    found = list(with_all_shown(rows).order_by("-occurred_at", "-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def matching(creator: User, wanted: Wanted) -> QuerySet[Earning]:
    fields = ("source", "platform", "currency", "statement", "fan")
    asked = {name: value for name in fields if (value := getattr(wanted, name))}
    return Earning.objects.for_user(creator).filter(**asked)


def with_all_shown(rows: QuerySet[Earning]) -> QuerySet[Earning]:
    """Load with the lines who paid, and whether they were taken back (`is_gone`)."""
    removal = Earning.objects.filter(corrects=OuterRef("pk"), kind=Earning.Kind.REMOVED)
    return rows.select_related("fan").annotate(is_gone=Exists(removal))


def of_fan(fan: Fan) -> list[Earning]:
    """Return the newest lines of a fan, at most 30."""
    rows = with_all_shown(Earning.objects.filter(fan=fan))
    return list(rows.order_by("-occurred_at", "-pk")[:MOST_OF_A_FAN])


@dataclass(frozen=True, slots=True)
class Month:
    """What a fan paid in a month, in one currency, after refunds and mistakes."""

    month: date
    currency: str
    net_minor: int


def months_of(fan: Fan) -> list[Month]:
    """Return what a fan paid in each month with a payment, the oldest first: months of the reader's calendar."""
    rows = (
        Earning.objects.filter(fan=fan)
        .annotate(month=TruncMonth("occurred_at"))
        .values("month", "currency")
        .annotate(net=Sum(books.counted("net_minor")))
        .order_by("month", "currency")
    )
    return [Month(row["month"].date(), row["currency"], row["net"]) for row in rows]


def all_of(creator: User, wanted: Wanted) -> Iterator[Earning]:
    """Yield every line that matches, newest first, a batch at a time."""
    after = None
    while True:
        found = page(creator, wanted, after=after, size=BATCH)
        yield from found.lines
        if found.after is None:
            return
        after = found.after
