"""Give a post its time on its channels, change it, and take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import events
from content import moderation, voices
from content.models import Content, Publication
from content.planning import queue_order, readiness
from content.publishing import states

State = Publication.State

FURTHEST: Final = timedelta(days=400)
"""How far ahead a post can be scheduled."""

GRACE: Final = timedelta(minutes=5)
"""A time that has only just passed, while the form was open, means now."""

MOVABLE: Final = (State.SCHEDULED, State.REMINDED, State.FAILED)
"""What has its time still ahead, or waits for the creator, can be given another time."""


class OutOfReach(Exception):
    """The time has passed, or is too far ahead; the message says from when to when is possible."""


class AlreadyOut(Exception):
    """It is published, or being published at this moment: there is nothing left to move."""


def schedule(
    content: Content, channels: Sequence[str], due_at: datetime, *, now: datetime, from_queue: bool = False
) -> list[Publication]:
    """Have the content published on these channels at `due_at`; return the publications, one for each.

    A channel that it is scheduled for already, or where it failed, gets the new time; other channels keep theirs.
    Raises NotReady, OutOfReach, and AlreadyOut for a channel that has it.
    """
    due_at = within_reach(due_at, now=now)
    with transaction.atomic():
        lock_plans(content.user)
        held = locked(content)
        readiness.check(held, channels)
        publications = [placed(held, channel, due_at, from_queue=from_queue, now=now) for channel in channels]
        states.refresh(held)
        voices.accepted(held, now=now)
        record("content.scheduled", held, {"channels": list(channels), "due_at": due_at.isoformat()}, now=now)
    content.state = held.state
    # Nobody waits for it; what a model finds stops the post at its minute.
    moderation.second_opinion(moderation.judge(content, now=now), now=now)
    return publications


def reschedule(publication: Publication, due_at: datetime, *, now: datetime, from_queue: bool = False) -> Publication:
    """Move one publication to another time. Raises OutOfReach, AlreadyOut and NotReady."""
    due_at = within_reach(due_at, now=now)
    with transaction.atomic():
        lock_plans(publication.user)
        held = locked(publication.content)
        row = Publication.objects.select_for_update().get(pk=publication.pk)
        if row.state == State.FAILED:
            # It goes out anew, so it is looked at anew.
            readiness.check(held, [row.channel])
        before = row.due_at
        moved(row, due_at, from_queue=from_queue)
        states.refresh(held)
        data = {"channel": row.channel, "from": before.isoformat(), "due_at": due_at.isoformat()}
        record("publication.rescheduled", held, {"publication_id": str(row.pk), **data}, now=now)
    return row


def unschedule(publication: Publication, *, now: datetime) -> None:
    """Take one publication back; queued posts after it move up. Raises AlreadyOut.

    A post that is a draft again teaches its voice no more.
    """
    with transaction.atomic():
        lock_plans(publication.user)
        held = locked(publication.content)
        row = Publication.objects.select_for_update().get(pk=publication.pk)
        if row.state == State.CANCELED:
            return
        if row.state not in MOVABLE:
            raise AlreadyOut(_("It is published already."))
        row.state = State.CANCELED
        row.error_code = ""
        row.save(update_fields=["state", "error_code"])
        states.refresh(held)
        if held.state == Content.State.DRAFT:
            voices.withdraw(held, now=now)
        record("content.unscheduled", held, {"publication_id": str(row.pk), "channel": row.channel}, now=now)
        if row.from_queue:
            queue_order.close_gap(publication.user, row.due_at, now=now)


def within_reach(due_at: datetime, *, now: datetime) -> datetime:
    """Return the minute of `due_at`, or now when it has only just passed. Raises OutOfReach."""
    if due_at > now + FURTHEST:
        raise OutOfReach(_("That is too far ahead: choose a day within the next 400."))
    if due_at < now - GRACE:
        raise OutOfReach(_("That time has passed: choose a later one, or publish now."))
    return max(due_at.replace(second=0, microsecond=0), now).astimezone(UTC)


def lock_plans(user: User) -> None:
    """Let one change of a creator's plans happen at a time, in the caller's transaction: no slot is given twice.

    It is locked before contents and publications. Publishing does not wait for it.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def locked(content: Content) -> Content:
    held = states.lock(content.pk)
    if held is None:
        raise readiness.NotReady([readiness.Fault("deleted", _("This post is in the bin: restore it first"))])
    return held


def placed(content: Content, channel: str, due_at: datetime, *, from_queue: bool, now: datetime) -> Publication:
    """Return the channel's publication with its new time, made if there is none."""
    there = (
        Publication.objects.select_for_update()
        .filter(content=content, channel=channel)
        .exclude(state=State.CANCELED)
        .first()
    )
    if there is not None:
        moved(there, due_at, from_queue=from_queue)
        return there
    return Publication.objects.create(
        user_id=content.user_id,
        content=content,
        channel=channel,
        due_at=due_at,
        attempt_at=due_at,
        from_queue=from_queue,
        created_at=now,
    )


def moved(row: Publication, due_at: datetime, *, from_queue: bool) -> None:
    """Give a locked publication another time and a fresh start. Raises AlreadyOut."""
    if row.state not in MOVABLE:
        raise AlreadyOut(_("It is published already."))
    row.state = State.SCHEDULED
    row.due_at = row.attempt_at = due_at
    row.from_queue = from_queue
    row.attempts = 0
    row.error_code = ""
    row.lease_expires_at = row.reminded_at = row.mailed_at = None
    row.save(
        update_fields=[
            *("state", "due_at", "attempt_at", "from_queue", "attempts", "error_code"),
            *("lease_expires_at", "reminded_at", "mailed_at"),
        ]
    )


def record(event: str, content: Content, data: dict[str, object], *, now: datetime) -> None:
    events.record(event, user_id=content.user_id, data={"content_id": str(content.pk), **data}, now=now)
