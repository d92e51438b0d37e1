"""The shapes of the content API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import User
from ai_routing.models.work import Status
from ai_routing.routing import TaskType
from content import brief, voices
from content.models import Length, Platform, SentenceLength, Voice


class GenerateRequest(serializers.Serializer[Any]):
    """What to write. Fields that are not listed are refused, so that a typing error is not taken for a default."""

    prompt = serializers.CharField(max_length=brief.MAX_PROMPT, help_text="What the text is about, in any language.")
    task_type = serializers.ChoiceField(
        choices=[(task.value, task.value) for task in TaskType], default=TaskType.MARKETING_TEMPLATE.value
    )
    platform = serializers.ChoiceField(choices=Platform.values, default=Platform.GENERIC.value)
    language = serializers.ChoiceField(
        choices=[code for code, _ in brief.LANGUAGES], required=False, help_text="Default: the language of the account."
    )
    tone = serializers.CharField(max_length=60, default="", allow_blank=True)
    length = serializers.ChoiceField(choices=Length.values, default=Length.SHORT.value)
    critical = serializers.BooleanField(
        required=False, allow_null=True, help_text="Left out, it is judged from the text."
    )
    voice = serializers.CharField(
        max_length=64,
        required=False,
        allow_null=True,
        help_text="Id of one of your brand voices (`GET /api/voices/`). Left out, none is used, not even the default one.",
    )
    variants = serializers.IntegerField(min_value=1, max_value=brief.MAX_VARIANTS, default=1)
    again = serializers.BooleanField(default=False, help_text="Write anew, also what was written before.")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in data.keys() - self.fields.keys())):
            raise serializers.ValidationError(
                {name: [f"There is no such field. Use: {', '.join(self.fields)}."] for name in unknown}
            )
        return dict(super().to_internal_value(data))

    def brief(self, user: User) -> brief.Brief:
        fields = {name: value for name, value in self.validated_data.items() if name != "voice"}
        fields.setdefault("language", user.locale)
        return brief.Brief(**fields, voice=self.voice_of(user))

    def voice_of(self, user: User) -> Voice | None:
        """Return the voice that is asked for. Raises ValidationError, and does not tell somebody else's from none."""
        asked = self.validated_data.get("voice")
        voice = None if asked is None else voices.find(user, asked)
        if asked is not None and voice is None:
            raise serializers.ValidationError(
                {"voice": ["There is no voice with this id in your account. Leave `voice` out."]}
            )
        return voice


class Tokens(serializers.Serializer[Any]):
    input = serializers.IntegerField()
    output = serializers.IntegerField()
    cached = serializers.IntegerField(help_text="The part of `input` that the provider's cache held.")


class Contribution(serializers.Serializer[Any]):
    feature = serializers.CharField()
    points = serializers.FloatField(help_text="Points of complexity that it added.")


class Ai(serializers.Serializer[Any]):
    model = serializers.CharField()
    task_type = serializers.CharField()
    complexity = serializers.IntegerField(min_value=1, max_value=10)
    critical = serializers.BooleanField()
    reason = serializers.CharField(help_text="Why this model, as a sentence.")
    contributions = Contribution(many=True, help_text="What weighed most in the estimate; empty where it was stated.")
    tokens = Tokens()
    latency_ms = serializers.IntegerField()
    cost_usd = serializers.CharField(allow_null=True, help_text="Decimal USD at list price.")
    baseline_usd = serializers.CharField(allow_null=True, help_text="The same tokens on GPT-4o, uncached.")
    saved_usd = serializers.CharField(allow_null=True, help_text="Null where it would be no honest figure.")
    credits = serializers.IntegerField()
    cache = serializers.ChoiceField(choices=["none", "exact", "semantic"])
    attempts = serializers.IntegerField()


class ContentBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    body = serializers.CharField()
    type = serializers.CharField()


class VariantBody(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.values)
    body = serializers.CharField()
    error_code = serializers.CharField()
    ai = Ai()


class GenerationBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.values)
    content = ContentBody(allow_null=True)
    ai = Ai()
    variants = VariantBody(many=True)
    events = serializers.CharField(help_text="Path of the event stream.")
    created_at = serializers.DateTimeField()


class VoiceBody(serializers.Serializer[Voice]):
    id = serializers.UUIDField(help_text="What `voice` in a request for a text names.")
    name = serializers.CharField()
    language = serializers.CharField()
    tone = serializers.CharField()
    sentence_length = serializers.ChoiceField(choices=SentenceLength.values)
    audience = serializers.CharField()
    signature_phrases = serializers.ListField(child=serializers.CharField())
    boundaries = serializers.CharField()
    never_say = serializers.ListField(child=serializers.CharField())
    is_default = serializers.BooleanField(help_text="Used in the app unless another one is chosen; never by the API.")
    learns = serializers.BooleanField(help_text="Whether accepted texts become samples.")
    version = serializers.IntegerField(help_text="Grows with every change that a model hears.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OneVoiceBody(VoiceBody):
    samples = serializers.SerializerMethodField(help_text="The texts that a prompt may show of it, at most 10.")

    def get_samples(self, voice: Voice) -> list[str]:
        return list(voices.as_prompt(voice).samples)


class VoicesBody(serializers.Serializer[Any]):
    voices = VoiceBody(many=True)


class Problem(serializers.Serializer[Any]):
    """RFC 9457, with a stable `code`. Some codes carry more members."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
