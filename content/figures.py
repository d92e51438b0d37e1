"""What a text used and cost, as the page and the API show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ai_routing import reasons, saving
from ai_routing.jobs import Route
from ai_routing.models import Cache
from content.models import Generation, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(saving.Money):
    model: str
    task_type: str
    complexity: int
    critical: bool
    reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    latency_ms: int
    credits: int
    attempts: int
    cache: str
    contributions: tuple[tuple[str, float], ...]


def of_generation(generation: Generation) -> Figures:
    """Return the figures of all variants together."""
    return summed(generation, list(generation.variants.all()))


def of_variant(variant: Variant) -> Figures:
    return summed(variant.generation, [variant])


def summed(generation: Generation, variants: Sequence[Variant]) -> Figures:
    route = Route.from_json(generation.decision)
    return Figures(
        model=next((variant.model for variant in variants if variant.model), route.deployments[0].partition(":")[2]),
        task_type=generation.task_type,
        complexity=route.complexity,
        critical=generation.critical,
        reason=reasons.reason(route),
        input_tokens=sum(variant.input_tokens for variant in variants),
        output_tokens=sum(variant.output_tokens for variant in variants),
        cached_tokens=sum(variant.cached_tokens for variant in variants),
        # They are written side by side: the creator waits for the slowest.
        latency_ms=max((variant.latency_ms for variant in variants), default=0),
        cost_micro_usd=saving.total(variant.cost_micro_usd for variant in variants if variant.attempts),
        baseline_micro_usd=saving.total(variant.baseline_micro_usd for variant in variants if variant.attempts),
        credits=sum(variant.credits for variant in variants),
        attempts=sum(variant.attempts for variant in variants),
        cache=next((variant.cache for variant in variants), Cache.NONE),
        contributions=reasons.contributions(route),
    )
