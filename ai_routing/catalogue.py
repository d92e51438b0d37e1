"""The models on offer: which deployments serve a tier, and until when the vendor keeps each model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

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
    """The day a provider switches a model off, and the vendor's replacement for it."""

    on: date
    replacement: str


# Vendors' deprecation pages, read on 2026-11-22: platform.openai.com/docs/deprecations,
# learn.microsoft.com/azure/ai-foundry/openai/concepts/model-retirements
RETIREMENTS: Final[dict[tuple[Provider, str], Retirement]] = {
    (Provider.OPENAI, "gpt-4o"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4o-mini"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1-mini"): Retirement(date(2027, 1, 14), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-4.1-nano"): Retirement(date(2026, 10, 23), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-5"): Retirement(date(2026, 12, 11), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-5-mini"): Retirement(date(2026, 12, 11), "gpt-6-luna"),
    (Provider.OPENAI, "gpt-5-nano"): Retirement(date(2026, 12, 11), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4o"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4o-mini"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1-mini"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-4.1-nano"): Retirement(date(2027, 4, 14), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5"): Retirement(date(2027, 2, 9), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5-mini"): Retirement(date(2027, 2, 9), "gpt-6-luna"),
    (Provider.AZURE, "gpt-5-nano"): Retirement(date(2027, 2, 9), "gpt-6-luna"),
}


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
