"""The reader's language and time zone, for the time of one request."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts.models import User

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class LocaleMiddleware:
    """The signed-in user's own; for others `?lang=` in the address, the cookie, or `Accept-Language`; and UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User):
            language = user.locale
            zone = time_zone(user)
        else:
            asked = request.GET.get("lang", "")
            named = asked in LANGUAGES
            language = asked if named else translation.get_language_from_request(request)
            zone = None
            # An address that names its language is one page for all; the theme is in a cookie still.
            varies = ("Cookie",) if named else ("Accept-Language", "Cookie")
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or language
        timezone.activate(zone) if zone else timezone.deactivate()
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        if not isinstance(user, User):
            patch_vary_headers(response, varies)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


def time_zone(user: User) -> ZoneInfo | None:
    """Return the user's zone; None for a name that this system's zone data no longer knows."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
