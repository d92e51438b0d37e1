"""Reads a chat completion request, refuses what the vendor refuses, and counts its tokens."""

import json
import re
from dataclasses import dataclass
from typing import Any

import toktok

from tests.fakes.openai_server import errors

ENCODING = "o200k_base"
# The cookbook's figures for the gpt-4o family: each message, a name, and the start of the answer.
_TOKENS_PER_MESSAGE = 3
_TOKENS_PER_NAME = 1
_TOKENS_OF_ANSWER_START = 3
_TOKENS_PER_IMAGE = 85
_ROLES = {"system", "developer", "user", "assistant", "tool"}
_REASONING_MODEL = re.compile(r"o\d|gpt-([5-9]|\d\d)")


def count(text: str) -> int:
    """Count the tokens of a text."""
    [tokens] = toktok.batch_count([text], ENCODING, threads=1)
    return int(tokens)


@dataclass(frozen=True, slots=True)
class Segment:
    """A message, or the tools or schema that stand before all messages. `overhead` is in tokens and comes before the text."""

    role: str
    text: str
    overhead: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """The segments in the order in which the model reads them. `text_tokens` counts the text of each; `tokens` counts all."""

    segments: tuple[Segment, ...]
    text_tokens: tuple[int, ...]
    tokens: int

    @property
    def user_text(self) -> str:
        return "\n".join(segment.text for segment in self.segments if segment.role == "user")

    @property
    def last_user_text(self) -> str:
        return next((segment.text for segment in reversed(self.segments) if segment.role == "user"), "")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request. `max_tokens` is the caller's limit on the answer, in tokens, under either of its two names."""

    model: str
    prompt: Prompt
    stream: bool
    include_usage: bool
    max_tokens: int | None
    cache_key: str
    seed: int


def read(body: Any, *, deployment: str | None) -> ChatRequest:
    """Read a request body; on Azure the deployment of the URL stands for the model.

    Raises errors.VendorError (400), worded as the vendor words it, for what the vendor refuses.
    """
    if not isinstance(body, dict):
        raise errors.invalid_request("We could not parse the JSON body of your request.")
    model = deployment if deployment is not None else body.get("model")
    if not isinstance(model, str) or not model:
        raise errors.invalid_request("you must provide a model parameter")
    stream = _flag(body, "stream")
    include_usage = _include_usage(body, stream=stream)
    if body.get("n") not in (None, 1):
        raise errors.invalid_request("This server answers with one choice only: n must be 1.", param="n")
    return ChatRequest(
        model=model,
        prompt=_prompt(body),
        stream=stream,
        include_usage=include_usage,
        max_tokens=_max_tokens(body, model),
        cache_key=str(body.get("prompt_cache_key") or ""),
        seed=body["seed"] if isinstance(body.get("seed"), int) else 0,
    )


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value not in (None, True, False):
        raise errors.invalid_request(f"Invalid type for '{name}': expected a boolean.", param=name, code="invalid_type")
    return bool(value)


def _include_usage(body: dict[str, Any], *, stream: bool) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise errors.invalid_request(message, param="stream_options")
    if not isinstance(options, dict):
        message = "Invalid type for 'stream_options': expected an object."
        raise errors.invalid_request(message, param="stream_options", code="invalid_type")
    return _flag(options, "include_usage")


def _max_tokens(body: dict[str, Any], model: str) -> int | None:
    names = [name for name in ("max_tokens", "max_completion_tokens") if body.get(name) is not None]
    if not names:
        return None
    if len(names) == 2:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise errors.invalid_request(message, code="invalid_parameter_combination")
    if names == ["max_tokens"] and _REASONING_MODEL.match(model):
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise errors.invalid_request(message, param="max_tokens", code="unsupported_parameter")
    value = body[names[0]]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message = f"Invalid '{names[0]}': expected an integer above or equal to 1."
        raise errors.invalid_request(message, param=names[0], code="integer_below_min_value")
    return value


def _prompt(body: dict[str, Any]) -> Prompt:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise errors.invalid_request("Missing required parameter: 'messages'.", param="messages")
    segments = [
        # Tools and the answer's schema are part of the prefix: a change there is a cache miss.
        Segment(role=name, text=json.dumps(body[name], ensure_ascii=False), overhead=0)
        for name in ("tools", "response_format")
        if body.get(name)
    ]
    segments += [_segment(message, index) for index, message in enumerate(messages)]
    text_tokens = tuple(toktok.batch_count([segment.text for segment in segments], ENCODING, threads=1))
    overhead = sum(segment.overhead for segment in segments)
    return Prompt(tuple(segments), text_tokens, overhead + sum(text_tokens) + _TOKENS_OF_ANSWER_START)


def _segment(message: Any, index: int) -> Segment:
    param = f"messages.[{index}]"
    if not isinstance(message, dict):
        raise errors.invalid_request(f"Invalid type for '{param}': expected an object.", param=param)
    role = message.get("role")
    if role not in _ROLES:
        raise errors.invalid_request(f"Invalid value: {role!r}.", param=f"{param}.role", code="invalid_value")
    overhead = _TOKENS_PER_MESSAGE + count(role)
    name = message.get("name")
    if isinstance(name, str):
        overhead += _TOKENS_PER_NAME + count(name)
    text, images = _content(message.get("content"), param=f"{param}.content")
    if message.get("tool_calls"):
        text += json.dumps(message["tool_calls"], ensure_ascii=False)
    return Segment(role=role, text=text, overhead=overhead + images * _TOKENS_PER_IMAGE)


def _content(content: Any, *, param: str) -> tuple[str, int]:
    if content is None or isinstance(content, str):
        return content or "", 0
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise errors.invalid_request(f"Invalid type for '{param}'.", param=param, code="invalid_type")
    texts = [str(part.get("text", "")) for part in content if part.get("type") == "text"]
    images = [str(part.get("image_url")) for part in content if part.get("type") == "image_url"]
    return "".join(texts), len(images)
