"""The shapes of the assistant's API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai_routing.assistant import asking
from ai_routing.models.work import Status

MAX_TITLE = 160


class Strict(serializers.Serializer[Any]):
    """Refuses fields that are not listed, so that a typing error is not taken for a default."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in data.keys() - self.fields.keys())):
            raise serializers.ValidationError(
                {name: [f"There is no such field. Use: {', '.join(self.fields)}."] for name in unknown}
            )
        return dict(super().to_internal_value(data))


class AskRequest(Strict):
    question = serializers.CharField(max_length=asking.MAX_QUESTION, help_text="In any language.")


class RenameRequest(Strict):
    title = serializers.CharField(max_length=MAX_TITLE)


class ConversationsQuery(serializers.Serializer[Any]):
    before = serializers.UUIDField(required=False, help_text="Go on after this conversation: `older` of the last page.")


class TurnsQuery(serializers.Serializer[Any]):
    before = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="Turns before this index: `older` of the last page."
    )


class TokensUsed(serializers.Serializer[Any]):
    input = serializers.IntegerField()
    output = serializers.IntegerField()
    cached = serializers.IntegerField(help_text="The part of `input` that the provider's cache held.")


class AnswerFigures(serializers.Serializer[Any]):
    model = serializers.CharField()
    complexity = serializers.IntegerField(min_value=1, max_value=10)
    reason = serializers.CharField(help_text="Why this model, as a sentence.")
    tokens = TokensUsed()
    latency_ms = serializers.IntegerField()
    cost_usd = serializers.CharField(allow_null=True, help_text="Decimal USD at list price.")
    baseline_usd = serializers.CharField(allow_null=True, help_text="The same tokens on GPT-4o, uncached.")
    saved_usd = serializers.CharField(allow_null=True, help_text="Null where it would be no honest figure.")
    credits = serializers.IntegerField()
    cache = serializers.ChoiceField(choices=["none", "exact", "semantic"])
    attempts = serializers.IntegerField()


class Source(serializers.Serializer[Any]):
    ref = serializers.CharField(help_text="As it stands in brackets in the answer: `[post:0199…]`.")
    title = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="Path of the page that shows it; null where none does.")


class ProblemBody(serializers.Serializer[Any]):
    """RFC 9457, with a stable `code`. Some codes carry more members."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()


class TurnBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.values)
    question = serializers.CharField()
    answer = serializers.CharField(help_text="Plain text; `[ref]` cites one of `sources`.")
    sources = Source(many=True)
    ai = AnswerFigures()
    events = serializers.CharField(help_text="Path of the event stream.")
    error = ProblemBody(required=False, help_text="Only when the status is `failed`.")
    created_at = serializers.DateTimeField()


class ConversationBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    language = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ConversationWithTurns(ConversationBody):
    turns = TurnBody(many=True)
    older = serializers.IntegerField(allow_null=True, help_text="`before` of the next page; null when there is none.")


class ConversationList(serializers.Serializer[Any]):
    conversations = ConversationBody(many=True)
    older = serializers.UUIDField(allow_null=True, help_text="`before` of the next page; null when there is none.")
