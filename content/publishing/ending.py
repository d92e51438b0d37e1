"""Keep what became of a try to publish, in one transaction: state, snapshot, provenance, event, notification."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from analytics import events
from content import channels, history, voices
from content.channels import Text
from content.models import Content, ProvenanceEntry, Publication
from content.publishing import notices, states
from content.publishing.adapters import Failed, Outcome, Published, Reminded

logger = logging.getLogger(__name__)

State = Publication.State

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800))
"""How long to wait after each failure that may pass. After the last one it has failed."""

FIELDS: Final = (
    *("state", "attempt_at", "lease_expires_at", "error_code"),
    *("reminded_at", "mailed_at", "published_at", "title", "body", "url"),
)


def end(publication: Publication, outcome: Outcome, *, text: Text | None = None, now: datetime) -> bool:
    """Store the outcome; return False when the claim was lost meanwhile, and nothing was stored.

    Only the worker with the newest claim has a say, so whatever two workers believe, one outcome is kept.
    """
    with transaction.atomic():
        content = states.lock(publication.content_id)
        row = (
            Publication.objects.select_for_update(of=("self",))
            .filter(pk=publication.pk, claim=publication.claim, state=State.PUBLISHING)
            .first()
        )
        if row is None or content is None:
            logger.warning("Publication %s: another worker has taken over, or it is gone", publication.pk)
            return False
        row.lease_expires_at = None
        if content.deleted_at:
            # It lies in the bin. Whoever takes it out schedules it again.
            row.state = State.CANCELED
        else:
            # Without a text nothing was handed over: a dead worker's publication is taken back.
            settle(row, content, outcome, text or channels.text(content, row.channel), now=now)
        row.save(update_fields=FIELDS)
        states.refresh(content)
    return True


def settle(row: Publication, content: Content, outcome: Outcome, text: Text, *, now: datetime) -> None:
    match outcome:
        case Published(url=url):
            published(row, content, text, url, now=now)
            notices.published(row, content, now=now)
        case Reminded():
            row.state = State.REMINDED
            row.reminded_at, row.mailed_at = now, None
            told(row, "publication.reminded", {}, now=now)
            notices.reminded(row, content, now=now)
        case Failed(code=code, may_pass=True) if row.attempts <= len(PAUSES):
            row.state = State.SCHEDULED
            row.attempt_at = now + PAUSES[row.attempts - 1]
            logger.warning("Publication %s is tried again at %s: %s", row.pk, row.attempt_at, code)
        case Failed(code=code):
            row.state = State.FAILED
            row.error_code = code
            told(row, "publication.failed", {"error_code": code}, now=now)
            notices.failed(row, content, now=now)


def published(row: Publication, content: Content, text: Text, url: str, *, now: datetime) -> None:
    """Fill a locked row in as published, and keep what was said where it came from; the caller saves the row."""
    row.state = State.PUBLISHED
    row.published_at = now
    row.error_code = ""
    row.title, row.body, row.url = text.title, text.body, url
    history.record(
        content, ProvenanceEntry.Action.PUBLISHED, text=text.body, origin=text.origin, channel=row.channel, now=now
    )
    voices.accepted(content, now=now)
    late = max(0, round((now - row.due_at).total_seconds()))
    told(row, "publication.published", {"seconds_late": late, "origin": text.origin}, now=now)


def told(row: Publication, event: str, data: dict[str, object], *, now: datetime) -> None:
    shared = {"publication_id": str(row.pk), "content_id": str(row.content_id), "channel": row.channel}
    events.record(event, user_id=row.user_id, data={**shared, **data}, now=now)
