"""What a figure is made of: by source, by platform, by post."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics import figures, naming
from analytics.board import Board
from analytics.figures import Share
from analytics.naming import Name
from analytics.pages import addresses, words
from analytics.ranges import DAY

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_POSTS: Final = 8
MOST_BARS: Final = 8

SOURCES: Final[dict[str, _StrPromise]] = {
    "subscription": gettext_lazy("New subscriptions"),
    "renewal": gettext_lazy("Renewals"),
    "tip": gettext_lazy("Tips"),
    "ppv": gettext_lazy("Pay per view"),
    "message": gettext_lazy("Paid messages"),
    "other": gettext_lazy("Other"),
    "": gettext_lazy("Not told"),
}
PLATFORMS: Final = {
    "onlyfans": "OnlyFans",
    "fansly": "Fansly",
    "fanvue": "Fanvue",
    "mym": "MYM",
    "patreon": "Patreon",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "x": "X",
    "reddit": "Reddit",
    "threads": "Threads",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a list of bars: `share` is of the longest, `note` says the share of all."""

    key: str
    label: str
    value: str
    share: int
    href: str
    note: str
    raw: Decimal


@dataclass(frozen=True, slots=True)
class PostFigure:
    """A post by what it brought; its page, and the events behind the figure."""

    key: str
    name: Name
    value: str
    count: int
    href: str
    raw: Decimal


def by_source(user: User, board: Board) -> list[Bar]:
    return bars(board, "earning.net", shares(user, board, "earning.net"), lambda key: str(SOURCES.get(key, key)))


def by_platform(user: User, board: Board) -> list[Bar]:
    return bars(board, "platform.earned", shares(user, board, "platform.earned"), platform)


def shares(user: User, board: Board, metric: str, *, most: int = MOST_BARS) -> list[Share]:
    if not board.currency:
        return []
    range_ = board.range
    return figures.by_dimension(user, metric, range_.start, range_.end + DAY, most=most, currency=board.currency)


def bars(board: Board, metric: str, found: Sequence[Share], named: Callable[[str], str]) -> list[Bar]:
    """Return the bars of amounts; shares are of what the shown ones come to, where none of them is below zero."""
    whole = sum((share.amount for share in found), Decimal(0))
    longest = max((share.amount for share in found), default=Decimal(0))
    told = whole > 0 and all(share.amount >= 0 for share in found)
    return [
        Bar(
            share.dimension,
            named(share.dimension),
            words.shown(share.amount, "minor", board.currency),
            int(max(share.amount, Decimal(0)) * 100 / longest) if longest > 0 else 0,
            addresses.rows(metric, board.range, board.currency, share.dimension),
            _("%(percent)s%%") % {"percent": words.number(share.amount * 100 / whole)} if told else "",
            share.amount,
        )
        for share in found
    ]


def platform(key: str) -> str:
    return PLATFORMS.get(key, key) or _("Not told")


def top_posts(user: User, board: Board) -> tuple[list[PostFigure], list[PostFigure]]:
    """Return the posts that earned most, and those that were looked at most. Names are looked up once for both."""
    earned = shares(user, board, "content.earned", most=MOST_POSTS)
    range_ = board.range
    viewed = figures.by_dimension(user, "content.viewed", range_.start, range_.end + DAY, most=MOST_POSTS)
    names = naming.names("content", user, [share.dimension for share in [*earned, *viewed]])
    return (
        [post(board, "content.earned", share, names, is_money=True) for share in earned],
        [post(board, "content.viewed", share, names, is_money=False) for share in viewed],
    )


def post(board: Board, metric: str, share: Share, names: Mapping[str, Name], *, is_money: bool) -> PostFigure:
    raw = share.amount if is_money else Decimal(share.count)
    currency = board.currency if is_money else ""
    return PostFigure(
        share.dimension,
        names.get(share.dimension) or Name(_("A post that is gone")),
        words.shown(raw, "minor" if is_money else "count", currency),
        share.count,
        addresses.rows(metric, board.range, currency, share.dimension),
        raw,
    )


def by_currency(board: Board) -> list[Bar]:
    """Return what was earned in each currency, by itself: nothing here is comparable."""
    found = []
    for code in board.currencies:
        raw = board.of_currency("earning.net", code).amount
        href = addresses.rows("earning.net", board.range, code)
        found.append(Bar(code, code.upper(), words.shown(raw, "minor", code), 0, href, "", raw))
    return found
