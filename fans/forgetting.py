"""Forget fans: all that names them goes, and the books keep sums that name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts import append_only
from analytics import events
from fans.models import Earning, Fan


def forget(fans: Sequence[Fan]) -> int:
    """Delete fans with notes, identities and follows; their payments and figures stay, as anybody's. Return how many."""
    ids = [fan.pk for fan in fans]
    with transaction.atomic():
        with append_only.opened():
            Earning.objects.filter(fan__in=ids).update(fan=None)
        Fan.objects.filter(pk__in=ids).delete()
        for fan in fans:
            events.forget_fan(fan.user_id, UUID(str(fan.pk)))
    return len(ids)
