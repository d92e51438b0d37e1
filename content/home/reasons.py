"""A thing to do, as Home shows it: what, why, and where to do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.dates import written
from content.models import Content

MOST_TOLD: Final = 3
FIRST_CHARACTERS: Final = 60


class Urgency(IntEnum):
    """How pressing a thing is: NOW is late or broken, TODAY has a time today, SOON is this week's, CALM can wait."""

    NOW = 0
    TODAY = 1
    SOON = 2
    CALM = 3

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of Home. `kind` names the rule that found it; `due_at` sorts within an urgency."""

    kind: str
    urgency: Urgency
    icon: str
    title: str
    because: str
    url: str
    action: str
    due_at: datetime | None = None


def shortened(found: Sequence[Reason], rest: Callable[[int], Reason]) -> list[Reason]:
    """Return the lines if they are few; else the first ones, and one for the number of all others."""
    if len(found) <= MOST_TOLD:
        return list(found)
    told = MOST_TOLD - 1
    return [*found[:told], rest(len(found) - told)]


def called(content: Content) -> str:
    """Return what a post is called in a sentence: its title, or how its text begins."""
    text = " ".join(str(content).split())
    return text if len(text) <= FIRST_CHARACTERS else text[:FIRST_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def clock(moment: datetime, now: datetime) -> str:
    """Return the time today, else the day and the time, in the reader's zone, as it stands after "at" or "on"."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    if local.date() == today:
        return formats.date_format(local, _("H:i"))
    return written(local, _("l j F, H:i"))
