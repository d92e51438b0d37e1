"""The most important figures of a range: each with how it moved, its curve, what it means, and its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts import currencies
from accounts.models import User
from analytics import kpis, paying
from analytics.board import MONEY, Board
from analytics.kpis import KPIS
from analytics.pages import addresses, trend, words
from analytics.pages.trend import Point
from analytics.pages.words import Change, Direction, Unit
from analytics.paying import Paying
from analytics.tables import Table


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    label: str
    raw: Decimal | None
    before: Decimal | None
    unit: Unit
    definition: str
    href: str
    currency: str = ""
    good: Direction = "up"
    note: str = ""
    points: list[Point] = field(default_factory=list)
    is_enough: bool = True

    @property
    def told(self) -> tuple[Decimal | None, Decimal | None]:
        """The figure and the one before, with an amount's cents: for files and programs."""
        if not self.is_enough:
            return None, None
        if self.unit != "minor":
            return self.raw, self.before
        raw, before = (None if one is None else currencies.major(one, self.currency) for one in (self.raw, self.before))
        return raw, before

    @property
    def value(self) -> str:
        return words.shown(self.raw, self.unit, self.currency) if self.is_enough else _("Not enough data")

    @property
    def change(self) -> Change:
        raw = self.raw if self.is_enough else None
        return words.change(raw, self.before, unit=self.unit, good=self.good)


def of(user: User, board: Board) -> list[Card]:
    """Return the cards; what pays is counted with one query."""
    paid = paying.count(user, board.range, board.currency)
    return [*money(board, paid), churn(board, paid), *counted(board)]


def table(user: User, board: Board) -> Table:
    """Return the cards as a table."""
    rows = [
        (card.key, *card.told, card.currency.upper() if card.unit == "minor" else card.unit) for card in of(user, board)
    ]
    return Table(("figure", "value", "before", "unit"), rows)


def money(board: Board, paid: Paying) -> list[Card]:
    now, before = board.of(MONEY).amount, board.of(MONEY, before=True).amount
    href = addresses.rows(MONEY, board.range, board.currency)
    known = bool(board.currency)
    return [
        Card(
            "net_revenue",
            str(KPIS["net_revenue"].label),
            now if known else None,
            before if known else None,
            "minor",
            str(KPIS["net_revenue"].definition),
            href,
            board.currency,
            points=trend.points(board, MONEY) if known else [],
        ),
        Card(
            "paying_fans",
            _("Paying fans"),
            Decimal(paid.now) if known else None,
            Decimal(paid.before) if known else None,
            "count",
            _("Fans who paid at least once in these days, however often. Earnings that name no fan are not counted."),
            addresses.people("paying", board.range, board.currency),
        ),
        Card(
            "arppu",
            str(KPIS["arppu"].label),
            kpis.arppu(now, paid.now),
            kpis.arppu(before, paid.before),
            "minor",
            str(KPIS["arppu"].definition),
            href,
            board.currency,
        ),
    ]


def churn(board: Board, paid: Paying) -> Card:
    kpi = KPIS["fan_churn"]
    lost = paid.before - paid.stayed
    note = _("%(lost)s of %(all)s fans") % {
        "lost": words.number(Decimal(lost)),
        "all": words.number(Decimal(paid.before)),
    }
    return Card(
        kpi.key,
        str(kpi.label),
        paid.churn,
        paid.churn_before if kpi.is_told(paid.long_before) else None,
        "percent",
        str(kpi.definition),
        addresses.people("lost", board.range, board.currency) if paid.before else "",
        good="down",
        note=note if paid.before else "",
        is_enough=not paid.before or kpi.is_told(paid.before),
    )


def counted(board: Board) -> list[Card]:
    """Return the cards of what is counted; of what never happened, there is no figure."""
    told = {
        "fan.followed": ("new_followers", _("New followers"), _("Fans who began to follow you in these days.")),
        "page.viewed": (
            "views",
            _("Views"),
            _("How often your public page and the posts on it were opened, without known robots."),
        ),
    }
    return [
        Card(
            key,
            label,
            Decimal(board.of(metric).count) if board.has_any(metric) else None,
            Decimal(board.of(metric, before=True).count) if board.has_any(metric) else None,
            "count",
            definition,
            addresses.rows(metric, board.range),
            points=trend.points(board, metric) if board.has_any(metric) else [],
        )
        for metric, (key, label, definition) in told.items()
    ]
