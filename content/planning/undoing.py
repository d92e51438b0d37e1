"""Put back what was taken out of the calendar or the queue, and take back what was put in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from content import voices
from content.models import Content, Publication
from content.planning import queue, readiness, scheduling
from content.publishing import states

State = Publication.State


def restore(publication: Publication, *, now: datetime) -> None:
    """Undo `unschedule`: the publication has its time again, or its place in the queue, or waits for the creator.

    Raises NotReady, and AlreadyOut when the channel has been given another time meanwhile.
    """
    with transaction.atomic():
        scheduling.lock_plans(publication.user)
        content = scheduling.locked(publication.content)
        row = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
        if row.state != State.CANCELED:
            return
        if content.publications.exclude(state=State.CANCELED).filter(channel=row.channel).exists():
            raise scheduling.AlreadyOut(_("It has another time on this channel by now."))
        readiness.check(content, [row.channel])
        if row.from_queue and row.due_at > now:
            queue.put_back(content, [row.channel], row.due_at, now=now)
            return
        row.state = State.REMINDED if row.reminded_at else State.SCHEDULED
        if row.state == State.SCHEDULED and row.due_at <= now:
            row.due_at = row.attempt_at = now
        row.attempts = 0
        row.save(update_fields=["state", "due_at", "attempt_at", "attempts"])
        states.refresh(content)
        voices.accepted(content, now=now)


Before = dict[str, tuple[str, bool]]
"""Of each publication that still has its time ahead: this time, and whether it came from the queue."""


def standing(content: Content) -> Before:
    """Return the times of a content's publications, before more are given."""
    rows = content.publications.filter(state=State.SCHEDULED).order_by("pk")
    return {str(row.pk): (row.due_at.isoformat(), row.from_queue) for row in rows}


def changes(rows: Sequence[Publication], before: Before) -> list[dict[str, Any]]:
    """Return what takes these publications back, as plain JSON: the time that each had, or none."""
    found = ((str(row.pk), before.get(str(row.pk))) for row in rows)
    return [{"id": pk, "due_at": had and had[0], "from_queue": bool(had and had[1])} for pk, had in found]


def take_back(content: Content, changed: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """Undo a scheduling: what was added is taken out, what was moved has the time that it had.

    All or nothing. Raises AlreadyOut, OutOfReach and NotReady.
    """
    with transaction.atomic():
        for one in changed:
            row = content.publications.select_related("user", "content").get(pk=one["id"])
            if one["due_at"] is None:
                scheduling.unschedule(row, now=now)
            else:
                had = datetime.fromisoformat(one["due_at"])
                scheduling.reschedule(row, had, now=now, from_queue=one["from_queue"])
