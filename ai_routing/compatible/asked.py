"""What a client of the OpenAI protocol asks for, read and judged."""

from __future__ import annotations

import functools
import json
from typing import Any, Final, Literal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from accounts.models import User
from ai_routing import analysis, catalogue, prompts
from ai_routing.caching import policy
from ai_routing.catalogue import Deployment
from ai_routing.jobs import Job
from ai_routing.providers.contract import Message
from ai_routing.routing import Need, OutputLength, TaskType

AUTO: Final = "auto"
MAX_MESSAGES: Final = 256
MAX_CHARACTERS: Final = 200_000
"""Of all messages together; what is too long for the models is refused by routing, in tokens."""

MAX_SCHEMA_CHARACTERS: Final = 16_000
MAX_SCHEMA_DEPTH: Final = 32
MAX_OUTPUT_TOKENS: Final = 4_096
DEFAULT_OUTPUT_TOKENS: Final = 1_024
DEFAULT_TEMPERATURE: Final = 0.7

ROLES: Final[dict[str, Literal["system", "user", "assistant"]]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}

IDLE: Final[dict[str, tuple[Any, ...]]] = {
    "n": (1, None),
    "top_p": (1, 1.0, None),
    "presence_penalty": (0, 0.0, None),
    "frequency_penalty": (0, 0.0, None),
    "logprobs": (False, None),
    "top_logprobs": (0, None),
    "stop": (None, []),
    "tools": (None, []),
    "tool_choice": (None, "none", "auto"),
    "functions": (None, []),
    "function_call": (None, "none", "auto"),
    "parallel_tool_calls": (None, True, False),
    "logit_bias": (None, {}),
    "modalities": (None, ["text"]),
}
"""Parameters that are taken as long as they ask for nothing, with the values that do: clients send their defaults."""

IGNORED: Final = frozenset(
    {"user", "metadata", "store", "seed", "service_tier", "safety_identifier", "prompt_cache_key"}
)
"""Parameters that change no answer of ours."""


class Part(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["text"], error_messages={"invalid_choice": "Only text parts can be read."})
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "text"],
                    "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                },
            },
        ]
    }
)
class Content(serializers.CharField):
    """A string, or the list of text parts that newer clients send."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # It looks at each character in Python: of a long chat that takes longer than all else that is done here.
        kept = [each for each in self.validators if not isinstance(each, ProhibitSurrogateCharactersValidator)]
        self.validators = [*kept, refuse_surrogates]

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, list):
            parts = Part(data=data, many=True)
            parts.is_valid(raise_exception=True)
            data = "".join(part["text"] for part in parts.validated_data)
        return str(super().to_internal_value(data))


def refuse_surrogates(text: str) -> None:
    """Raise ValidationError for what no UTF-8 can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise serializers.ValidationError("Surrogate characters are not allowed.") from error


class ChatMessage(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=list(ROLES))
    content = Content(allow_blank=True, trim_whitespace=False)


class Extras(serializers.Serializer[Any]):
    """What Huntaze understands beyond the protocol."""

    task_type = serializers.ChoiceField(choices=[(task.value, task.value) for task in TaskType], required=False)
    complexity = serializers.IntegerField(min_value=1, max_value=10, required=False)
    critical = serializers.BooleanField(required=False)
    language = serializers.CharField(max_length=8, required=False)


class StreamOptions(serializers.Serializer[Any]):
    include_usage = serializers.BooleanField(default=False)


class ChatRequest(serializers.Serializer[Any]):
    """A chat completion. Parameters that cannot be honoured are refused rather than forgotten."""

    model = serializers.CharField(max_length=80, help_text='"auto" lets Huntaze choose; a name of /models pins it.')
    messages = serializers.ListField(child=ChatMessage(), allow_empty=False, max_length=MAX_MESSAGES)
    stream = serializers.BooleanField(default=False)
    stream_options = StreamOptions(required=False, allow_null=True)
    temperature = serializers.FloatField(min_value=0, max_value=2, required=False, allow_null=True)
    max_tokens = serializers.IntegerField(min_value=1, max_value=MAX_OUTPUT_TOKENS, required=False, allow_null=True)
    max_completion_tokens = serializers.IntegerField(
        min_value=1, max_value=MAX_OUTPUT_TOKENS, required=False, allow_null=True
    )
    response_format = serializers.DictField(required=False, allow_null=True)
    x_huntaze = Extras(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            wrong = [name for name in data if name not in self.fields and not is_idle(name, data[name])]
            if wrong:
                raise serializers.ValidationError(
                    {str(name): ["This parameter is not supported here: leave it out."] for name in wrong}
                )
        return dict(super().to_internal_value(data))

    def validate_messages(self, messages: list[dict[str, str]]) -> list[dict[str, str]]:
        if sum(len(message["content"]) for message in messages) > MAX_CHARACTERS:
            raise serializers.ValidationError(f"Send at most {MAX_CHARACTERS} characters in all.")
        if not any(message["role"] == "user" for message in messages):
            raise serializers.ValidationError("There is no message of the user.")
        return messages

    def validate_response_format(self, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the JSON schema asked for and whether it is strict, None for text."""
        match wanted:
            case None | {"type": "text"}:
                return None
            case {"type": "json_object"}:
                return {"schema": {"type": "object"}, "strict": False}
            case {"type": "json_schema", "json_schema": {"schema": dict(schema), **others}}:
                bounded(schema)
                return {"schema": schema, "strict": others.get("strict") is True}
        raise serializers.ValidationError(
            'Use {"type": "text"}, {"type": "json_object"} or a json_schema with its schema.'
        )

    def validate_model(self, name: str) -> str:
        if name != AUTO and not deployments(name):
            known = ", ".join([AUTO, *model_names()])
            raise serializers.ValidationError(f"The model {name} does not exist here: use one of {known}.")
        return name


@functools.cache
def reader() -> ChatRequest:
    """Return the one that reads every request: it keeps nothing of them, and making one takes longer than reading."""
    return ChatRequest()


def read(data: Any) -> dict[str, Any]:
    """Return the fields of a request. Raises serializers.ValidationError."""
    fields: dict[str, Any] = reader().run_validation(data)
    return fields


def bounded(schema: dict[str, Any]) -> None:
    """Raise ValidationError for a schema that is too large or nested too deeply."""
    if depth_of(schema) > MAX_SCHEMA_DEPTH:
        raise serializers.ValidationError(f"Nest the schema at most {MAX_SCHEMA_DEPTH} levels deep.")
    if len(json.dumps(schema)) > MAX_SCHEMA_CHARACTERS:
        raise serializers.ValidationError(f"Send a schema of at most {MAX_SCHEMA_CHARACTERS} characters.")


def depth_of(schema: Any) -> int:
    """Return how deep a JSON value is nested, or one level more than is allowed as soon as it is deeper."""
    level, depth = [schema], 0
    while level and depth <= MAX_SCHEMA_DEPTH:
        depth += 1
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        ]
    return depth


def is_idle(name: str, value: Any) -> bool:
    return name in IGNORED or (name in IDLE and value in IDLE[name])


def model_names() -> list[str]:
    """Return the names by which the configured models can be pinned."""
    return list(dict.fromkeys(deployment.model for deployment in catalogue.configured()))


def deployments(model: str) -> tuple[Deployment, ...]:
    """Return the deployments that serve a model, in the order of the chains."""
    return tuple(found for found in catalogue.configured() if model in {found.model, str(found)})


def job(user: User, asked: dict[str, Any], *, may_be_cached: bool) -> Job:
    """Return a valid request as the door to the models takes it."""
    extras = asked.get("x_huntaze") or {}
    form = asked.get("response_format") or {"schema": None, "strict": False}
    temperature = asked.get("temperature")
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens") or DEFAULT_OUTPUT_TOKENS
    messages = [Message(ROLES[message["role"]], message["content"]) for message in asked["messages"]]
    task_type = TaskType(extras["task_type"]) if "task_type" in extras else None
    return Job(
        user=user,
        purpose="api",
        prompt=prompts.verbatim(
            messages,
            max_output_tokens=limit,
            temperature=DEFAULT_TEMPERATURE if temperature is None else temperature,
            response_schema=form["schema"],
            is_strict=form["strict"],
        ),
        text=next(message.content for message in reversed(messages) if message.role == "user"),
        stated=analysis.Stated(
            task_type=task_type,
            complexity=extras.get("complexity"),
            critical=extras.get("critical"),
            output_length=length_of(limit),
            language=extras.get("language"),
            needs=frozenset({Need.JSON}) if form["schema"] else frozenset(),
        ),
        # Who asks for the same at temperature 0 asks for the same answer.
        caching=policy.EXACTING if may_be_cached and temperature == 0 else policy.BYPASS,
        pinned=() if asked["model"] == AUTO else deployments(asked["model"]),
        streamed=asked["stream"],
    )


def length_of(limit: int) -> OutputLength:
    """Return the length that a limit of output tokens leaves room for."""
    if limit <= 300:
        return OutputLength.SHORT
    return OutputLength.MEDIUM if limit <= 800 else OutputLength.LONG
