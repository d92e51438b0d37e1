"""What an answer used and cost, as the page and the API show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ai_routing.jobs import Route
from ai_routing.models import Turn

MICRO: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Figures:
    """Money in USD; None where no price is known. `saved_percent` is None where a saving would be no honest figure."""

    model: str
    complexity: int
    reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    latency_ms: int
    cost_usd: Decimal | None
    baseline_usd: Decimal | None
    credits: int
    attempts: int
    cache: str

    @property
    def saved_usd(self) -> Decimal | None:
        if self.cost_usd is None or self.baseline_usd is None:
            return None
        return self.baseline_usd - self.cost_usd

    @property
    def saved_percent(self) -> int | None:
        if self.saved_usd is None or not self.baseline_usd:
            return None
        return round(100 * self.saved_usd / self.baseline_usd)


def of(turn: Turn) -> Figures:
    route = Route.from_json(turn.decision)
    return Figures(
        model=turn.model or route.deployments[0].partition(":")[2],
        complexity=route.complexity,
        reason=route.reason,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        cached_tokens=turn.cached_tokens,
        latency_ms=turn.latency_ms,
        cost_usd=usd(turn.cost_micro_usd),
        baseline_usd=usd(turn.baseline_micro_usd),
        credits=turn.credits,
        attempts=turn.attempts,
        cache=turn.cache,
    )


def usd(micro: Decimal | None) -> Decimal | None:
    return None if micro is None else micro / MICRO
