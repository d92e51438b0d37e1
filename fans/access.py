"""The only way to what a creator knows of fans and earnings: by id, for its owner. Anybody else's does not exist."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from accounts.models import User
from fans.models import Earning, EarningImport, Fan, FanIdentity, FanNote, FanTag


def fan(user: User, fan_id: UUID) -> Fan:
    """Return the creator's fan with identities and tags in order. Raises Http404."""
    return get_object_or_404(
        Fan.objects.for_user(user)
        .prefetch_related(Prefetch("identities", FanIdentity.objects.order_by("platform", "handle")))
        .prefetch_related(Prefetch("tags", FanTag.objects.order_by("name"))),
        pk=fan_id,
    )


def note(user: User, note_id: UUID) -> FanNote:
    """Return a note on one of the creator's fans. Raises Http404."""
    return get_object_or_404(
        FanNote.objects.select_related("fan").filter(fan__user=user, fan__deleted_at=None), pk=note_id
    )


def earning(user: User, earning_id: UUID) -> Earning:
    """Return a line of the creator's books. Raises Http404."""
    return get_object_or_404(Earning.objects.for_user(user).select_related("fan"), pk=earning_id)


def statement(user: User, statement_id: UUID) -> EarningImport:
    """Return a statement that the creator uploaded. Raises Http404."""
    return get_object_or_404(EarningImport.objects.for_user(user), pk=statement_id)
