"""What is free, and what is nearly used up: slots of the week, and credits of the month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates import written
from accounts.models import User
from billing import quota
from content.home.reasons import Reason, Urgency, clock
from content.models import Publication
from content.planning import slots

AHEAD: Final = timedelta(days=7)
NEARLY_USED_UP: Final = 80
MOST_READ: Final = 500


def empty_slots(user: User, *, now: datetime) -> Iterator[Reason]:
    """Tell of the slots in the next seven days at which nothing is due. Two channels at one moment fill one slot."""
    coming = list(slots.occurrences(user, after=now, until=now + AHEAD))
    if not coming:
        return
    taken = set(
        Publication.objects.for_user(user)
        .filter(state__in=Publication.OPEN, due_at__gt=now, due_at__lte=now + AHEAD, content__deleted_at=None)
        .order_by("due_at")
        .values_list("due_at", flat=True)[:MOST_READ]
    )
    empty = [moment for moment in coming if moment not in taken]
    if not empty:
        return
    title = ngettext(
        "%(number)s slot of the next seven days is empty",
        "%(number)s slots of the next seven days are empty",
        len(empty),
    )
    yield Reason(
        kind="empty_slots",
        urgency=Urgency.SOON,
        icon="calendar-plus",
        title=title % {"number": len(empty)},
        because=_("The next one is at %(when)s: a post that you add to the queue takes it.")
        % {"when": clock(empty[0], now)},
        url=reverse("content:create"),
        action=_("Write a post"),
        due_at=empty[0],
    )


def credits(status: quota.Status) -> Iterator[Reason]:
    if status.used_percent < NEARLY_USED_UP:
        return
    words = {
        "left": formats.number_format(status.left, force_grouping=True),
        "limit": formats.number_format(status.limit, force_grouping=True),
        "day": written(status.resets_at, _("j F")),
    }
    if status.left:
        title = ngettext("%(left)s credit is left", "%(left)s credits are left", status.left)
        because = _("Of %(limit)s this month. They start anew on %(day)s.")
    else:
        title, because = _("This month’s credits are used up"), _("You can write by hand; AI is back on %(day)s.")
    yield Reason(
        kind="credits",
        urgency=Urgency.SOON if status.left else Urgency.TODAY,
        icon="gauge",
        title=title % words,
        because=because % words,
        url=reverse("billing:billing"),
        action=_("See the plans"),
    )
