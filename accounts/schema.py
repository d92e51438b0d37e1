"""How the OpenAPI document tells of our ways in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from accounts.access import scope_of
from accounts.sessions import cookies


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types there
    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "hz_…"}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """Name the scope that a key needs, which OpenAPI 3.1 allows for every kind of scheme."""
        scope = scope_of(auto_schema.view, auto_schema.method)
        return {self.name: [scope] if scope else []}


class TokenCookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types there
    target_class = "accounts.authentication.TokenCookieAuthentication"
    name = "tokenCookie"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": cookies.ACCESS,
            "description": "Set by `/api/auth/login`. Unsafe methods need `X-CSRFToken` as well.",
        }


class BrowserSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types there
    target_class = "accounts.authentication.BrowserSessionAuthentication"
    name = "browserSession"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
