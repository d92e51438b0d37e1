"""Put back what was taken out of the calendar or the queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Publication
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
