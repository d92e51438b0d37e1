"""The switches for theme and language."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings as configuration
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from accounts.models import Theme, User
from accounts.read_only import kept_open

COOKIE_SECONDS = 365 * 24 * 60 * 60
THEME_COOKIE = "theme"


SEND_OR_FOLLOW = ["GET", "HEAD", "POST"]


@require_http_methods(SEND_OR_FOLLOW)
def theme(request: HttpRequest) -> HttpResponse:
    """Switch the theme: in a cookie that outlives the log-out, and, when a form asks, in the user's row."""
    chosen = asked(request).get("theme", "")
    if chosen not in Theme.values:
        raise BadRequest(f"theme must be one of {', '.join(Theme.values)}")
    if isinstance(request.user, User) and request.method == "POST":
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    return remember(back(request), THEME_COOKIE, chosen)


@require_http_methods(SEND_OR_FOLLOW)
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: in a cookie that outlives the log-out, and, when a form asks, in the user's row."""
    chosen = asked(request).get("language", "")
    if chosen not in dict(configuration.LANGUAGES):
        raise BadRequest(f"language must be one of {', '.join(dict(configuration.LANGUAGES))}")
    if isinstance(request.user, User) and request.method == "POST":
        request.user.locale = chosen
        request.user.save(update_fields=["locale"])
    return remember(back(request), configuration.LANGUAGE_COOKIE_NAME, chosen)


@creator_required
@require_POST
@kept_open
def shortcuts(request: CreatorRequest) -> HttpResponse:
    """Switch the shortcuts of a single key on or off."""
    chosen = request.POST.get("shortcuts", "")
    if chosen not in {"on", "off"}:
        raise BadRequest("shortcuts must be on or off")
    profile = profiles.of(request.user)
    profile.shortcuts = chosen == "on"
    profile.save(update_fields=["shortcuts"])
    return back(request)


def asked(request: HttpRequest) -> QueryDict:
    """Return what a form sent, or what stands in the address of a link.

    Public pages switch by links: a form needs a token, the token a cookie, and a page with a cookie is kept by no cache.
    A link changes nothing but the reader's own cookie.
    """
    return request.POST if request.method == "POST" else request.GET


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Return to the page that the form or link stood on, if it is one of ours, without a language in its address."""
    target = asked(request).get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(without_language(target) if ours else reverse("home"))
    add_never_cache_headers(response)
    return response


def without_language(target: str) -> str:
    parts = urlsplit(target)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    return parts._replace(query=urlencode(kept)).geturl() if parts.query else target


def remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_SECONDS,
        secure=configuration.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
