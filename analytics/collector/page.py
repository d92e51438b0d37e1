"""`POST /collect`: what a public page tells of its visitor. Answered at once, without a cookie, a session or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import origins
from analytics import events, ids
from analytics.collector import body, programs, stream, visitors
from analytics.collector.stream import Entry, Put

ADDRESS: Final = "/collect"


class CollectorMiddleware:
    """Answers before anything looks at cookies: a visitor who is signed in is counted as a stranger is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return collect(request) if request.path == ADDRESS else self.get_response(request)


# A page that is the same for all has no token. It counts a visit of whoever sends it, and does nothing else.
@csrf_exempt
def collect(request: HttpRequest) -> HttpResponse:
    """Take in what one page tells; 204 whether it counts or not, so that a visitor's browser has nothing to report."""
    if request.method != "POST":
        return _answer(405, Allow="POST")
    if not is_ours(request):
        return _answer(403)
    if _length(request) > body.LONGEST:
        return _answer(413)
    program = request.headers.get("User-Agent", "")[: programs.LONGEST]
    if wants_no_counting(request) or programs.is_robot(program):
        return _answer(204)
    try:
        visit = body.read(request.body, own_host=request.get_host().partition(":")[0])
    except body.Malformed:
        return _answer(400)
    return _answer(429 if keep(request, visit, program, now=timezone.now()) == Put.LIMITED else 204)


def keep(request: HttpRequest, visit: body.Visit, program: str, *, now: datetime) -> Put:
    """Put what was told into the stream, with a number in place of the visitor."""
    salt, address = visitors.salt_of(now), origins.address(request) or ""
    visitor = visitors.number(salt, address=address, program=program, handle=visit.handle)
    entries = [entry(event, data, visit, now) for event, data in told(visit, visitor, programs.device(program))]
    return stream.put(entries, address=visitors.short(salt, address), page=visit.handle)


def told(visit: body.Visit, visitor: int, device: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events that a visit is made of."""
    view = {
        "page": "creator",
        "content_id": None,
        "referrer_host": visit.came_from,
        "visitor": visitor,
        "device": device,
    }
    views = [view] if visit.is_view else []
    views += [{**view, "page": "post", "content_id": content_id} for content_id in visit.posts]
    clicks = [{"block_id": block_id, "host": host, "visitor": visitor} for block_id, host in visit.links]
    return [*(("page.viewed", data) for data in views), *(("link.clicked", data) for data in clicks)]


def entry(event: str, data: dict[str, Any], visit: body.Visit, now: datetime) -> Entry:
    declared = events.declared(event)
    declared.check(data)
    return Entry(ids.fresh(now), event, declared.version, data, now, handle=visit.handle)


def is_ours(request: HttpRequest) -> bool:
    """Tell whether a page of ours sent it, as far as browsers say; programs may say what they like."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    here = f"{request.scheme}://{request.get_host()}"
    return site == "same-origin" and (origin == here or origin in settings.CSRF_TRUSTED_ORIGINS)


def wants_no_counting(request: HttpRequest) -> bool:
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return body.LONGEST + 1


def _answer(status: int, **headers: str) -> HttpResponse:
    return HttpResponse(status=status, headers={"Cache-Control": "no-store", **headers})
