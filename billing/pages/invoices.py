"""All invoices of an account, a page at a time."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import CreatorRequest, creator_required
from billing import provider

A_PAGE: Final = 24
LAST: Final = 100
"""More pages than anybody has: what lies behind costs the database more and more."""


@creator_required
@require_safe
def invoices(request: CreatorRequest) -> HttpResponse:
    asked = request.GET.get("page", "1")
    page = min(max(int(asked) if asked.isdecimal() else 1, 1), LAST)
    found = provider.current().invoices(request.user, most=A_PAGE + 1, skip=(page - 1) * A_PAGE)
    shown = {
        "invoices": found[:A_PAGE],
        "page": page,
        "newer": page - 1,
        "older": page + 1 if len(found) > A_PAGE and page < LAST else 0,
    }
    return render(request, "billing/invoices.html", shown)
