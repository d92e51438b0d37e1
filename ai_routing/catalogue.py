"""The models on offer: which deployments serve a tier, what each can do, and until when the vendor keeps it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import genai_prices
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from genai_prices.types import Usage

BASELINE_MODEL: Final = "gpt-4o"
"""Savings are told against the same tokens on this model."""


class Tier(StrEnum):
    ECONOMY = "economy"
    PREMIUM = "premium"


class Provider(StrEnum):
    AZURE = "azure"
    OPENAI = "openai"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model at a provider. On Azure `model` is also the deployment's name."""

    provider: Provider
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class Retirement:
    """The day a provider switches a model off, and what comes after it by the vendor's word; "" while it says nothing."""

    on: date
    replacement: str


@dataclass(frozen=True, slots=True)
class Capability:
    """What a model can do. `context_tokens` is the most it holds, the prompt and the answer together."""

    context_tokens: int
    vision: bool
    json_schema: bool
    """Whether an answer can be held to a JSON schema of the strict kind."""


# Vendors' pages, read on 2026-11-22: developers.openai.com/api/docs/deprecations, and the dates of
# learn.microsoft.com/azure/foundry/openai/concepts/model-retirement-schedule as litellm 1.106.2 carries them.
# Microsoft names few replacements; where it names none, OpenAI's word for the same model stands.
RETIREMENTS: Final[dict[tuple[Provider, str], Retirement]] = {
    (Provider.OPENAI, "gpt-4o"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4o-2024-05-13"): Retirement(date(2026, 10, 23), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4o-mini"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1-mini"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1-nano"): Retirement(date(2026, 10, 23), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-5"): Retirement(date(2026, 12, 11), "gpt-6.1-sol"),
    (Provider.OPENAI, "gpt-5-mini"): Retirement(date(2026, 12, 11), "gpt-6.1-terra"),
    (Provider.OPENAI, "gpt-5-nano"): Retirement(date(2026, 12, 11), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-5.1"): Retirement(date(2027, 4, 1), "gpt-6.1-sol"),
    (Provider.OPENAI, "gpt-5.4-nano"): Retirement(date(2027, 4, 1), "gpt-6-luna"),
    (Provider.OPENAI, "o1"): Retirement(date(2026, 10, 23), "gpt-6.1-sol"),
    (Provider.OPENAI, "o3"): Retirement(date(2026, 12, 11), "gpt-6.1-sol"),
    (Provider.OPENAI, "o3-mini"): Retirement(date(2026, 10, 23), "gpt-6.1-sol"),
    (Provider.OPENAI, "o4-mini"): Retirement(date(2026, 10, 23), "gpt-6.1-terra"),
    (Provider.AZURE, "gpt-4o"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4o-2024-05-13"): Retirement(date(2026, 12, 9), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4o-mini"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1-mini"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1-nano"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5"): Retirement(date(2027, 2, 9), "gpt-6.1-sol"),
    (Provider.AZURE, "gpt-5-mini"): Retirement(date(2027, 2, 9), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5-nano"): Retirement(date(2027, 2, 9), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5.1"): Retirement(date(2027, 5, 15), "gpt-6.1-sol"),
    (Provider.AZURE, "gpt-5.2"): Retirement(date(2027, 6, 8), "gpt-6.1-sol"),
    (Provider.AZURE, "gpt-5.4"): Retirement(date(2027, 9, 2), "gpt-6.1-sol"),
    (Provider.AZURE, "gpt-5.4-mini"): Retirement(date(2027, 9, 21), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5.4-nano"): Retirement(date(2027, 9, 21), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5.5"): Retirement(date(2027, 10, 26), "gpt-6.1-sol"),
    (Provider.AZURE, "gpt-5.6-luna"): Retirement(date(2028, 1, 11), ""),
    (Provider.AZURE, "gpt-5.6-terra"): Retirement(date(2028, 1, 11), ""),
    (Provider.AZURE, "gpt-5.6-sol"): Retirement(date(2028, 1, 11), ""),
    (Provider.AZURE, "gpt-6-astra"): Retirement(date(2028, 1, 11), ""),
    (Provider.AZURE, "gpt-6-luna"): Retirement(date(2028, 3, 11), ""),
    (Provider.AZURE, "gpt-6-sol"): Retirement(date(2028, 3, 11), ""),
    (Provider.AZURE, "gpt-6.1-sol"): Retirement(date(2028, 3, 11), ""),
    (Provider.AZURE, "o1"): Retirement(date(2026, 11, 19), "gpt-6.1-sol"),
    (Provider.AZURE, "o3"): Retirement(date(2026, 11, 19), "gpt-6.1-sol"),
    (Provider.AZURE, "o3-mini"): Retirement(date(2026, 11, 19), "gpt-6.1-sol"),
    (Provider.AZURE, "o4-mini"): Retirement(date(2026, 11, 19), "gpt-6-luna"),
    (Provider.AZURE, "text-embedding-3-large"): Retirement(date(2028, 2, 9), ""),
    (Provider.AZURE, "text-embedding-3-small"): Retirement(date(2028, 2, 9), ""),
    (Provider.AZURE, "text-embedding-ada-002"): Retirement(date(2028, 2, 9), ""),
}
SNAPSHOT: Final = re.compile(r"-\d{4}-\d\d-\d\d$")
"""The end of the name of a dated version, such as gpt-4o-2024-08-06."""

UNKNOWN: Final = Capability(context_tokens=8_192, vision=False, json_schema=False)
SMALL: Final = Capability(context_tokens=2_048, vision=False, json_schema=True)
"""The demonstration model, and any other that runs beside the product until the settings say more of it."""

# The first match wins: vision, then JSON schemas. By developers.openai.com/api/docs/guides/structured-outputs and
# /guides/images-vision, read on 2026-11-22; Azure follows them (learn.microsoft.com/azure/foundry/openai/how-to).
ABILITIES: Final[tuple[tuple[re.Pattern[str], bool, bool], ...]] = (
    (re.compile(r"gpt-4o-2024-05-13$"), True, False),
    (re.compile(r"gpt-4o(-mini)?$"), True, True),
    (re.compile(r"gpt-4\.1(-mini|-nano)?$"), True, True),
    (re.compile(r"gpt-[56](\.\d)?(-(mini|nano|luna|terra|sol|astra))?$"), True, True),
    (re.compile(r"o3-mini$"), False, True),
    (re.compile(r"(o1|o3|o4-mini)$"), True, True),
)


def retirement(deployment: Deployment) -> Retirement | None:
    """Return when a deployment retires; None while nobody says. A dated version goes with its model."""
    provider, model = deployment.provider, deployment.model
    return RETIREMENTS.get((provider, model)) or RETIREMENTS.get((provider, SNAPSHOT.sub("", model)))


def capability(deployment: Deployment) -> Capability:
    """Return what a deployment can do. Of an unknown model little is expected.

    HUNTAZE_AI_CAPABILITIES goes first, for as much as it says of the deployment. Raises ImproperlyConfigured when that
    cannot be read.
    """
    known = SMALL if deployment.provider is Provider.LOCAL else published_capability(deployment)
    override = settings.AI_CAPABILITY_OVERRIDES.get(str(deployment))
    if override is None:
        return known
    if not sound(override):
        raise ImproperlyConfigured(
            f"HUNTAZE_AI_CAPABILITIES: {deployment} needs an object of context_tokens (a whole number above 0), vision"
            " and json_schema (true or false), or some of them"
        )
    return replace(known, **override)


def sound(override: object) -> bool:
    if not isinstance(override, dict) or not override.keys() <= {"context_tokens", "vision", "json_schema"}:
        return False
    context_tokens = override.get("context_tokens", 1)
    abilities = (override.get("vision", False), override.get("json_schema", False))
    return type(context_tokens) is int and context_tokens > 0 and all(type(ability) is bool for ability in abilities)


@functools.lru_cache(maxsize=256)
def published_capability(deployment: Deployment) -> Capability:
    """Return what the vendor says of a model: the context from the genai-prices package, the rest from its guides."""
    try:
        known = genai_prices.calc_price(
            Usage(input_tokens=1), model_ref=deployment.model, provider_id=deployment.provider
        ).model
    except LookupError:
        return UNKNOWN
    context_tokens = known.context_window or UNKNOWN.context_tokens
    for name in (deployment.model, SNAPSHOT.sub("", deployment.model)):
        for family, vision, json_schema in ABILITIES:
            if family.match(name):
                return Capability(context_tokens, vision, json_schema)
    return replace(UNKNOWN, context_tokens=context_tokens)


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Deployment:
    """Return the deployment that "provider:model" names.

    Raises ImproperlyConfigured when the provider is unknown or the model is missing.
    """
    provider, _, model = text.strip().partition(":")
    model = model.strip()
    if provider not in set(Provider) or not model:
        raise ImproperlyConfigured(
            f"{text!r} is no deployment: write provider:model, where provider is one of {', '.join(Provider)}"
        )
    return Deployment(Provider(provider), model)


def chain(tier: Tier) -> tuple[Deployment, ...]:
    """Return the deployments that serve a tier, in the order in which they are tried."""
    configured = {Tier.ECONOMY: settings.AI_ECONOMY_MODELS, Tier.PREMIUM: settings.AI_PREMIUM_MODELS}
    return tuple(parse(text) for text in configured[tier])


def configured() -> tuple[Deployment, ...]:
    """Return every deployment of every tier, each once."""
    return tuple(dict.fromkeys(deployment for tier in Tier for deployment in chain(tier)))


def is_demonstration() -> bool:
    """Tell whether texts come from the tiny local model that stands in until a provider is configured."""
    return any(deployment.provider is Provider.LOCAL for deployment in chain(Tier.ECONOMY))
