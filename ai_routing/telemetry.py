"""Tells OpenTelemetry of completions and calls, by its conventions for generative AI. Never a word of a prompt or answer.

Who starts the SDK calls `listen`. Until then nothing is measured and nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any, Final

from opentelemetry import metrics, trace

from ai_routing import prices
from ai_routing.catalogue import Deployment, Provider
from ai_routing.prices import Tokens

# The names of the conventions: https://github.com/open-telemetry/semantic-conventions-genai. None is stable yet.
VENDORS: Final = {Provider.AZURE: "azure.ai.openai", Provider.OPENAI: "openai", Provider.LOCAL: "local"}
DURATION_BOUNDARIES: Final = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKEN_BOUNDARIES: Final = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576)

tracer = trace.get_tracer("ai_routing")
meter = metrics.get_meter("ai_routing")
duration = meter.create_histogram(
    "gen_ai.client.operation.duration", "s", "Time of a call", explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES
)
usage = meter.create_histogram(
    "gen_ai.client.token.usage", "{token}", "Tokens of a call", explicit_bucket_boundaries_advisory=TOKEN_BOUNDARIES
)
cost = meter.create_counter("huntaze.ai.cost", "USD", "Cost of calls at list prices")
completions = meter.create_counter("huntaze.ai.completions", "{completion}", "Completions, and how they came about")


@dataclass(slots=True)
class Listening:
    """Whether anybody listens, and what says which request a call belongs to."""

    on: bool = False
    headers: Callable[[], Mapping[str, str]] = dict


listening: Final = Listening()


def listen(*, on: bool, headers: Callable[[], Mapping[str, str]]) -> None:
    """Say whether calls are measured and traced, and what to send with each."""
    listening.on = on
    listening.headers = headers


def headers() -> dict[str, str]:
    """Return the headers that join a provider's view of a call with ours: random numbers, and nothing about a person."""
    return dict(listening.headers())


@dataclass(slots=True)
class Call:
    """What a call came to, filled in by whoever makes it. `error` is empty for an answer, whole or stopped."""

    response_model: str = ""
    finish_reason: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    error: str = ""
    first_token_ms: int | None = None


@contextmanager
def call(operation: str, deployment: Deployment, **asked: Any) -> Iterator[Call]:
    """Span the call that is made within, and measure it. `asked` are attributes of the request."""
    made = Call()
    if not listening.on:
        yield made
        return
    known = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": VENDORS[deployment.provider],
        "gen_ai.request.model": deployment.model,
    }
    started = monotonic()
    with tracer.start_as_current_span(
        f"{operation} {deployment.model}", kind=trace.SpanKind.CLIENT, attributes={**known, **asked}
    ) as span:
        yield made
        if made.response_model:
            known["gen_ai.response.model"] = made.response_model
        if made.error:
            known["error.type"] = made.error
            span.set_status(trace.StatusCode.ERROR)
        spent = cost_usd(deployment, made.tokens)
        span.set_attributes({**known, **told(made), **({"huntaze.ai.cost_usd": float(spent)} if spent else {})})
        # Within the span, so that a figure can name a call as its example.
        measure(known, made, monotonic() - started, spent)


def told(made: Call) -> dict[str, Any]:
    found: dict[str, Any] = {
        "gen_ai.usage.input_tokens": made.tokens.input,
        "gen_ai.usage.output_tokens": made.tokens.output,
        "gen_ai.usage.cache_read.input_tokens": made.tokens.cached,
        "gen_ai.usage.cache_creation.input_tokens": made.tokens.cache_write,
    }
    if made.finish_reason:
        found["gen_ai.response.finish_reasons"] = (made.finish_reason,)
    if made.first_token_ms is not None:
        found["gen_ai.response.time_to_first_chunk"] = made.first_token_ms / 1_000
    return found


def measure(known: Mapping[str, str], made: Call, seconds: float, spent: Decimal | None) -> None:
    duration.record(seconds, known)
    for kind, count in (("input", made.tokens.input), ("output", made.tokens.output)):
        if count:
            usage.record(count, {**known, "gen_ai.token.type": kind})
    if spent:
        cost.add(float(spent), known)


def cost_usd(deployment: Deployment, tokens: Tokens) -> Decimal | None:
    """Return what a call costs; None where no price is known. A figure to watch: the ledger has the true one."""
    # By the machine's day: a price that changes tonight is wrong for some minutes at the most.
    price = prices.of(deployment, on=date.today())  # noqa: DTZ011
    return None if price is None else price.cost(tokens) / 1_000_000


@contextmanager
def completion(**decision: Any) -> Iterator[dict[str, Any]]:
    """Span a completion with its routing decision; what is put into the dictionary tells how it ended."""
    ended: dict[str, Any] = {}
    if not listening.on:
        yield ended
        return
    with tracer.start_as_current_span(
        "complete", attributes={f"huntaze.ai.{name}": value for name, value in decision.items()}
    ) as span:
        yield ended
        span.set_attributes({f"huntaze.ai.{name}": value for name, value in ended.items()})
        few = ("tier", "task_type", "cache", "escalated", "outcome")
        completions.add(1, {f"huntaze.ai.{name}": ({**decision, **ended})[name] for name in few})
