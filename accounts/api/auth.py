"""`/api/auth/`: sign in, renew, sign out, and who one is. What carries a session is in cookies, and never in a body."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.middleware.csrf import get_token, rotate_token
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.access import scoped
from accounts.api import signing_in
from accounts.api.told import Credentials, Me, SignedIn
from accounts.models import ApiKey, Scope, Session, User
from accounts.read_only import kept_open
from accounts.sessions import browser, clients, cookies, rows, tokens

CSRF = SessionAuthentication()


class Login(APIView):
    """Sign in with address and password, and with a code where the account has a second step.

    Sets two cookies that scripts cannot read: a token for 15 minutes, which every request sends, and one that
    `/api/auth/refresh` changes for the next two. Unsafe methods need the `csrf_token` of the answer as `X-CSRFToken`.
    """

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="auth_login",
        request=Credentials,
        responses={
            200: SignedIn,
            401: OpenApiResponse(description="`wrong_credentials`, `code_required`, `code_wrong`"),
            429: OpenApiResponse(description="`rate_limited`: too many tries"),
        },
        examples=[
            OpenApiExample(
                "with a second step",
                request_only=True,
                value={"email": "alice@example.org", "password": "correct horse battery", "code": "123456"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        plain, now = request._request, timezone.now()
        refuse_other_sites(plain)
        asked = Credentials(data=request.data)
        asked.is_valid(raise_exception=True)
        user = signing_in.prove(plain, **asked.validated_data)
        pair = clients.begin(user, request=plain, now=now)
        # A token that somebody planted before the sign-in is worth nothing after it.
        rotate_token(plain)
        return answer(plain, pair)


class Refresh(APIView):
    """Change the refresh token for a new pair. Each is good once: one that comes again ends the session for everybody."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="auth_refresh",
        request=None,
        responses={200: SignedIn, 401: OpenApiResponse(description="`not_authenticated`: sign in again")},
    )
    def post(self, request: Request) -> Response:
        plain = request._request
        CSRF.enforce_csrf(request)
        return answer(plain, clients.renew(cookies.refresh(plain), request=plain, now=timezone.now()))


@scoped()
@kept_open
class Logout(APIView):
    """End the session, at once and for whoever holds its tokens."""

    @extend_schema(operation_id="auth_logout", request=None, responses={204: OpenApiResponse(description="Signed out")})
    def post(self, request: Request) -> Response:
        plain = request._request
        if isinstance(request.auth, Session):
            if rows.end(request.auth, Session.Ending.SIGNED_OUT, now=timezone.now()):
                audit.record(request.auth.user, "sign_out", request=plain)
        else:
            auth.logout(plain)
        response = Response(status=status.HTTP_204_NO_CONTENT)
        cookies.take_away(response)
        return response


@scoped(read=Scope.ACCOUNT)
class WhoAmI(APIView):
    """Whose request this is, and by which session or key."""

    @extend_schema(operation_id="auth_me", responses=Me)
    def get(self, request: Request) -> Response:
        session, key = session_of(request), request.auth if isinstance(request.auth, ApiKey) else None
        body = {
            "user": request.user,
            "session": session,
            "key": key,
            "csrf_token": None if key else get_token(request._request),
        }
        return private(Response(Me(body, context={"current": session and session.pk}).data))


def session_of(request: Request) -> Session | None:
    """Return the session that the request belongs to, an API client's or a browser's."""
    if isinstance(request.auth, Session):
        return request.auth
    sid = None if isinstance(request.auth, ApiKey) else browser.sid_of(request._request)
    return Session.objects.for_user(cast(User, request.user)).filter(pk=sid).first() if sid else None


def answer(request: HttpRequest, pair: clients.Pair) -> Response:
    now = timezone.now()
    body: dict[str, Any] = {
        "user": pair.session.user,
        "session": pair.session,
        "expires_in": int(tokens.LIFE.total_seconds()),
        "csrf_token": get_token(request),
    }
    response = private(Response(SignedIn(body, context={"current": pair.session.pk}).data))
    cookies.put(response, pair, now=now)
    return response


def private(response: Response) -> Response:
    response["Cache-Control"] = "private, no-store"
    return response


def refuse_other_sites(request: HttpRequest) -> None:
    """Refuse a sign-in that a page of another site makes a browser send: it would be signed in as somebody else.

    There is no CSRF token yet that could show it. A client that is no browser sends no Origin.
    """
    origin = request.headers.get("Origin")
    if origin and origin not in {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}:
        raise PermissionDenied("Pages of other sites cannot sign in here.")
