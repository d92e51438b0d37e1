"""First questions that are worth asking, with what the creator has already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from ai_routing import tools

LONGEST_TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    icon: str
    question: str


def first_questions(user: User, *, now: datetime) -> list[Suggestion]:
    """Return questions in the reader's language, each of which the creator's own data can answer."""
    found = []
    posts = tools.TOOLS["own_posts"].read(user, {"limit": 1}, now) if "own_posts" in tools.TOOLS else []
    if posts:
        title = Truncator(" ".join(str(posts[0].title).split())).chars(LONGEST_TITLE)
        found.append(Suggestion("repeat-2", _("Which post should follow “%(title)s”?") % {"title": title}))
        if "own_kpis" in tools.TOOLS:
            found.append(Suggestion("chart-no-axes-column", _("What do my figures of the last four weeks show?")))
        if "calendar" in tools.TOOLS:
            found.append(Suggestion("calendar-days", _("What is planned for this week, and what is missing?")))
    else:
        found.append(Suggestion("sprout", _("What should my first post be about?")))
        found.append(Suggestion("list-checks", _("Make me a simple plan for my first week of posts.")))
    found.append(Suggestion("coins", _("How many credits do I have left this month?")))
    return found
