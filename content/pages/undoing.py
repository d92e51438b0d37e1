"""Acts that a toast takes back: what each needs for it is kept in the session until then."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import undo as toast
from accounts.access import CreatorRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_KEPT: Final = 8

Taken = dict[str, Any]
"""Plain JSON: what takes an act back."""


def offer(request: CreatorRequest, text: str | _StrPromise, taken: Taken, *, by: str) -> None:
    """Say what was done, and keep for a while what takes it back: `by` names the address, which gets a token."""
    toast.offer(request, text, url=keep(request, taken, by=by))


def keep(request: CreatorRequest, taken: Taken, *, by: str) -> str:
    """Keep for a while what takes an act back, and return the address that does so."""
    token = secrets.token_urlsafe(9)
    kept: dict[str, Taken] = request.session.get(by, {})
    request.session[by] = dict([*kept.items(), (token, taken)][-MOST_KEPT:])
    return reverse(by, args=[token])


def taken(request: CreatorRequest, token: str, *, by: str) -> Taken | None:
    """Return what was kept under a token, once."""
    kept: dict[str, Taken] = request.session.get(by, {})
    found = kept.pop(token, None)
    if found is not None:
        request.session[by] = kept
    return found


def back(request: CreatorRequest, to: str) -> HttpResponse:
    """Go back to where the form was, as its field `next` says; else to the address of this name."""
    here = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(here, allowed_hosts=None) and here.startswith("/app/"):
        return redirect(here)
    return redirect(to)
