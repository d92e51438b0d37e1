"""What every answer tells browsers, whoever gives it: a page, the API, a file, a redirect, an error, a health check.

Django and django-csp say most of it for what goes through the views. Files, redirects to HTTPS and health checks are
answered before those are asked; the rest of what they would say is said here, and what neither of them knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Powers of a browser that no page of ours needs, and that nothing planted in one shall get.
UNUSED: Final = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
# Passkeys, and the buttons that copy; for our own pages, and for none that one of them would show in a frame.
OWN: Final = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")

PERMISSIONS: Final = ", ".join([*(f"{name}=()" for name in UNUSED), *(f"{name}=(self)" for name in OWN)])
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of what is no page: opened by itself, it loads nothing, and stands in no frame."""


class AnswerHeadersMiddleware:
    """Outermost, so that it sees every answer. What another has said already stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in said().items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", strict_transport())
        return response


def said() -> dict[str, str]:
    return {
        "Content-Security-Policy": NOTHING,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY or "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY or "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def strict_transport() -> str:
    more = ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    more += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join([f"max-age={settings.SECURE_HSTS_SECONDS}", *more])
