"""The assistant's API: conversations, questions, the events of answers, export."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import staying
from accounts.access import scoped
from accounts.models import Scope, User
from accounts.read_only import kept_open
from ai_routing import event_stream
from ai_routing.assistant import access, asking, conversations, export, representation, serializers, watching
from ai_routing.models import Conversation, Turn

MISSING = {401: serializers.ProblemBody, 404: serializers.ProblemBody}
PROBLEMS = {**MISSING, **dict.fromkeys((400, 402, 403, 409, 429, 503), serializers.ProblemBody)}


class AnswerUnderWay(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "answer_under_way"
    default_detail = "The last question is still being answered"


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class Conversations(APIView):
    """The account's conversations with the assistant."""

    @extend_schema(
        operation_id="conversations",
        description="List the conversations, the last one talked in first.",
        parameters=[serializers.ConversationsQuery],
        responses={200: serializers.ConversationList, 400: serializers.ProblemBody, 401: serializers.ProblemBody},
    )
    def get(self, request: Request) -> Response:
        asked = serializers.ConversationsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = conversations.newest(
            cast(User, request.user), before=asked.validated_data.get("before"), limit=conversations.PAGE + 1
        )
        shown = rows[: conversations.PAGE]
        return Response(
            {
                "conversations": [representation.conversation(row.conversation) for row in shown],
                "older": str(shown[-1].conversation.pk) if len(rows) > len(shown) else None,
            }
        )

    @extend_schema(
        operation_id="conversation_start",
        description="Begin a conversation with a question. The answer comes as events.",
        request=serializers.AskRequest,
        responses={202: serializers.TurnBody, **PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        return accepted(ask(request, None))


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class OneConversation(APIView):
    """A conversation."""

    @extend_schema(
        operation_id="conversation",
        description="A conversation with its newest turns, oldest first.",
        parameters=[serializers.TurnsQuery],
        responses={200: serializers.ConversationWithTurns, 400: serializers.ProblemBody, **MISSING},
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        row = access.conversation(cast(User, request.user), conversation_id)
        asked = serializers.TurnsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = conversations.turns(row, before=asked.validated_data.get("before"), limit=conversations.TURNS + 1)
        shown = found[-conversations.TURNS :]
        older = shown[0].index if len(found) > len(shown) else None
        return Response(representation.with_turns(row, shown, older=older))

    @extend_schema(
        operation_id="conversation_rename",
        description="Give the conversation another title.",
        request=serializers.RenameRequest,
        responses={200: serializers.ConversationBody, 400: serializers.ProblemBody, **MISSING},
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        row = access.conversation(cast(User, request.user), conversation_id)
        asked = serializers.RenameRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        conversations.rename(row, title=asked.validated_data["title"])
        return Response(representation.conversation(row))

    @extend_schema(
        operation_id="conversation_delete",
        description=(
            "Delete the conversation for good. An answer that is being written is stopped; what was written of it is"
            " charged, as for a stop."
        ),
        responses={204: None, **MISSING},
    )
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        conversations.delete(access.conversation(cast(User, request.user), conversation_id), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class Turns(APIView):
    """The questions of a conversation."""

    @extend_schema(
        operation_id="conversation_ask",
        description="Ask the next question. While an answer is being written the code is `answer_under_way` (409).",
        request=serializers.AskRequest,
        responses={202: serializers.TurnBody, **PROBLEMS},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        return accepted(ask(request, access.conversation(cast(User, request.user), conversation_id)))


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class OneTurn(APIView):
    """A question and its answer as they stand."""

    @extend_schema(operation_id="turn", responses={200: serializers.TurnBody, **MISSING})
    def get(self, request: Request, turn_id: UUID) -> Response:
        return Response(representation.turn(access.turn(cast(User, request.user), turn_id)))


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
@kept_open
class Stop(APIView):
    """Stop the answer. What is written so far is kept and charged."""

    @extend_schema(operation_id="turn_stop", request=None, responses={202: serializers.TurnBody, **MISSING})
    def post(self, request: Request, turn_id: UUID) -> Response:
        row = access.turn(cast(User, request.user), turn_id)
        asking.stop(row, now=timezone.now())
        return Response(representation.turn(row), status=status.HTTP_202_ACCEPTED)


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class Events(APIView):
    """Watch an answer being written, as Server-Sent Events: `token`, `progress`, then `done` or `error`."""

    @extend_schema(
        operation_id="turn_events",
        parameters=[OpenApiParameter("Last-Event-ID", str, "header", description="Go on after this event.")],
        responses={(200, "text/event-stream"): OpenApiResponse(str), 400: serializers.ProblemBody, **MISSING},
    )
    def get(self, request: Request, turn_id: UUID) -> StreamingHttpResponse:
        row = access.turn(cast(User, request.user), turn_id)
        after = event_stream.position(request.headers.get("Last-Event-ID", ""))
        return event_stream.response(watching.frames(row, after=after), stays_in=staying.of(request))


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class ExportJson(APIView):
    """The whole conversation as a JSON file."""

    @extend_schema(
        operation_id="conversation_export_json", responses={(200, "application/json"): dict[str, Any], **MISSING}
    )
    def get(self, request: Request, conversation_id: UUID) -> HttpResponse:
        row = access.conversation(cast(User, request.user), conversation_id)
        return download(row, export.as_json(row), "json", "application/json")


@scoped(read=Scope.ASSISTANT, write=Scope.ASSISTANT)
class ExportMarkdown(APIView):
    """The whole conversation as a Markdown file, in the language of the account."""

    @extend_schema(
        operation_id="conversation_export_markdown", responses={(200, "text/markdown"): OpenApiResponse(str), **MISSING}
    )
    def get(self, request: Request, conversation_id: UUID) -> HttpResponse:
        row = access.conversation(cast(User, request.user), conversation_id)
        return download(row, export.as_markdown(row), "md", "text/markdown; charset=utf-8")


def ask(request: Request, conversation: Conversation | None) -> Turn:
    asked = serializers.AskRequest(data=request.data)
    asked.is_valid(raise_exception=True)
    try:
        return asking.ask(cast(User, request.user), conversation, asked.validated_data["question"], now=timezone.now())
    except asking.AnswerUnderWay as error:
        raise AnswerUnderWay(str(error)) from error


def accepted(turn: Turn) -> Response:
    body = representation.turn(turn)
    location = body["events"].removesuffix("/events")
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


def download(conversation: Conversation, text: str, ending: str, content_type: str) -> HttpResponse:
    name = export.file_name(conversation, ending)
    answer = HttpResponse(text, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
