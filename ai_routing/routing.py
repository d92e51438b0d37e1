"""Which tier answers a request, and why. Pure: nothing is read but the arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ai_routing.catalogue import Capability, Deployment, Tier


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


class Need(StrEnum):
    """What a model must be able to do for a request, beyond writing."""

    JSON = "json"
    VISION = "vision"
    LONG_CONTEXT = "long_context"


class Rule(StrEnum):
    """The rule of the decision matrix that matched; first match wins, in this order.

    `CAPABLE` takes the place of the last ones when the economy tier has no model that can do what is needed; `PINNED`
    is for requests that name their model, which are not decided here.
    """

    CRITICAL = "critical"
    SENSITIVE_TASK = "sensitive_task"
    OVERRIDE = "override"
    COMPLEX = "complex"
    ORDINARY = "ordinary"
    CAPABLE = "capable"
    PINNED = "pinned"


SENSITIVE: Final = frozenset({TaskType.COMPLIANCE, TaskType.LEGAL})
HIGHEST_ECONOMY_COMPLEXITY: Final = 7
"""Complexity above this goes to the premium tier; 7 itself is economy."""


LONG_CONTEXT_TOKENS: Final = 32_000
"""What a model must hold at least to be given a request that needs a long context."""


class InvalidRequest(Exception):
    """The request cannot be routed as it stands; it is refused rather than guessed at."""


class NoDeployment(Exception):
    """No deployment is configured for the tier that the request needs, or none of them can do what it asks for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What routing needs to know of a request.

    `complexity` runs from 1 (trivial) to 10; `context_tokens` are those of the prompt and the answer together.
    """

    task_type: TaskType
    complexity: int
    critical: bool = False
    output_length: OutputLength = OutputLength.SHORT
    needs: frozenset[Need] = frozenset()
    context_tokens: int = 0

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
        if not is_set_of(self.needs, Need):
            raise InvalidRequest(f"needs is {self.needs!r}: use a set of {', '.join(Need)}")
        if type(self.context_tokens) is not int or self.context_tokens < 0:
            raise InvalidRequest(f"context_tokens is {self.context_tokens!r}: use a whole number from 0")


def is_one_of(value: object, kinds: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in set(kinds)


def is_set_of(value: object, kinds: type[StrEnum]) -> bool:
    return isinstance(value, frozenset) and all(is_one_of(member, kinds) for member in value)


@dataclass(frozen=True, slots=True)
class Health:
    """The deployments of each tier in order of preference, those that are known to be down, and what operators say.

    A deployment without an entry in `capabilities` is taken to be able to do everything.
    """

    chains: Mapping[Tier, tuple[Deployment, ...]]
    down: frozenset[Deployment] = field(default_factory=frozenset)
    overrides: Mapping[TaskType, Tier] = field(default_factory=dict)
    capabilities: Mapping[Deployment, Capability] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a request goes: a tier, the deployments to try in order, the rule that matched and its sentence."""

    tier: Tier
    rule: Rule
    reason: str
    deployments: tuple[Deployment, ...]


def choose(request: Request, health: Health) -> Decision:
    """Return where `request` goes. It never falls to a weaker tier than its rule says.

    Deployments that are down are tried last rather than never: the news may be old. Raises InvalidRequest when the
    request is too long for every model, and NoDeployment when there is nobody to ask.
    """
    rule = matching_rule(request, health)
    tier = tier_of(rule, request, health)
    able = capable(request, tier, health)
    if not able and tier is Tier.ECONOMY and health.chains.get(tier) and health.chains.get(Tier.PREMIUM):
        rule, tier = Rule.CAPABLE, Tier.PREMIUM
        able = capable(request, tier, health)
    if not able:
        raise nobody(request, tier, health)
    ordered = tuple(sorted(able, key=lambda deployment: deployment in health.down))
    return Decision(tier, rule, sentence(rule, tier, request), ordered)


def matching_rule(request: Request, health: Health) -> Rule:
    if request.critical:
        return Rule.CRITICAL
    if request.task_type in SENSITIVE:
        return Rule.SENSITIVE_TASK
    if request.task_type in health.overrides:
        return Rule.OVERRIDE
    if request.complexity > HIGHEST_ECONOMY_COMPLEXITY:
        return Rule.COMPLEX
    return Rule.ORDINARY


def tier_of(rule: Rule, request: Request, health: Health) -> Tier:
    if rule is Rule.OVERRIDE:
        return health.overrides[request.task_type]
    return Tier.ECONOMY if rule is Rule.ORDINARY else Tier.PREMIUM


def capable(request: Request, tier: Tier, health: Health) -> list[Deployment]:
    """Return the deployments of a tier that can do what the request asks for, in their order."""
    return [
        deployment
        for deployment in health.chains.get(tier, ())
        if deployment not in health.capabilities or can(health.capabilities[deployment], request)
    ]


def can(capability: Capability, request: Request) -> bool:
    return (
        request.context_tokens <= capability.context_tokens
        and (Need.VISION not in request.needs or capability.vision)
        and (Need.JSON not in request.needs or capability.json_schema)
        and (Need.LONG_CONTEXT not in request.needs or capability.context_tokens >= LONG_CONTEXT_TOKENS)
    )


def nobody(request: Request, tier: Tier, health: Health) -> InvalidRequest | NoDeployment:
    """Return the error that says why nobody can be asked, and what to do about it."""
    variable = f"HUNTAZE_{tier.upper()}_MODELS"
    chain = health.chains.get(tier, ())
    if not chain:
        return NoDeployment(f"No model is configured for the {tier} tier: set {variable}")
    most = max(health.capabilities[deployment].context_tokens for deployment in chain)
    if request.context_tokens > most:
        return InvalidRequest(
            f"The request and its answer come to {request.context_tokens} tokens, and the models take {most}: shorten it"
        )
    return NoDeployment(f"No model of the {tier} tier can do {', '.join(sorted(request.needs))}: add one to {variable}")


def sentence(rule: Rule, tier: Tier, request: Request) -> str:
    """Return the reason as a sentence that a creator understands."""
    task = request.task_type.replace("_", " ")
    match rule:
        case Rule.CRITICAL:
            return "Marked critical: the premium model writes it."
        case Rule.SENSITIVE_TASK:
            return f"A {task} text: the premium model writes these, however simple they look."
        case Rule.OVERRIDE:
            return f"The {tier} model writes every {task} text for now: an operator decided so."
        case Rule.COMPLEX:
            return f"Complexity {request.complexity} of 10 is above {HIGHEST_ECONOMY_COMPLEXITY}: it needs the premium model."
        case Rule.CAPABLE:
            return "It asks for more than the economy model can take in: the premium model writes it."
        case Rule.PINNED:
            return "The request names this model."
        case Rule.ORDINARY:
            return f"Complexity {request.complexity} of 10, nothing critical: the economy model writes it as well."
