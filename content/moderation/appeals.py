"""A creator objects to a hard block, and operators decide about that very text."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from analytics import events
from content.models import Review
from content.moderation import telling


class NotBlocked(Exception):
    """There is nothing to object to: the text may be published."""


class AlreadyAppealed(Exception):
    """The creator has objected already; the operators answer each text once."""


class AlreadyDecided(Exception):
    """Another operator was quicker."""


def appeal(review: Review, words: str, *, now: datetime) -> Review:
    """Ask the operators to look at a blocked text. Raises NotBlocked and AlreadyAppealed."""
    with transaction.atomic():
        row = Review.objects.select_for_update().get(pk=review.pk)
        if row.verdict != Review.Verdict.BLOCKED or row.decision == Review.Decision.OVERTURNED:
            raise NotBlocked("This text is not blocked.")
        if row.appealed_at is not None:
            raise AlreadyAppealed("You have objected already. Change the text, or wait for the answer.")
        row.appeal, row.appealed_at = words.strip(), now
        row.save(update_fields=["appeal", "appealed_at"])
        events.record("review.appealed", user_id=row.user_id, data=named(row), now=now)
    return row


def decide(review: Review, operator: User, decision: str, note: str, *, now: datetime) -> Review:
    """Keep an operator's word on an appeal, and tell the creator. Raises AlreadyDecided."""
    with transaction.atomic():
        row = Review.objects.select_for_update(of=("self",)).select_related("user", "content").get(pk=review.pk)
        if row.decision or row.appealed_at is None:
            raise AlreadyDecided("This appeal has been decided already.")
        row.decision, row.note = decision, note.strip()
        row.decided_by, row.decided_at = operator, now
        row.save(update_fields=["decision", "note", "decided_by", "decided_at"])
        events.record("review.decided", user_id=row.user_id, data={**named(row), "decision": decision}, now=now)
        telling.decided(row, now=now)
    return row


def waiting() -> QuerySet[Review]:
    """Return the appeals that operators have not answered, the oldest first."""
    return Review.objects.filter(appealed_at__isnull=False, decision="").order_by("appealed_at")


def named(review: Review) -> dict[str, str]:
    return {"review_id": str(review.pk), "content_id": str(review.content_id)}
