"""Each figure as a table of raw values, for files and for programs: columns, and rows of text, numbers and amounts.

Amounts are in the currency that stands beside them, with their cents; a figure that cannot be told is None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from accounts import currencies
from accounts.models import User
from analytics import ai_help, at_risk, best_hours, figures, naming, paying, staying
from analytics.board import METRICS, Board
from analytics.figures import Share
from analytics.metrics import METRICS as DECLARED
from analytics.metrics import Unit
from analytics.ranges import DAY

MOST_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def trend(_user: User, board: Board, _now: datetime) -> Table:
    """Every metric for each step of the range and of the one before."""
    rows: list[tuple[Any, ...]] = []
    for metric in METRICS:
        if not board.has_any(metric):
            continue
        is_money = DECLARED[metric].unit is Unit.MINOR
        for period, before in (("now", False), ("before", True)):
            for day, sums in board.steps(metric, before=before):
                amount = currencies.major(sums.amount, board.currency) if is_money else None
                rows.append((metric, period, day, sums.count, amount, board.currency.upper() if is_money else None))
    return Table(("metric", "period", f"first_day_of_{board.range.step}", "count", "amount", "currency"), rows)


def shares(user: User, board: Board, metric: str, column: str) -> Table:
    is_money = DECLARED[metric].unit is Unit.MINOR
    found = figures.by_dimension(user, metric, board.range.start, board.range.end + DAY, most=MOST_ROWS)
    names = naming.names("content", user, [one.dimension for one in found]) if column == "content_id" else {}

    def cells(one: Share) -> tuple[Any, ...]:
        named = (names[one.dimension].label if one.dimension in names else None,) if column == "content_id" else ()
        money = (currencies.major(one.amount, one.currency), one.currency.upper()) if is_money else ()
        return (one.dimension, *named, one.count, *money)

    columns = (
        column,
        *(("title",) if column == "content_id" else ()),
        "count",
        *(("amount", "currency") if is_money else ()),
    )
    return Table(columns, [cells(one) for one in found])


def sources(user: User, board: Board, _now: datetime) -> Table:
    """Net revenue by where it comes from, in each currency."""
    return shares(user, board, "earning.net", "source")


def platforms(user: User, board: Board, _now: datetime) -> Table:
    """Net revenue by platform, in each currency."""
    return shares(user, board, "platform.earned", "platform")


def content(user: User, board: Board, _now: datetime) -> Table:
    """Net revenue by post, in each currency."""
    return shares(user, board, "content.earned", "content_id")


def engagement(user: User, board: Board, _now: datetime) -> Table:
    """Views by post."""
    return shares(user, board, "content.viewed", "content_id")


def funnel(user: User, board: Board, _now: datetime) -> Table:
    """Who saw the page, began to follow, and paid for the first time."""
    visitors = board.of("page.visitors").count
    counts = (
        ("visitors", visitors),
        ("followers", board.of("fan.followed").count),
        ("paying", paying.first_payments(user, board.range)),
    )
    return Table(
        ("step", "people", "percent_of_first"),
        [(step, count, tidy(Decimal(count) * 100 / visitors) if visitors else None) for step, count in counts],
    )


def risk(user: User, _board: Board, now: datetime) -> Table:
    """Fans who pay regularly, and now are late."""
    found = at_risk.fans(user, now=now, most=MOST_ROWS)
    return Table(
        ("fan_id", "last_paid_at", "payments"),
        [(str(one.fan), one.last_paid_at.isoformat(), one.payments) for one in found],
    )


def hours(user: User, _board: Board, now: datetime) -> Table:
    """What fans did by hour of the week, Monday is 1; no number where there is too little to tell."""
    week = best_hours.of(user, now=now)
    return Table(
        ("weekday", "hour", "count", "days"),
        [(hour.weekday + 1, hour.hour, hour.count if hour.is_enough else None, hour.days) for hour in week.hours],
    )


def cohorts(user: User, _board: Board, now: datetime) -> Table:
    """Of the fans who first paid in a month, how many paid again so many months later."""
    return Table(
        ("began", "fans", "months_later", "paid", "percent"),
        [
            (f"{cohort.month:%Y-%m}", cohort.size, later, stayed, tidy(cohort.share(later)))
            for cohort in staying.cohorts(user, now=now)
            for later, stayed in enumerate(cohort.stayed)
        ],
    )


def ai(user: User, board: Board, _now: datetime) -> Table:
    """What AI did: counts of texts, and US dollars."""
    found = ai_help.of(user, board.range)
    dollars = (
        (name, None if micro is None else micro / 1_000_000, "USD")
        for name, micro in (("cost", found.cost), ("saved", found.saved))
    )
    counts = ((name, getattr(found, name), None) for name in ("made", "used", "edited", "rejected"))
    return Table(("figure", "value", "currency"), [*counts, *dollars])


def tidy(percent: Decimal) -> Decimal:
    return round(percent, 2)


Make = Callable[[User, Board, datetime], Table]

TABLES: Final[dict[str, Make]] = {
    "trend": trend,
    "sources": sources,
    "platforms": platforms,
    "content": content,
    "engagement": engagement,
    "funnel": funnel,
    "risk": risk,
    "hours": hours,
    "cohorts": cohorts,
    "ai": ai,
}
