"""`/api/account/`: where one is signed in, and one's keys."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import api_keys
from accounts.access import InsufficientScope, scoped
from accounts.api.auth import private, session_of
from accounts.api.told import KeyBody, KeyRequest, NewKeyBody, SessionBody
from accounts.models import ApiKey, Scope, User
from accounts.read_only import kept_open
from accounts.sessions import rows


@scoped(read=Scope.ACCOUNT, write=Scope.ACCOUNT)
@kept_open
class Sessions(APIView):
    """Where the account is signed in."""

    @extend_schema(operation_id="account_sessions", responses=SessionBody(many=True))
    def get(self, request: Request) -> Response:
        found, current = rows.of(cast(User, request.user), now=timezone.now()), session_of(request)
        return private(Response(SessionBody(found, many=True, context={"current": current and current.pk}).data))

    @extend_schema(operation_id="account_sessions_end", responses={204: OpenApiResponse(description="Ended")})
    def delete(self, request: Request) -> Response:
        """End all sessions but this one; with an API key, all."""
        current = session_of(request)
        kept = current.pk if current else None
        rows.end_others(cast(User, request.user), kept, request=request._request, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@scoped(write=Scope.ACCOUNT)
@kept_open
class OneSession(APIView):
    """End a session: its tokens and its browser are refused from now on."""

    @extend_schema(operation_id="account_session_end", responses={204: OpenApiResponse(description="Ended")})
    def delete(self, request: Request, session_id: UUID) -> Response:
        if not rows.end_one(cast(User, request.user), session_id, request=request._request, now=timezone.now()):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


@scoped(read=Scope.ACCOUNT, write=Scope.ACCOUNT)
class Keys(APIView):
    """The account's keys that can be used."""

    @extend_schema(operation_id="account_keys", responses=KeyBody(many=True))
    def get(self, request: Request) -> Response:
        keys = ApiKey.objects.for_user(cast(User, request.user)).usable(timezone.now()).order_by("-created_at", "-pk")
        return private(Response(KeyBody(keys, many=True).data))

    @extend_schema(operation_id="account_key_create", request=KeyRequest, responses={201: NewKeyBody})
    def post(self, request: Request) -> Response:
        """Create a key. A key creates none that may do more than itself, or for longer."""
        asked = KeyRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values, now = asked.validated_data, timezone.now()
        days = values["expires_in_days"]
        expires_at = now + timedelta(days=days) if days else None
        if isinstance(request.auth, ApiKey):
            if beyond := sorted(set(values["scopes"]) - set(request.auth.scopes)):
                raise InsufficientScope(beyond[0])
            expires_at = min(filter(None, (expires_at, request.auth.expires_at)), default=None)
        key, secret = api_keys.create(
            cast(User, request.user),
            name=values["name"],
            scopes=values["scopes"],
            expires_at=expires_at,
            request=request._request,
            now=now,
        )
        return private(Response(NewKeyBody({"key": key, "secret": secret}).data, status=status.HTTP_201_CREATED))


@scoped(write=Scope.ACCOUNT)
@kept_open
class OneKey(APIView):
    """Revoke a key."""

    @extend_schema(operation_id="account_key_revoke", responses={204: OpenApiResponse(description="Revoked")})
    def delete(self, request: Request, key_id: int) -> Response:
        if not api_keys.revoke(cast(User, request.user), key_id, request=request._request, now=timezone.now()):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
