"""Reads a chat completion request, refuses what the vendor refuses, and counts its tokens."""

import json
import re
from dataclasses import dataclass
from typing import Any

import toktok

from tests.fakes.openai_server import errors, structured
from tests.fakes.openai_server.behaviours import Provider

ENCODING = "o200k_base"
# The cookbook's figures for the gpt-4o family: each message, a name, and the start of the answer.
_TOKENS_PER_MESSAGE = 3
_TOKENS_PER_NAME = 1
_TOKENS_OF_ANSWER_START = 3
_TOKENS_PER_IMAGE = 85
_ROLES = {"system", "developer", "user", "assistant", "tool"}
_REASONING_MODEL = re.compile(r"o\d|gpt-([5-9]|\d\d)")
CACHES_AT_BREAKPOINTS = re.compile(r"gpt-(5\.[6-9]|[6-9]|\d\d)")
"""The models that find a prompt again only up to a breakpoint, and bill what they write."""


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
    """The segments in the order in which the model reads them. `text_tokens` counts the text of each; `tokens` counts all.

    `breakpoints` are the places that the caller marked, in numbers of segments; with `explicit_caching` there are no others.
    """

    segments: tuple[Segment, ...]
    text_tokens: tuple[int, ...]
    tokens: int
    breakpoints: tuple[int, ...] = ()
    explicit_caching: bool = False

    def tokens_before(self, place: int) -> int:
        """Count the tokens of the first `place` segments."""
        return sum(segment.overhead for segment in self.segments[:place]) + sum(self.text_tokens[:place])

    @property
    def system_text(self) -> str:
        return "\n".join(segment.text for segment in self.segments if segment.role in ("system", "developer"))

    @property
    def user_text(self) -> str:
        return "\n".join(segment.text for segment in self.segments if segment.role == "user")

    @property
    def last_user_text(self) -> str:
        return next((segment.text for segment in reversed(self.segments) if segment.role == "user"), "")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request. `max_tokens` is the caller's limit on the answer, in tokens, under either of its two names.

    `schema` is what an answer in JSON must fit.
    """

    model: str
    prompt: Prompt
    stream: bool
    include_usage: bool
    max_tokens: int | None
    cache_key: str
    seed: int
    schema: dict[str, Any] | None = None


def read(body: Any, *, deployment: str | None, provider: Provider = "openai") -> ChatRequest:
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
        prompt=_prompt(body, explicit_caching=_explicit_caching(body, provider, model)),
        stream=stream,
        include_usage=include_usage,
        max_tokens=_max_tokens(body, model),
        cache_key=str(body.get("prompt_cache_key") or ""),
        seed=body["seed"] if isinstance(body.get("seed"), int) else 0,
        schema=structured.read(body),
    )


def _explicit_caching(body: dict[str, Any], provider: Provider, model: str) -> bool:
    options = body.get("prompt_cache_options")
    marked = '"prompt_cache_breakpoint"' in json.dumps(body.get("messages"))
    if options is None and not marked:
        return False
    param = "prompt_cache_options" if options is not None else "prompt_cache_breakpoint"
    # Azure's pages do not have it.
    if provider == "azure" or not CACHES_AT_BREAKPOINTS.match(model):
        raise errors.invalid_request(f"Unrecognized request argument supplied: {param}", param=param)
    mode = options.get("mode", "implicit") if isinstance(options, dict) else "implicit"
    if mode not in ("implicit", "explicit"):
        raise errors.invalid_request(f"Invalid value: {mode!r}.", param=f"{param}.mode", code="invalid_value")
    return bool(mode == "explicit")


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


def _prompt(body: dict[str, Any], *, explicit_caching: bool) -> Prompt:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise errors.invalid_request("Missing required parameter: 'messages'.", param="messages")
    segments = [
        # Tools and the answer's schema are part of the prefix: a change there is a cache miss.
        Segment(role=name, text=json.dumps(body[name], ensure_ascii=False), overhead=0)
        for name in ("tools", "response_format")
        if body.get(name)
    ]
    breakpoints = []
    for index, message in enumerate(messages):
        for segment, is_marked in _segments(message, index):
            segments.append(segment)
            if is_marked:
                breakpoints.append(len(segments))
    text_tokens = tuple(toktok.batch_count([segment.text for segment in segments], ENCODING, threads=1))
    overhead = sum(segment.overhead for segment in segments)
    return Prompt(
        segments=tuple(segments),
        text_tokens=text_tokens,
        tokens=overhead + sum(text_tokens) + _TOKENS_OF_ANSWER_START,
        breakpoints=tuple(breakpoints),
        explicit_caching=explicit_caching,
    )


def _segments(message: Any, index: int) -> list[tuple[Segment, bool]]:
    """Return a message in the pieces that its breakpoints make of it, and whether each ends in one."""
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
    calls = json.dumps(message["tool_calls"], ensure_ascii=False) if message.get("tool_calls") else ""
    pieces = _pieces(message.get("content"), param=f"{param}.content")
    found = []
    for position, (text, images, is_marked) in enumerate(pieces, start=1):
        whole = text + calls if position == len(pieces) else text
        found.append((Segment(role, whole, overhead + images * _TOKENS_PER_IMAGE), is_marked))
        overhead = 0
    return found


def _pieces(content: Any, *, param: str) -> list[tuple[str, int, bool]]:
    """Return the text and the number of images before each breakpoint and after the last, and whether one follows."""
    if content is None or isinstance(content, str):
        return [(content or "", 0, False)]
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise errors.invalid_request(f"Invalid type for '{param}'.", param=param, code="invalid_type")
    pieces: list[tuple[str, int, bool]] = []
    text, images = "", 0
    for part in content:
        text += str(part.get("text", "")) if part.get("type") == "text" else ""
        images += part.get("type") == "image_url"
        if part.get("prompt_cache_breakpoint"):
            pieces.append((text, images, True))
            text, images = "", 0
    return [*pieces, (text, images, False)] if text or images or not pieces else pieces
