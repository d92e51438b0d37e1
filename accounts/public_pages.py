"""What every public page needs: words for search engines and link previews, and headers for shared caches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.views.decorators.http import conditional_page, require_safe

P = ParamSpec("P")

SHARED_SECONDS: Final = 300
"""How long a CDN may show a page without asking again. One that is not told of a change shows it after that."""
STALE_SECONDS: Final = 300
"""How much longer it may show it while it fetches the new one; media on the page open for longer than both."""
AWAY_SECONDS: Final = 86_400
"""How much longer it may show it while we are away."""

ALL: Final = "page"
SITE: Final = "site"


def tags(path: str) -> tuple[str, str]:
    """Return by which names caches are told to forget the page at a path: that of all pages, and that of its owner."""
    first = path.split("/")[1]
    return ALL, first.lower() if first.startswith("@") else SITE


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is told of elsewhere. `path` is its one address, whatever else was in the request's."""

    title: str | Promise
    description: str | Promise
    path: str
    kind: str = "website"
    image: str = ""
    # Told to search engines and previews; a page that repeats another one, or the later part of a list, is not.
    listed: bool = True

    @property
    def url(self) -> str:
        return settings.BASE_URL + self.path

    @property
    def image_url(self) -> str:
        return settings.BASE_URL + (self.image or static("og.png"))

    @property
    def translations(self) -> list[tuple[str, str]]:
        """Each language with the address that has the page in it."""
        return [(code, f"{self.url}?lang={code}") for code, _name in settings.LANGUAGES]


def public_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let shared caches keep what the view shows to a visitor without a session, and nothing else.

    The view is asked by GET and HEAD alone. For a visitor it may depend on the address, on `Accept-Language` and on the
    cookies for language and theme, which `Vary` names; it must not use a form with a CSRF token, which is a cookie.
    """

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        # A session that is over counts too: the answer deletes its cookie.
        personal = settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES
        if personal or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
            patch_cache_control(response, private=True, no_store=True)
        elif response.status_code == 200:
            patch_cache_control(
                response,
                public=True,
                max_age=0,
                s_maxage=SHARED_SECONDS,
                stale_while_revalidate=STALE_SECONDS,
                stale_if_error=AWAY_SECONDS,
            )
            response["Surrogate-Key"] = " ".join(tags(request.path))
        return response

    checked: Callable[..., HttpResponse] = require_safe(conditional_page(shown))
    return checked
