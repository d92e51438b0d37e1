"""The only way to an object of the AI team: by id, for its owner. Anybody else's does not exist."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from accounts.models import User
from ai_routing.models import Proposal, Run, Step


def run(user: User, run_id: UUID) -> Run:
    """Return the user's run with its steps and proposals in order. Raises Http404."""
    found = get_object_or_404(
        Run.objects.for_user(user).prefetch_related(
            Prefetch("steps", Step.objects.order_by("pk")),
            Prefetch("proposals", Proposal.objects.order_by("index")),
        ),
        pk=run_id,
    )
    # At hand already: asked for once.
    found.user = user
    return found
