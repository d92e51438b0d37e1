"""The calendar feed, and the page on which it is switched on, off, and renewed."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import CreatorRequest, creator_required
from accounts.models import CreatorProfile
from accounts.read_only import kept_open
from content.planning import feed


@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program, which has no session: the address alone says whose calendar it is."""
    user = feed.creator_of(token)
    if user is None:
        raise Http404
    document = feed.document(user, now=timezone.now())
    etag = f'"{hashlib.sha256(document).hexdigest()[:32]}"'
    response = HttpResponse(document, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="huntaze.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = etag
    # For one person, and not for long: what is moved should be seen soon.
    response.headers["Cache-Control"] = "private, max-age=300"
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response) or response
    return answer


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def feed_page(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        profile = CreatorProfile.objects.filter(user=request.user, feed_enabled=True).first()
        address = ""
        if profile is not None:
            address = settings.BASE_URL + reverse("content:calendar-feed", args=[feed.token(profile)])
        context = {"address": address, "webcal": "webcal" + address.removeprefix("https").removeprefix("http")}
        return render(request, "content/feed.html", context)
    match request.POST.get("act"):
        case "on":
            feed.switch(request.user, on=True)
        case "off":
            feed.switch(request.user, on=False)
            messages.success(request, _("The feed is off. Its address shows nothing any more."))
        case "renew":
            feed.renew(request.user)
            messages.success(request, _("The feed has a new address. The old one shows nothing any more."))
    return redirect("content:feed")
