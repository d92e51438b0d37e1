"""Posts that their creator threw away: 30 days to take them back, then they are gone.

What is in the bin is shown nowhere else, and nothing of it goes out: a publication whose minute comes meanwhile is
canceled. One whose minute is still ahead when the post is taken back goes out as it was planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from analytics import events
from content import posts, voices
from content.models import Content
from content.publishing import states

KEEPS: Final = timedelta(days=30)
AT_MOST: Final = 200


def put_away(user: User, contents: Sequence[Content], *, now: datetime) -> list[UUID]:
    """Put posts into the bin; return those that were not there yet."""
    with transaction.atomic():
        rows = Content.objects.for_user(user).filter(pk__in=[content.pk for content in contents]).order_by("pk")
        ids = list(rows.select_for_update().values_list("pk", flat=True))
        Content.objects.filter(pk__in=ids).update(deleted_at=now)
        voices.suspend(ids, now=now)
        for pk in ids:
            events.record("content.binned", user_id=user.pk, data={"content_id": str(pk)}, now=now)
    return ids


def take_back(user: User, ids: Sequence[UUID | str], *, now: datetime) -> int:
    """Take posts out of the bin, and return how many."""
    with transaction.atomic():
        rows = Content.objects.in_bin(user).filter(pk__in=ids).order_by("pk")
        found = list(rows.select_for_update().defer("search"))
        Content.objects.filter(pk__in=[content.pk for content in found]).update(deleted_at=None)
        for content in found:
            # Publications may have been canceled while it lay there.
            states.refresh(content)
        for content in found:
            if content.deleted_at is not None:
                voices.resume(content.pk, content.deleted_at, now=now)
            if content.state == Content.State.DRAFT:
                voices.withdraw(content, now=now)
    return len(found)


def delete_for_good(contents: Sequence[Content], *, now: datetime) -> int:
    """Delete posts that are in the bin, with the words that models were sent for them; return how many."""
    binned = [content for content in contents if content.deleted_at is not None]
    for content in binned:
        posts.delete(content, now=now)
    return len(binned)


def empty_bins(*, now: datetime) -> int:
    """Delete what has been in a bin for 30 days, at most 200 at a time; return how many."""
    rows = Content.objects.filter(deleted_at__lte=now - KEEPS).order_by("deleted_at", "pk").defer("search")
    return delete_for_good(list(rows[:AT_MOST]), now=now)
