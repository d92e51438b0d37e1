"""The content API: ask for a text, see it, watch it, stop it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import staying
from accounts.access import scoped
from accounts.models import Scope, User
from accounts.read_only import kept_open
from ai_routing import connections, event_stream
from ai_routing.models.work import Status
from content import (
    access,
    failures,
    generation,
    idempotency,
    preferences,
    representation,
    serializers,
    voices,
    watching,
)
from content.models import Generation

PROBLEMS = dict.fromkeys((400, 401, 402, 403, 409, 422, 429, 503), serializers.Problem)


@scoped(write=Scope.CONTENT_WRITE)
class Generate(APIView):
    """Write a text with the cheapest model that does it well."""

    @extend_schema(
        operation_id="generate",
        request=serializers.GenerateRequest,
        responses={201: serializers.GenerationBody, 202: serializers.GenerationBody, **PROBLEMS},
        parameters=[
            OpenApiParameter("Idempotency-Key", str, "header", description="Honoured for 24 hours."),
            OpenApiParameter("Prefer", str, "header", description="`respond-async`, or `wait=N` seconds (at most 60)."),
        ],
    )
    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        asked = serializers.GenerateRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        preference = preferences.parse(request.headers.get("Prefer", ""), default=settings.GENERATE_WAIT_SECONDS)
        now = timezone.now()
        brief = asked.brief(user)
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return answer(generation.request(user, brief, now=now), wait_seconds=preference)
        row, is_new = idempotency.once(
            user,
            idempotency.checked(key),
            asked.validated_data,
            now=now,
            lock=timedelta(seconds=preference + 5),
            start=lambda: generation.request(user, brief, now=now),
        )
        try:
            return answer(row, wait_seconds=preference if is_new else 0)
        finally:
            idempotency.answered(user, key, now=timezone.now())


@scoped(read=Scope.CONTENT_READ)
class OneGeneration(APIView):
    """A generation as it stands."""

    @extend_schema(operation_id="generation", responses={200: serializers.GenerationBody, 404: serializers.Problem})
    def get(self, request: Request, generation_id: UUID) -> Response:
        row = access.generation(cast(User, request.user), generation_id)
        return Response(representation.generation(row))


@scoped(write=Scope.CONTENT_WRITE)
@kept_open
class Stop(APIView):
    """Stop writing. What is written so far is kept and charged."""

    @extend_schema(
        operation_id="stop", request=None, responses={202: serializers.GenerationBody, 404: serializers.Problem}
    )
    def post(self, request: Request, generation_id: UUID) -> Response:
        row = access.generation(cast(User, request.user), generation_id)
        generation.stop(row, now=timezone.now())
        return Response(representation.generation(row), status=status.HTTP_202_ACCEPTED)


@scoped(read=Scope.CONTENT_READ)
class Voices(APIView):
    """Your brand voices, the one that is used unless another is chosen first."""

    @extend_schema(operation_id="voices", responses={200: serializers.VoicesBody, 401: serializers.Problem})
    def get(self, request: Request) -> Response:
        found = voices.of(cast(User, request.user))
        return Response(serializers.VoicesBody({"voices": found}).data)


@scoped(read=Scope.CONTENT_READ)
class OneVoice(APIView):
    """One of your brand voices, with the samples that models hear."""

    @extend_schema(operation_id="voice", responses={200: serializers.OneVoiceBody, 404: serializers.Problem})
    def get(self, request: Request, voice_id: UUID) -> Response:
        voice = access.voice(cast(User, request.user), voice_id)
        return Response(serializers.OneVoiceBody(voice).data)


@scoped(read=Scope.CONTENT_READ)
class Events(APIView):
    """Watch a text being written, as Server-Sent Events: `token`, `progress`, then `done` or `error`."""

    @extend_schema(
        operation_id="events",
        parameters=[OpenApiParameter("Last-Event-ID", str, "header", description="Go on after this event.")],
        responses={(200, "text/event-stream"): OpenApiResponse(str), 404: serializers.Problem},
    )
    def get(self, request: Request, generation_id: UUID) -> StreamingHttpResponse:
        row = access.generation(cast(User, request.user), generation_id)
        after = event_stream.position(request.headers.get("Last-Event-ID", ""))
        return event_stream.response(watching.frames(row, after=after), stays_in=staying.of(request))


def answer(row: Generation, *, wait_seconds: float) -> Response:
    """Return 201 when the text is there within the wait, else 202. Raises GenerationFailed."""
    if wait_seconds > 0 and not row.ended:
        connections.give_back()
        watching.wait(row.pk, seconds=wait_seconds)
    row = watching.loaded(row.pk)
    if row.status == Status.FAILED:
        raise failures.GenerationFailed(row)
    body = representation.generation(row)
    if row.ended:
        return Response(body, status=status.HTTP_201_CREATED)
    location = body["events"].removesuffix("/events")
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": location})
