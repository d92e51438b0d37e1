"""The OpenAI-compatible endpoint: any client of that protocol, through the same door as everything else."""

from __future__ import annotations

import itertools
from typing import cast
from uuid import uuid4

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import staying
from accounts.access import scoped
from accounts.models import Scope, User
from ai_routing import event_stream
from ai_routing.compatible import answering, asked, told


class Compatible(APIView):
    """A view whose errors come in the envelope of the protocol."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        response.data = told.error(response.data)
        response.content_type = "application/json"
        return response


@scoped(write=Scope.AI)
class ChatCompletions(Compatible):
    """Complete a chat. `model: "auto"` lets Huntaze choose the cheapest model that does it well."""

    @extend_schema(operation_id="chat_completions", request=asked.ChatRequest, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> HttpResponseBase:
        now = timezone.now()
        fields = asked.read(request.data)
        user = cast(User, request.user)
        may_be_cached = "no-cache" not in request.headers.get("Cache-Control", "")
        reference = uuid4()
        admitted = answering.admit(asked.job(user, fields, may_be_cached=may_be_cached), reference=reference, now=now)
        if not fields["stream"]:
            return Response(told.chat_completion(answering.whole(admitted), reference=reference, now=now))
        telling = answering.Telling(admitted)
        first = telling.begin()
        rest = iter(()) if isinstance(first, answering.Answered) else telling.rest()
        chunks = told.chunks(
            itertools.chain([first], rest),
            reference=reference,
            model=admitted.route.deployments[0].partition(":")[2],
            include_usage=bool((fields.get("stream_options") or {}).get("include_usage")),
            now=now,
        )
        return event_stream.response(
            told.Watched(chunks, when_closed=telling.hung_up.set), stays_in=staying.of(request)
        )


@scoped(read=Scope.AI)
class Models(Compatible):
    """The models that can be asked for by name, and `auto`."""

    @extend_schema(operation_id="models", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response(told.models([asked.AUTO, *asked.model_names()]))
