"""The cookies that carry the tokens: out of reach of scripts, and of every other site."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.sessions.clients import Pair
from accounts.sessions.tokens import LIFE

# Browsers take cookies with these prefixes from a secure origin alone (their own machine is one), and the first for no
# other host.
ACCESS: Final = "__Host-hz_access"
REFRESH: Final = "__Secure-hz_refresh"
# The refresh token is sent to where it is used, and nowhere else.
REFRESH_PATH: Final = "/api/auth/"


def access(request: HttpRequest) -> str:
    return request.COOKIES.get(ACCESS, "")


def refresh(request: HttpRequest) -> str:
    return request.COOKIES.get(REFRESH, "")


def put(response: HttpResponseBase, pair: Pair, *, now: datetime) -> None:
    left = int((pair.session.expires_at - now).total_seconds())
    bake(response, ACCESS, pair.access, path="/", max_age=min(int(LIFE.total_seconds()), left))
    bake(response, REFRESH, pair.refresh, path=REFRESH_PATH, max_age=left)


def bake(response: HttpResponseBase, name: str, value: str, *, path: str, max_age: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def take_away(response: HttpResponseBase) -> None:
    for name, path in ((ACCESS, "/"), (REFRESH, REFRESH_PATH)):
        bake(response, name, "", path=path, max_age=0)
