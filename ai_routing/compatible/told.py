"""Answers in the shapes of the OpenAI protocol, with what Huntaze knows of them in `x_huntaze`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ai_routing import saving
from ai_routing.compatible.answering import Answered, NoAnswer
from ai_routing.prices import Tokens

END: Final = b"data: [DONE]\n\n"


def chat_completion(answered: Answered, *, reference: UUID, now: datetime) -> dict[str, Any]:
    return {
        **head(reference, "chat.completion", answered.bill.model, now=now),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answered.text, "refusal": None},
                "logprobs": None,
                "finish_reason": finish_reason(answered),
            }
        ],
        "usage": usage(answered.completion.last.tokens),
        "x_huntaze": extras(answered),
    }


def head(reference: UUID, kind: str, model: str, *, now: datetime) -> dict[str, Any]:
    return {"id": f"chatcmpl-{reference.hex}", "object": kind, "created": int(now.timestamp()), "model": model}


def finish_reason(answered: Answered) -> str:
    return "length" if answered.completion.last.finish_reason == "length" else "stop"


def usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
    }


def extras(answered: Answered) -> dict[str, Any]:
    """Return how it was routed and what it cost; money as decimal strings of USD, null where it is not known."""
    bill, route = answered.bill, answered.route
    money = saving.Money(cost_micro_usd=bill.cost_micro_usd, baseline_micro_usd=bill.baseline_micro_usd)
    return {
        "task_type": route.task_type,
        "complexity": route.complexity,
        "critical": route.critical,
        "tier": route.tier,
        "reason": route.reason,
        "cost_usd": saving.written(money.cost_usd),
        "baseline_usd": saving.written(money.baseline_usd),
        "saved_usd": saving.written(money.saved_usd),
        "credits": bill.credits,
        "cache": str(bill.cache),
        "attempts": bill.attempts,
        "latency_ms": bill.latency_ms,
    }


def chunks(
    pieces: Iterable[str | Answered], *, reference: UUID, model: str, include_usage: bool, now: datetime
) -> Iterator[bytes]:
    """Yield an answer as the protocol streams it. One that breaks off ends with an error in place of `[DONE]`."""
    shared = head(reference, "chat.completion.chunk", model, now=now)
    yield event({**shared, "choices": [choice({"role": "assistant", "content": ""})]})
    try:
        for piece in pieces:
            if isinstance(piece, str):
                yield event({**shared, "choices": [choice({"content": piece})]})
                continue
            last = {**shared, "model": piece.bill.model}
            yield event(
                {
                    **last,
                    "choices": [choice({}, finish_reason=finish_reason(piece))],
                    "x_huntaze": extras(piece),
                }
            )
            if include_usage:
                yield event({**last, "choices": [], "usage": usage(piece.completion.last.tokens)})
        yield END
    except NoAnswer as error:
        yield event(
            {"error": {"message": "The answer broke off.", "type": "api_error", "param": None, "code": error.code}}
        )


@dataclass(slots=True)
class Watched:
    """Chunks that tell when their reader has gone, also before the first one was read, as a generator would not."""

    chunks: Iterator[bytes]
    when_closed: Callable[[], None]

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks

    def close(self) -> None:
        self.when_closed()


def choice(delta: dict[str, Any], *, finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def models(names: Iterable[str]) -> dict[str, Any]:
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 0, "owned_by": "huntaze"} for name in names],
    }


def error(problem: dict[str, Any]) -> dict[str, Any]:
    """Return a problem body in the envelope that the protocol's clients look into."""
    status = int(problem["status"])
    kind = "invalid_request_error" if status < 500 else "api_error"
    return {
        "error": {
            "message": problem["detail"],
            "type": kind,
            "param": None,
            "code": problem["code"],
            "problem": problem,
        }
    }
