"""All figures of a range and of the one before it, read with a fixed number of queries, whatever the range."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Case, F, Sum, When
from django.db.models.functions import TruncMonth

from accounts.models import User
from analytics.models import DailyFigure
from analytics.ranges import DAY, Range

MONEY: Final = "earning.net"
METRICS: Final = (
    MONEY,
    "earning.gross",
    "earning.fee",
    "earning.refunded",
    "page.viewed",
    "page.visitors",
    "link.clicked",
    "fan.followed",
    "fan.unfollowed",
    "fan.lapsed",
    "publication.published",
    "message.received",
    "message.sent",
)


@dataclass(frozen=True, slots=True)
class Sums:
    """How often something happened, and what it came to."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.count + other.count, self.amount + other.amount)


NONE: Final = Sums()
Series = dict[date, Sums]


@dataclass(frozen=True, slots=True)
class Board:
    """The series of a range and of the one before. `currency` is that of every amount; "" where nothing was earned."""

    range: Range
    currency: str
    currencies: tuple[str, ...]
    now: dict[tuple[str, str], Series] = field(default_factory=dict)
    before: dict[tuple[str, str], Series] = field(default_factory=dict)

    def of(self, metric: str, *, before: bool = False) -> Sums:
        """Return the sum of a metric; of money in the board's currency alone."""
        return sum(self.series(metric, before=before).values(), NONE)

    def of_currency(self, metric: str, currency: str, *, before: bool = False) -> Sums:
        """Return the sum of a metric in a currency that need not be the board's."""
        return sum((self.before if before else self.now).get((metric, currency), {}).values(), NONE)

    def series(self, metric: str, *, before: bool = False) -> Series:
        side = self.before if before else self.now
        return side.get((metric, ""), {}) or side.get((metric, self.currency), {})

    def has_any(self, metric: str) -> bool:
        return bool(self.series(metric) or self.series(metric, before=True))

    def steps(self, metric: str, *, before: bool = False) -> list[tuple[date, Sums]]:
        """Return a pair for each step of the range, those without events included."""
        found = self.series(metric, before=before)
        range_ = self.range.before if before else self.range
        return [(day, found.get(day, NONE)) for day in range_.steps()]


def read(user: User, range_: Range, currency: str = "") -> Board:
    """Return the figures of a range, with one query. A currency that nothing was earned in is taken for another one."""
    rows = DailyFigure.objects.filter(
        user=user, metric__in=METRICS, day__gte=range_.before.start, day__lt=range_.end + DAY
    )
    grouped = (
        # A month in which the one range ends and the other begins has a part in both.
        rows.annotate(
            is_now=Case(When(day__gte=range_.start, then=True), default=False),
            step=F("day") if range_.step == "day" else TruncMonth("day"),
        )
        .values("metric", "currency", "is_now", "step")
        .annotate(counted=Sum("count"), summed=Sum("amount"))
        .order_by("metric", "currency", "is_now", "step")
    )
    now: dict[tuple[str, str], Series] = defaultdict(dict)
    before: dict[tuple[str, str], Series] = defaultdict(dict)
    earned: Counter[str] = Counter()
    for row in grouped:
        side = now if row["is_now"] else before
        side[row["metric"], row["currency"]][row["step"]] = Sums(row["counted"], row["summed"])
        if row["metric"] == MONEY and row["currency"]:
            earned[row["currency"]] += max(row["counted"], 1)
    return Board(range_, chosen(currency, earned), tuple(sorted(earned)), dict(now), dict(before))


def chosen(asked: str, earned: Mapping[str, int]) -> str:
    """Return the currency to show: the one that was asked for, or the one in which something was earned most often."""
    if asked in earned:
        return asked
    return max(sorted(earned), key=lambda name: earned[name]) if earned else ""
