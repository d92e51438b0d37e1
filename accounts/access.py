"""Who may open which page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.privacy import consents

P = ParamSpec("P")


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

    Logged out: the log-in page, which leads back here; 401 for a script.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(cast(AccountRequest, request), *args, **kwargs)
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


def is_by_script(request: HttpRequest) -> bool:
    """Whether a script in one of our pages asks, not a person who opens an address."""
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty"
