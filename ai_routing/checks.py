"""System checks: what is wrong, or soon will be, with the configured models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from ai_routing import catalogue
from ai_routing.providers import contract, openai

NOTICE = timedelta(days=60)


@register(Tags.compatibility)
def configured_models(**_kwargs: Any) -> list[CheckMessage]:
    """Report a deployment that cannot be read, and a model that is retired or retires within 60 days."""
    try:
        deployments = catalogue.configured()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="ai_routing.E001")]
    return [
        *overrides(settings.AI_PRICE_OVERRIDES),
        *unreachable(deployments),
        *retirements(deployments, today=timezone.now().date()),
    ]


def overrides(prices: dict[str, Any]) -> Iterable[CheckMessage]:
    """Report a price override that would fail when a text is charged."""
    for model, price in prices.items():
        try:
            per_million = {kind: Decimal(str(price[kind])) for kind in ("input", "cached", "output")}
        except (KeyError, TypeError, InvalidOperation):
            per_million = {}
        sound = per_million and all(amount.is_finite() and amount >= 0 for amount in per_million.values())
        if not sound or per_million["cached"] > per_million["input"]:
            yield checks.Error(
                f"HUNTAZE_AI_PRICES: the price of {model} cannot be used.",
                hint='Give "input", "cached" and "output" in USD per million tokens; cached is at most input.',
                id="ai_routing.E003",
            )


def unreachable(deployments: Iterable[catalogue.Deployment]) -> Iterable[CheckMessage]:
    for deployment in deployments:
        try:
            openai.client(deployment.provider)
        except contract.Misconfigured as error:
            yield checks.Error(f"{deployment} cannot be reached: {error}.", id="ai_routing.E002")


def retirements(deployments: Iterable[catalogue.Deployment], *, today: date) -> Iterable[CheckMessage]:
    for deployment in deployments:
        retirement = catalogue.RETIREMENTS.get((deployment.provider, deployment.model))
        if retirement is None or retirement.on - today > NOTICE:
            continue
        verb = "retired" if retirement.on <= today else "retires"
        yield checks.Warning(
            f"{deployment} {verb} on {retirement.on:%d %B %Y}.",
            hint=f"Set HUNTAZE_ECONOMY_MODELS and HUNTAZE_PREMIUM_MODELS; the replacement is {retirement.replacement}.",
            id="ai_routing.W001",
        )
