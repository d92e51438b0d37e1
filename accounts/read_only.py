"""Who may only read for now, and what stays open to them: all is there and can be exported, nothing new is written.

`User.read_only_since` says who; billing writes it together with the tier. Pages and the API are held to it in
`accounts.access`, by the method of the request, so a new address that says nothing is closed.
"""

from __future__ import annotations

from typing import Final, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User

V = TypeVar("V")

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADER: Final = "Account-Access"
"""Tells our scripts why, whatever they asked for; js/connection.js listens."""


class ReadOnly(Exception):
    """The account may only read: what was owed was not paid in time."""

    def __init__(self) -> None:
        super().__init__(
            "The last payment failed, and the days to pay it are over. Everything stays, to be read and exported. Pay the"
            " open invoice under Billing, and you can write again at once."
        )


def kept_open(view: V) -> V:
    """Let also those use a view who may only read: what is theirs by right, what pays, and what stops something.

    Stands right above the function or the class.
    """
    view.kept_open = True  # type: ignore[attr-defined]
    return view


def forbids(user: User, method: str | None, view: object) -> bool:
    """Whether a request would write what its owner may not write now."""
    return user.read_only_since is not None and method not in SAFE and not getattr(view, "kept_open", False)


def refusal(request: HttpRequest, *, by_script: bool) -> HttpResponse:
    """Return what a page, or a script in one, gets in place of what it wanted."""
    if "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse(
            {
                "code": "read_only",
                "title": _("This account is read-only"),
                "advice": _("Pay the open invoice, and you can write again at once."),
            },
            status=402,
        )
    else:
        template = "accounts/_read_only.html" if by_script else "accounts/read_only.html"
        response = render(request, template, status=402)
    response[HEADER] = "read-only"
    return response
