"""Whether caches may keep an answer: only what a view declared public, and never what belongs to somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse

from accounts.sessions import cookies

PRIVATE: Final = "private, no-store"
PUBLIC: Final = re.compile(r"\bpublic\b")
KEPT: Final = frozenset({200, 304})
OWN_COOKIES: Final = frozenset({settings.SESSION_COOKIE_NAME, "messages", cookies.ACCESS, cookies.REFRESH})
"""Who sends one of these gets answers of their own, also with one that is over."""


class KeepingMiddleware:
    """Says `private, no-store` on every answer that no cache may keep, whatever the view said of it.

    Outermost, so that redirects and errors of the other middleware are covered too: one without a word may be kept by
    any cache for as long as it likes. Static files belong to nobody. What a program fetched by its own secret address
    may be kept by that program.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, WhiteNoiseFileResponse):
            judge(request, response)
        return response


def judge(request: HttpRequest, response: HttpResponseBase) -> None:
    said = response.headers.get("Cache-Control", "")
    is_theirs = belongs_to_somebody(request) or bool(response.cookies)
    is_declared = PUBLIC.search(said) or "private" in said
    if is_theirs or not is_declared or response.status_code not in KEPT:
        forbid(response)


def belongs_to_somebody(request: HttpRequest) -> bool:
    return "Authorization" in request.headers or not OWN_COOKIES.isdisjoint(request.COOKIES)


def forbid(response: HttpResponseBase) -> None:
    response.headers["Cache-Control"] = PRIVATE
    for name in ("Expires", "Surrogate-Key"):
        response.headers.pop(name, None)
