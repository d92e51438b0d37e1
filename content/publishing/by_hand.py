"""What the creator does with a publication: mark it as posted, put it off, leave it out, have it tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from content import channels
from content.models import Content, Publication
from content.publishing import ending, states

State = Publication.State

SNOOZES: Final = (15, 60, 180)
"""Minutes that a reminder can be put off."""


class NotNow(Exception):
    """The publication is in a state in which this cannot be done; the message says which."""


def mark_posted(publication: Publication, *, url: str = "", now: datetime) -> Publication:
    """Note that the creator has posted it by hand, at `url`. Raises NotNow. Doing it twice changes nothing."""
    with transaction.atomic():
        content, row = held(publication)
        if row.state == State.PUBLISHED:
            return row
        if channels.SPECS[row.channel].is_own or row.state not in (State.SCHEDULED, State.REMINDED, State.FAILED):
            raise NotNow(_("This one cannot be marked as posted."))
        ending.published(row, content, channels.text(content, row.channel), url, now=now)
        row.lease_expires_at = None
        row.save(update_fields=ending.FIELDS)
        states.refresh(content)
    return row


def unmark_posted(publication: Publication, *, now: datetime) -> Publication:
    """Take back that it was posted: it waits for the creator again. Raises NotNow."""
    with transaction.atomic():
        content, row = held(publication)
        if row.state == State.REMINDED:
            return row
        if channels.SPECS[row.channel].is_own or row.state != State.PUBLISHED:
            raise NotNow(_("This one was not marked as posted."))
        row.state = State.REMINDED if row.reminded_at or row.due_at <= now else State.SCHEDULED
        if row.state == State.REMINDED:
            # It is no news: no second mail.
            row.reminded_at = row.reminded_at or now
            row.mailed_at = row.mailed_at or now
        row.published_at, row.url, row.title, row.body = None, "", "", ""
        row.save(update_fields=ending.FIELDS)
        states.refresh(content)
        ending.told(row, "publication.unmarked", {}, now=now)
    return row


def snooze(publication: Publication, minutes: int, *, now: datetime) -> Publication:
    """Remind the creator again in some minutes. Raises NotNow unless it waits for them."""
    with transaction.atomic():
        content, row = held(publication)
        if row.state != State.REMINDED:
            raise NotNow(_("There is no reminder to put off."))
        row.state = State.SCHEDULED
        row.due_at = row.attempt_at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        row.attempts = 0
        row.from_queue = False
        row.lease_expires_at = row.reminded_at = row.mailed_at = None
        row.save(update_fields=[*ending.FIELDS, "due_at", "attempts", "from_queue"])
        states.refresh(content)
        ending.told(row, "publication.snoozed", {"minutes": minutes}, now=now)
    return row


def retry(publication: Publication, *, now: datetime) -> Publication:
    """Have a failed publication tried again at once. Raises NotNow."""
    with transaction.atomic():
        content, row = held(publication)
        if row.state != State.FAILED:
            raise NotNow(_("It has not failed."))
        row.state = State.SCHEDULED
        row.attempt_at = now
        row.attempts = 0
        row.error_code = ""
        row.lease_expires_at = None
        row.save(update_fields=[*ending.FIELDS, "attempts"])
        states.refresh(content)
        ending.told(row, "publication.retried", {}, now=now)
    return row


def held(publication: Publication) -> tuple[Content, Publication]:
    content = states.lock(publication.content_id)
    if content is None:
        raise NotNow(_("The post is gone."))
    return content, Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
