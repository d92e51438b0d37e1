"""How the REST API behaves (Django REST framework), and how its document is made (drf-spectacular)."""

from __future__ import annotations

from typing import Any


def rest_framework(*, proxies: int) -> dict[str, Any]:
    """Return REST_FRAMEWORK for a server behind this many load balancers of ours.

    Each adds the last address of X-Forwarded-For; what stands before is the client's own word.
    """
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "accounts.authentication.ApiKeyAuthentication",
            "accounts.authentication.TokenCookieAuthentication",
            "accounts.authentication.BrowserSessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": [
            "rest_framework.permissions.IsAuthenticated",
            "accounts.access.HasScope",
            "accounts.access.MayWrite",
        ],
        "DEFAULT_THROTTLE_CLASSES": ["billing.throttling.PlanRateThrottle"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["huntaze.negotiation.BoundedJSONParser"],
        "DEFAULT_CONTENT_NEGOTIATION_CLASS": "huntaze.negotiation.AlwaysFirst",
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_PAGINATION_CLASS": None,
        "EXCEPTION_HANDLER": "huntaze.problems.handle",
        "UNAUTHENTICATED_USER": None,
        "NUM_PROXIES": proxies,
    }


SPECTACULAR = {
    "TITLE": "Huntaze API",
    "DESCRIPTION": "Posts and messages in a creator's own voice, from the cheapest model that does it well.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Whoever comes with a token that has expired can read it all the same.
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
