"""Which tier answers a request, and why. Pure: nothing is read but the arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ai_routing.catalogue import Deployment, Tier


class TaskType(StrEnum):
    CHATBOT = "chatbot"
    MODERATION = "moderation"
    MARKETING_TEMPLATE = "marketing_template"
    BASIC_ANALYTICS = "basic_analytics"
    SENTIMENT_SIMPLE = "sentiment_simple"
    CODE = "code"
    STRATEGY = "strategy"
    ADVANCED_ANALYTICS = "advanced_analytics"
    COMPLIANCE = "compliance"
    LEGAL = "legal"
    DOCUMENTATION = "documentation"


class OutputLength(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Rule(StrEnum):
    """The rule of the decision matrix that matched; first match wins, in this order."""

    CRITICAL = "critical"
    SENSITIVE_TASK = "sensitive_task"
    COMPLEX = "complex"
    ORDINARY = "ordinary"


SENSITIVE: Final = frozenset({TaskType.COMPLIANCE, TaskType.LEGAL})
HIGHEST_ECONOMY_COMPLEXITY: Final = 7
"""Complexity above this goes to the premium tier; 7 itself is economy."""


class InvalidRequest(Exception):
    """The request cannot be routed as it stands; it is refused rather than guessed at."""


class NoDeployment(Exception):
    """No deployment is configured, or left healthy, for the tier that the request needs."""


@dataclass(frozen=True, slots=True)
class Request:
    """What routing needs to know of a request. `complexity` runs from 1 (trivial) to 10."""

    task_type: TaskType
    complexity: int
    critical: bool = False
    output_length: OutputLength = OutputLength.SHORT

    def __post_init__(self) -> None:
        if not is_one_of(self.task_type, TaskType):
            raise InvalidRequest(f"task_type is {self.task_type!r}: use one of {', '.join(TaskType)}")
        if not is_one_of(self.output_length, OutputLength):
            raise InvalidRequest(f"length is {self.output_length!r}: use one of {', '.join(OutputLength)}")
        # bool is an int to Python; callers outside the type checker send both, and worse.
        if type(self.complexity) is not int or not 1 <= self.complexity <= 10:
            raise InvalidRequest(f"complexity is {self.complexity!r}: use a whole number from 1 to 10")
        if not isinstance(self.critical, bool):
            raise InvalidRequest(f"critical is {self.critical!r}: use true or false")


def is_one_of(value: object, kinds: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in set(kinds)


@dataclass(frozen=True, slots=True)
class Health:
    """The deployments of each tier in order of preference, and those that are known to be down."""

    chains: Mapping[Tier, tuple[Deployment, ...]]
    down: frozenset[Deployment] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a request goes: a tier, the deployments to try in order, the rule that matched and its sentence."""

    tier: Tier
    rule: Rule
    reason: str
    deployments: tuple[Deployment, ...]


def choose(request: Request, health: Health) -> Decision:
    """Return where `request` goes. It never leaves its tier: critical work cannot fall to a weaker model.

    Deployments that are down are tried last rather than never: the news may be old. Raises NoDeployment when the tier
    has none at all.
    """
    rule = matching_rule(request)
    tier = Tier.ECONOMY if rule is Rule.ORDINARY else Tier.PREMIUM
    chain = health.chains.get(tier, ())
    if not chain:
        raise NoDeployment(f"No model is configured for the {tier} tier: set HUNTAZE_{tier.upper()}_MODELS")
    ordered = tuple(sorted(chain, key=lambda deployment: deployment in health.down))
    return Decision(tier, rule, sentence(rule, request), ordered)


def matching_rule(request: Request) -> Rule:
    if request.critical:
        return Rule.CRITICAL
    if request.task_type in SENSITIVE:
        return Rule.SENSITIVE_TASK
    if request.complexity > HIGHEST_ECONOMY_COMPLEXITY:
        return Rule.COMPLEX
    return Rule.ORDINARY


def sentence(rule: Rule, request: Request) -> str:
    """Return the reason as a sentence that a creator understands."""
    task = request.task_type.replace("_", " ")
    match rule:
        case Rule.CRITICAL:
            return "Marked critical: the premium model writes it."
        case Rule.SENSITIVE_TASK:
            return f"A {task} text: the premium model writes these, however simple they look."
        case Rule.COMPLEX:
            return f"Complexity {request.complexity} of 10 is above {HIGHEST_ECONOMY_COMPLEXITY}: it needs the premium model."
        case Rule.ORDINARY:
            return f"Complexity {request.complexity} of 10, nothing critical: the economy model writes it as well."
