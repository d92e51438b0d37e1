"""What is asked of the models, and what was decided about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from accounts.models import User
from ai_routing import analysis, catalogue, drafts, prompts
from ai_routing.caching import policy


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be completed, for whom, and what for.

    `text` is what the analysis reads and a semantic cache compares: the brief, or the last question. `cache_settings`
    holds what else must be equal for an answer to be given again. `pinned` names the deployments and leaves routing out.
    Nobody reads along where it is not `streamed`. What is `on_us` takes no credit: it counts in budgets alone.
    """

    user: User
    purpose: str
    prompt: prompts.Prompt
    text: str
    stated: analysis.Stated = field(default_factory=analysis.Stated)
    expectations: drafts.Expectations | None = None
    caching: policy.Policy = policy.BYPASS
    cache_settings: str = ""
    pinned: tuple[catalogue.Deployment, ...] = ()
    repairs: int = 0
    streamed: bool = True
    on_us: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A routing decision with the analysis it rests on; kept with the row that asked, as JSON.

    `explanation` and `contributions` name what weighed most in the estimate, in points of complexity; `estimated` is
    what the caller had left open.
    """

    tier: str
    rule: str
    reason: str
    deployments: tuple[str, ...]
    complexity: int
    task_type: str = ""
    critical: bool = False
    output_length: str = ""
    language: str = ""
    escalation: tuple[str, ...] = ()
    explanation: str = ""
    contributions: tuple[tuple[str, float], ...] = ()
    estimated: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Route:
        known = {name.name for name in fields(cls)}
        values: dict[str, Any] = {name: frozen(value) for name, value in stored.items() if name in known}
        return cls(**values)


def frozen(value: Any) -> Any:
    """Return what JSON holds with its lists, and those in them, as the tuples that they were."""
    return tuple(frozen(member) for member in value) if isinstance(value, list) else value
