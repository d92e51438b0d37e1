"""The JSON of chat completions, their chunks and the list of models, as OpenAI and Azure OpenAI write it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.openai_server.answers import Answer
from tests.fakes.openai_server.behaviours import Provider
from tests.fakes.openai_server.breakpoint_cache import CacheUse
from tests.fakes.openai_server.errors import filter_results

# The vendor names the dated snapshot that answered, not the alias that was asked for.
_SNAPSHOTS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
}
_MODELS_CREATED = 1_715_367_049


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all parts of one answer have in common. `created` is in seconds since 1970; `usage` is None when it is withheld."""

    provider: Provider
    id: str
    created: int
    model: str
    usage: dict[str, Any] | None


def snapshot(model: str) -> str:
    return _SNAPSHOTS.get(model, model)


def usage(*, prompt_tokens: int, cache: CacheUse, completion_tokens: int) -> dict[str, Any]:
    details = {"cached_tokens": cache.read, "audio_tokens": 0}
    if cache.written is not None:
        details["cache_write_tokens"] = cache.written
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": details,
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def completion(envelope: Envelope, answer: Answer) -> dict[str, Any]:
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []},
        "logprobs": None,
        "finish_reason": answer.finish_reason,
    }
    body = _body(envelope, "chat.completion", [choice])
    if envelope.usage is not None:
        body["usage"] = envelope.usage
    if envelope.provider == "azure":
        choice["content_filter_results"] = _verdict(answer)
        body["prompt_filter_results"] = _prompt_verdict()
    return body


def opening_chunks(envelope: Envelope) -> Iterator[dict[str, Any]]:
    """What comes before the text: Azure's verdict on the prompt, in a chunk without choices, and the role."""
    if envelope.provider == "azure":
        # Azure leaves `object` empty here. The openai package's own type does not allow that, so the fake fills it in.
        empty = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": "", "choices": []}
        yield empty | {"prompt_filter_results": _prompt_verdict()}
    yield _chunk(envelope, {"role": "assistant", "content": "", "refusal": None})


def text_chunks(envelope: Envelope, texts: Iterable[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        chunk = _chunk(envelope, {"content": text})
        if envelope.provider == "azure":
            chunk["choices"][0]["content_filter_results"] = filter_results()
        yield chunk


def closing_chunks(envelope: Envelope, answer: Answer, *, include_usage: bool) -> Iterator[dict[str, Any]]:
    """What comes after the text: the reason for the end and, if asked for, the usage in a chunk without choices."""
    last = _chunk(envelope, {}, finish_reason=answer.finish_reason)
    if envelope.provider == "azure":
        last["choices"][0]["content_filter_results"] = _verdict(answer)
    yield last
    if include_usage and envelope.usage is not None:
        yield _body(envelope, "chat.completion.chunk", []) | {"usage": envelope.usage}


def models(names: Iterable[str]) -> dict[str, Any]:
    data = [{"id": name, "object": "model", "created": _MODELS_CREATED, "owned_by": "system"} for name in names]
    return {"object": "list", "data": data}


def _body(envelope: Envelope, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "object": kind,
        "created": envelope.created,
        "model": snapshot(envelope.model),
        "choices": choices,
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
    }


def _chunk(envelope: Envelope, delta: dict[str, Any], *, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _body(envelope, "chat.completion.chunk", [choice])


def _verdict(answer: Answer) -> dict[str, Any]:
    return filter_results(flagged="sexual" if answer.finish_reason == "content_filter" else None)


def _prompt_verdict() -> list[dict[str, Any]]:
    return [{"prompt_index": 0, "content_filter_results": filter_results()}]
