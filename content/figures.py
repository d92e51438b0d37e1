"""What a text used and cost, as the page and the API show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from ai_routing.jobs import Route
from ai_routing.models import Cache
from ai_routing.routing import Rule
from content.brief import TASK_TYPES
from content.models import Generation, Variant

MICRO = Decimal(1_000_000)
TASKS: Final = dict(TASK_TYPES)


@dataclass(frozen=True, slots=True)
class Figures:
    """Money in USD. `saved_usd` and `saved_percent` are None where a saving would be no honest figure."""

    model: str
    task_type: str
    complexity: int
    critical: bool
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
    contributions: tuple[tuple[str, float], ...]

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
        reason=reason(route),
        input_tokens=sum(variant.input_tokens for variant in variants),
        output_tokens=sum(variant.output_tokens for variant in variants),
        cached_tokens=sum(variant.cached_tokens for variant in variants),
        # They are written side by side: the creator waits for the slowest.
        latency_ms=max((variant.latency_ms for variant in variants), default=0),
        cost_usd=usd([variant.cost_micro_usd for variant in variants if variant.attempts]),
        baseline_usd=usd([variant.baseline_micro_usd for variant in variants if variant.attempts]),
        credits=sum(variant.credits for variant in variants),
        attempts=sum(variant.attempts for variant in variants),
        cache=next((variant.cache for variant in variants), Cache.NONE),
        contributions=tuple((feature(name), points) for name, points in route.contributions),
    )


def usd(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of micro-USD in USD; None when there is none or one of them is not known."""
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts):
        return None
    return sum(known, Decimal(0)) / MICRO


def reason(route: Route) -> str:
    """Return why this model wrote it, in the reader's language."""
    match route.rule:
        case Rule.CRITICAL:
            return _("Marked critical: the premium model writes it.")
        case Rule.SENSITIVE_TASK:
            return _("A legal or compliance text: the premium model writes these, however simple they look.")
        case Rule.COMPLEX:
            return _("Complexity %(complexity)s of 10: it needs the premium model.") % {"complexity": route.complexity}
        case Rule.OVERRIDE:
            return _("Huntaze sends every text of this kind to this model for now.")
        case Rule.CAPABLE:
            return _("It asks for more than the economy model can take in: the premium model writes it.")
        case Rule.PINNED:
            return _("The request names this model.")
        case Rule.ORDINARY | str():
            return _("Complexity %(complexity)s of 10, nothing critical: the economy model writes it as well.") % {
                "complexity": route.complexity
            }


def feature(name: str) -> str:
    """Return what weighed in an estimate, in the reader's language; words of the brief stand as they are."""
    task = TASKS.get(name.replace(" ", "_"))
    return str(task) if task else name if name.startswith("'") else _(name)
