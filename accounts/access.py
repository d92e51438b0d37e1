"""Who may open which page, and what a key may be used for: the one place that pages and the API ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts import read_only
from accounts.models import ApiKey, Role, Scope, User
from accounts.privacy import consents

if TYPE_CHECKING:
    # That module reads a class of this one from the settings while it is being imported.
    from rest_framework.views import APIView

P = ParamSpec("P")
V = TypeVar("V", bound=type)


class AccountRequest(HttpRequest):
    """A request that `account_required` let through."""

    user: User


class CreatorRequest(AccountRequest):
    """A request that `creator_required` let through."""


def creator_required(
    view: Callable[Concatenate[CreatorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only creators in, and keep their pages out of every cache.

    Logged out: the log-in page, which leads back here; 401 for a script. A fan or an operator: PermissionDenied, whose
    page says what to do. Who has not agreed to the terms of today and opens a page is asked first.
    """

    @wraps(view)
    def guarded(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.role != Role.CREATOR:
            raise PermissionDenied(
                _("This part is for creators. Log out, then log in or sign up with a creator's account.")
            )
        if must_agree(request):
            return redirect(f"{reverse('accounts:agree')}?{urlencode({'next': request.get_full_path()})}")
        return view(cast(CreatorRequest, request), *args, **kwargs)

    return account_required(guarded)


def account_required(
    view: Callable[Concatenate[AccountRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let everybody in who is logged in, whatever their role, and keep their pages out of every cache.

    Also those who do not agree to the terms of today: their rights are theirs all the same.

    Logged out: the log-in page, which leads back here; 401 for a script. Who may only read and sends something: 402,
    unless the view is kept open.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        known = cast(AccountRequest, request)
        if read_only.forbids(known.user, request.method, view):
            response: HttpResponseBase = read_only.refusal(request, by_script=is_by_script(request))
        else:
            response = view(known, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    to_the_log_in = login_required(guarded)

    @wraps(view)
    def entry(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated or not is_by_script(request):
            return to_the_log_in(request, *args, **kwargs)
        # A script would follow a redirect, and take the log-in page for the part of a page that it asked for.
        return HttpResponse(status=401)

    return entry


def must_agree(request: AccountRequest) -> bool:
    """Whether the person is to be asked before the page opens. Work under way goes on: only opening a page asks."""
    return request.method == "GET" and not is_by_script(request) and not consents.is_up_to_date(request.user)


class InsufficientScope(exceptions.PermissionDenied):
    """The key does not have the scope that this part of the API needs."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"This key lacks the scope {needed}. Create one that has it under Settings."
            if needed
            else "API keys cannot be used here. Sign in instead."
        )
        scope = f', scope="{needed}"' if needed else ""
        self.auth_header = f'Bearer realm="api", error="insufficient_scope"{scope}'


class HasScope(BasePermission):
    """Lets a key in where the view declares a scope that the key has. Who signed in needs no scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        # A method that the view does not have is its own refusal, whoever asks.
        if isinstance(request.auth, ApiKey) and request.method in view.allowed_methods:
            needed = scope_of(view, request.method or "")
            if needed not in request.auth.scopes:
                raise InsufficientScope(needed)
        return True


class MayWrite(BasePermission):
    """Lets those who may only read do no more than that, but where the view is kept open."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        has_method = request.method in view.allowed_methods
        if has_method and isinstance(user, User) and read_only.forbids(user, request.method, view):
            raise read_only.ReadOnly
        return True


def scoped(*, read: Scope | None = None, write: Scope | None = None) -> Callable[[V], V]:
    """Declare which scope a key needs for an API view: to read, and to do anything else. None: no key is let in."""

    def declare(view: V) -> V:
        view.scopes = {"read": read, "write": write}  # type: ignore[attr-defined]
        return view

    return declare


def scope_of(view: Any, method: str) -> str:
    """Return the scope that a key needs; "" where none lets it in. A view that declares nothing takes no key."""
    declared: dict[str, Scope | None] = getattr(view, "scopes", {})
    found = declared.get("read" if method.upper() in SAFE_METHODS else "write")
    return found.value if found else ""


def is_by_script(request: HttpRequest) -> bool:
    """Whether a script in one of our pages asks, not a person who opens an address."""
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty"
