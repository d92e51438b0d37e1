"""What an answer used and cost, as the page and the API show it."""

from __future__ import annotations

from dataclasses import dataclass

from ai_routing import reasons, saving
from ai_routing.jobs import Route
from ai_routing.models import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(saving.Money):
    model: str
    complexity: int
    reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    latency_ms: int
    credits: int
    attempts: int
    cache: str


def of(turn: Turn) -> Figures:
    route = Route.from_json(turn.decision)
    return Figures(
        model=turn.model or route.deployments[0].partition(":")[2],
        complexity=route.complexity,
        reason=reasons.reason(route),
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        cached_tokens=turn.cached_tokens,
        latency_ms=turn.latency_ms,
        cost_micro_usd=turn.cost_micro_usd,
        baseline_micro_usd=turn.baseline_micro_usd,
        credits=turn.credits,
        attempts=turn.attempts,
        cache=turn.cache,
    )
