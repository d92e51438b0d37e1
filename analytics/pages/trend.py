"""The curve of one metric, with the range before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from analytics.board import MONEY, Board
from analytics.pages import addresses, words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TRENDS: Final[dict[str, tuple[str, _StrPromise]]] = {
    "revenue": (MONEY, _("Net revenue")),
    "views": ("page.viewed", _("Views")),
    "followers": ("fan.followed", _("New followers")),
    "messages": ("message.received", _("Messages from fans")),
}

Point = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Choice:
    """A metric that the curve can show, and its address."""

    key: str
    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Trend:
    key: str
    label: str
    metric: str
    currency: str
    points: list[Point]
    before: list[Point]
    rows_url: str

    @property
    def is_empty(self) -> bool:
        return not any(value for _name, value in [*self.points, *self.before])


def of(board: Board, key: str) -> Trend:
    """Return the curve that an address asks for, or that of revenue."""
    key = key if key in TRENDS else "revenue"
    metric, label = TRENDS[key]
    currency = board.currency if metric == MONEY else ""
    return Trend(
        key,
        str(label),
        metric,
        currency,
        points(board, metric),
        points(board, metric, before=True),
        addresses.rows(metric, board.range, currency),
    )


def points(board: Board, metric: str, *, before: bool = False) -> list[Point]:
    """Return a pair of a name and a value for each step: minor units of money, a count of anything else."""
    range_ = board.range.before if before else board.range
    return [
        (words.step(day, range_), sums.amount if metric.startswith("earning.") else Decimal(sums.count))
        for day, sums in board.steps(metric, before=before)
    ]


def choices(board: Board, chosen: str) -> Iterator[Choice]:
    for key, (_metric, label) in TRENDS.items():
        yield Choice(key, str(label), addresses.overview(board.range, board.currency, trend=key), key == chosen)
