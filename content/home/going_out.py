"""Posts on their way: those that failed, those that wait to be posted by hand, and those that are due today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from content.home.reasons import Reason, Urgency, called, clock, shortened
from content.models import Channel, Publication
from content.publishing import failures

LOOKED_BACK: Final = timedelta(days=14)
"""What failed, or was not posted, longer ago is for the calendar to show: Home is about today."""

MOST_READ: Final = 60

State = Publication.State


def reasons(user: User, *, now: datetime, day_ends: datetime) -> Iterator[Reason]:
    rows = list(
        Publication.objects.for_user(user)
        .filter(
            state__in=[State.FAILED, State.REMINDED, State.SCHEDULED, State.PUBLISHING],
            due_at__gte=now - LOOKED_BACK,
            due_at__lt=day_ends,
            content__deleted_at=None,
        )
        .select_related("content")
        .only("user_id", "channel", "state", "due_at", "error_code", "content__title", "content__body")
        .order_by("due_at", "pk")[:MOST_READ]
    )
    yield from shortened([failed(row) for row in rows if row.state == State.FAILED], more_failed)
    yield from shortened([by_hand(row, now) for row in rows if row.state == State.REMINDED], more_by_hand)
    yield from shortened([due(row, now) for row in rows if row.state in (State.SCHEDULED, State.PUBLISHING)], more_due)


def failed(row: Publication) -> Reason:
    return Reason(
        kind="failed",
        urgency=Urgency.NOW,
        icon="circle-alert",
        title=_("“%(post)s” did not go out on %(channel)s") % words(row),
        because=str(failures.explain(row.error_code).what),
        url=page_of(row),
        action=_("See why"),
        due_at=row.due_at,
    )


def by_hand(row: Publication, now: datetime) -> Reason:
    return Reason(
        kind="by_hand",
        urgency=Urgency.NOW,
        icon="hand",
        title=_("Post “%(post)s” on %(channel)s") % words(row),
        because=_("Its time was %(when)s, and there you post by hand.") % {"when": clock(row.due_at, now)},
        url=page_of(row),
        action=_("Copy and post"),
        due_at=row.due_at,
    )


def due(row: Publication, now: datetime) -> Reason:
    if row.channel == Channel.HUNTAZE:
        because = _("At %(when)s, by itself.")
    else:
        because = _("At %(when)s you are reminded to post it by hand.")
    return Reason(
        kind="due",
        urgency=Urgency.TODAY,
        icon="clock",
        title=_("“%(post)s” is due on %(channel)s") % words(row),
        because=because % {"when": clock(row.due_at, now)},
        url=page_of(row),
        action=_("Look at it"),
        due_at=row.due_at,
    )


def more_failed(number: int) -> Reason:
    title = ngettext("%(number)s more did not go out", "%(number)s more did not go out", number)
    return rest("failed", Urgency.NOW, "circle-alert", title % {"number": number})


def more_by_hand(number: int) -> Reason:
    title = ngettext("%(number)s more waits for you to post it", "%(number)s more wait for you to post them", number)
    return rest("by_hand", Urgency.NOW, "hand", title % {"number": number})


def more_due(number: int) -> Reason:
    title = ngettext("%(number)s more is due today", "%(number)s more are due today", number)
    return rest("due", Urgency.TODAY, "clock", title % {"number": number})


def rest(kind: str, urgency: Urgency, icon: str, title: str) -> Reason:
    return Reason(
        kind=kind,
        urgency=urgency,
        icon=icon,
        title=title,
        because=_("All of them are in the calendar."),
        url=reverse("content:calendar"),
        action=_("See all"),
    )


def words(row: Publication) -> dict[str, str]:
    return {"post": called(row.content), "channel": str(row.get_channel_display())}


def page_of(row: Publication) -> str:
    return reverse("content:publication", args=[row.pk])
