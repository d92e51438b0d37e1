"""How the API knows who is calling: an API key, the token of an API client that signed in, or the browser's own session."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import api_keys
from accounts.models import ApiKey, Session, User
from accounts.sessions import clients, cookies, tokens


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer hz_…`. Another scheme, or none, is left to the next class."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            key = api_keys.authenticate(secret.strip(), now=timezone.now())
        except api_keys.InvalidApiKey as error:
            raise AuthenticationFailed(str(error)) from error
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenCookieAuthentication(SessionAuthentication):
    """The token in the cookie that `/api/auth/login` sets; unsafe methods need the CSRF token.

    Without the cookie, it is left to the next class. With one that is not good, the answer is 401, whatever else the
    request carries.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        token = cookies.access(request)
        if not token:
            return None
        try:
            session = clients.authenticate(token, request=request._request, now=timezone.now())
        except (tokens.InvalidToken, clients.SessionOver) as error:
            raise AuthenticationFailed(str(error)) from error
        self.enforce_csrf(request)
        return session.user, session


class BrowserSessionAuthentication(SessionAuthentication):
    """The browser's session; unsafe methods need the CSRF token."""
