"""Settings: the plan, and what is left of its credits."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import CreatorRequest, creator_required
from accounts.settings_pages.frame import show


@creator_required
@require_safe
def plan(request: CreatorRequest) -> HttpResponse:
    return show(request, "plan", "accounts/settings/plan.html")
