"""Publish one publication: claim it, look once more whether it may go out, hand it to its channel, keep the outcome."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from content import channels, media, moderation
from content.channels import Text
from content.models import Asset, Publication
from content.publishing import adapters, due, ending
from content.publishing.adapters import Failed, Outcome

logger = logging.getLogger(__name__)

TOO_LATE: Final = timedelta(hours=24)
"""What could not go out for a day, because we were out of order, is old news: the creator decides."""


def publish(publication_id: UUID) -> None:
    """Publish it, unless it is not due, or another worker has it. Safe to repeat, and to kill at any point."""
    publication = due.claim(publication_id, now=timezone.now())
    if publication is None:
        return
    text = channels.text(publication.content, publication.channel)
    files = media.of(publication.content)
    outcome = hindrance(publication, text, files, now=timezone.now()) or handed_over(publication, text, files)
    ending.end(publication, outcome, text=text, now=timezone.now())


def hindrance(publication: Publication, text: Text, files: list[Asset], *, now: datetime) -> Outcome | None:
    """Return why it must not go out as it is now; None when it may. Much can have changed since it was scheduled."""
    # A retry has its own, later time: it was not missed.
    if publication.attempts == 1 and now - publication.attempt_at > TOO_LATE:
        return Failed("missed")
    if moderation.may_publish(publication.content).blocked:
        return Failed("blocked")
    found = {fault.code for fault in channels.faults(text, publication.channel, files) if fault.stops}
    if found == {"media_not_ready"}:
        rejected = any(asset.state == Asset.State.REJECTED for asset in files)
        return Failed("media_not_ready", may_pass=not rejected)
    return Failed("not_ready") if found else None


def handed_over(publication: Publication, text: Text, files: list[Asset]) -> Outcome:
    """Return what the channel says; whatever it raises counts as a failure that may pass."""
    adapter = adapters.of(publication.channel)
    try:
        return adapter.publish(publication, text, files)
    except Exception:
        # The adapter speaks to somebody else's server, and anything can come of that; the row must end all the same.
        logger.exception("Publication %s: the channel %s raised", publication.pk, publication.channel)
        if adapter.is_repeatable:
            return Failed("unexpected", may_pass=True)
        return Failed("unknown_outcome")
