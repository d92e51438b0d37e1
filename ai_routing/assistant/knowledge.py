"""What the assistant is told of a creator's own data: a small snapshot, and what the question's words call for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext_lazy

from accounts.middleware import time_zone
from accounts.models import User
from ai_routing import tools
from ai_routing.prompts.material import Material
from billing import plans, quota

SNAPSHOT: Final = "account:plan"
TITLE: Final = gettext_lazy("Your account, plan and credits")

POSTS: Final = "own_posts"
"""The tool whose pieces are counted for the snapshot."""

COUNTED_POSTS: Final = 20
SHOWN_POSTS: Final = 10
MOST_PIECES: Final = 24
LONGEST_PIECE: Final = 4_000
"""Characters that are kept of one piece; the prompt takes less of it."""

WORD: Final = re.compile(r"[^\W_]+")
LONG_WORD: Final = 4
"""Letters from which a word is recognised with an ending of its own: "post" in "posts"."""

ABOUT_CREDITS: Final = (
    "credit",
    "crédit",
    "plan",
    "quota",
    "abonnement",
    "forfait",
    "subscription",
    "left",
    "reste",
    "remaining",
    "price",
    "prix",
    "cost",
    "coût",
    "coûte",
    "spend",
    "dépense",
)


def gather(user: User, question: str, *, previously: str = "", now: datetime) -> list[Material]:
    """Return what may help to answer `question`, each piece under its reference, the snapshot first.

    A question that calls for nothing itself ("and the one before?") is read together with the one asked `previously`.
    """
    asked = words(question)
    chosen = called_for(asked) or called_for(words(previously))
    posts = tools.TOOLS[POSTS].read(user, {"limit": COUNTED_POSTS}, now) if POSTS in tools.TOOLS else []
    pieces = [snapshot(user, posts=len(posts), exact=calls_for(asked, ABOUT_CREDITS), now=now)]
    for name in chosen:
        pieces += posts[:SHOWN_POSTS] if name == POSTS else tools.TOOLS[name].read(user, {}, now)
    return bounded(pieces)


def called_for(asked: str) -> list[str]:
    """Return the names of the tools that the words of a question call for."""
    return [name for name, tool in tools.TOOLS.items() if calls_for(asked, tool.about)]


def snapshot(user: User, *, posts: int, exact: bool, now: datetime) -> Material:
    """Return the account in a few lines.

    Unless the question is about them, credits are told in tens of percent: the exact figure changes with each answer,
    and nothing asked twice would find its answer kept.
    """
    status = quota.status(user, now=now)
    if exact:
        left = f"{status.left} of {status.limit} ({status.used} used, {status.reserved} set aside)"
    else:
        left = f"at least {10 * min(9, 10 * status.left // max(status.limit, 1))} % of {status.limit}"
    today = now.astimezone(time_zone(user) or UTC)
    lines = [
        f"Today: {today:%A %Y-%m-%d}",
        f"Plan: {plans.get(status.plan).name}",
        f"Credits left this month: {left}; the next month begins on {status.resets_at:%Y-%m-%d}",
        f"Posts kept: {posts}{' or more' if posts >= COUNTED_POSTS else ''}",
    ]
    return Material(ref=SNAPSHOT, title=str(TITLE), text="\n".join(lines))


def bounded(pieces: Iterable[Material]) -> list[Material]:
    """Return each reference once, within what a turn keeps."""
    kept: dict[str, Material] = {}
    for piece in pieces:
        if len(kept) == MOST_PIECES:
            break
        kept.setdefault(piece.ref, Material(piece.ref, str(piece.title), piece.text[:LONGEST_PIECE]))
    return list(kept.values())


def words(text: str) -> str:
    """Return text as its words between single spaces, without case and accents."""
    letters = "".join(
        sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign)
    )
    return f" {' '.join(WORD.findall(letters))} "


def calls_for(asked: str, about: Iterable[str]) -> bool:
    """Tell whether a text, as `words` returns it, has one of the words or phrases of `about`."""
    return any(stem(phrase) in asked for phrase in about)


def stem(phrase: str) -> str:
    """Return what to look for: the beginning of a word, unless that is too short to mean anything."""
    whole = words(phrase)
    return whole if len(whole.strip()) < LONG_WORD else whole.rstrip()
