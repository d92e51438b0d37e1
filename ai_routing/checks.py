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

from ai_routing import catalogue, prices
from ai_routing.caching import policy
from ai_routing.providers import contract, openai

NOTICE = timedelta(days=60)


@register(Tags.compatibility)
def configured_models(**_kwargs: Any) -> list[CheckMessage]:
    """Report a deployment that cannot be read, and a model that is retired or retires within 60 days."""
    try:
        deployments = every_deployment()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="ai_routing.E001")]
    wrong_prices = list(overrides(settings.AI_PRICE_OVERRIDES))
    return [
        *wrong_prices,
        *unreachable(deployments),
        *incapable(deployments),
        *retirements(deployments, today=timezone.now().date()),
        *([] if wrong_prices else unpriced(deployments, today=timezone.now().date())),
        *threshold(settings.AI_EMBEDDING_MODEL),
    ]


def every_deployment() -> list[catalogue.Deployment]:
    """Return all deployments that settings name, for whatever purpose. Raises ImproperlyConfigured."""
    others = [name for name in (*settings.AI_PERMITTED_MODELS, settings.AI_EMBEDDING_MODEL) if name]
    return list(dict.fromkeys([*catalogue.configured(), *(catalogue.parse(name) for name in others)]))


def overrides(prices: dict[str, Any]) -> Iterable[CheckMessage]:
    """Report a price override that would fail when a text is charged."""
    for model, price in prices.items():
        try:
            per_million = {kind: Decimal(str(price[kind])) for kind in ("input", "cached", "output")}
            per_million["cache_write"] = Decimal(str(price.get("cache_write", price["input"])))
        except (AttributeError, KeyError, TypeError, InvalidOperation):
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


def incapable(deployments: Iterable[catalogue.Deployment]) -> Iterable[CheckMessage]:
    """Report what HUNTAZE_AI_CAPABILITIES says that cannot be read."""
    for deployment in deployments:
        try:
            catalogue.capability(deployment)
        except ImproperlyConfigured as error:
            yield checks.Error(str(error), id="ai_routing.E004")


def retirements(deployments: Iterable[catalogue.Deployment], *, today: date) -> Iterable[CheckMessage]:
    for deployment in deployments:
        retirement = catalogue.retirement(deployment)
        if retirement is None or retirement.on - today > NOTICE:
            continue
        verb = "retired" if retirement.on <= today else "retires"
        yield checks.Warning(
            f"{deployment} {verb} on {retirement.on:%d %B %Y}.",
            hint="Set HUNTAZE_ECONOMY_MODELS and HUNTAZE_PREMIUM_MODELS"
            + (f"; the replacement is {retirement.replacement}." if retirement.replacement else "."),
            id="ai_routing.W001",
        )


def unpriced(deployments: Iterable[catalogue.Deployment], *, today: date) -> Iterable[CheckMessage]:
    """Report a model whose price nobody knows: its cost is unknown, and no budget holds it back."""
    for deployment in deployments:
        if prices.of(deployment, on=today) is None:
            yield checks.Warning(
                f"The price of {deployment} is not known: its cost counts in no budget.",
                hint=f"Set HUNTAZE_AI_PRICES for {deployment.model}; a model of your own costs 0.",
                id="ai_routing.W003",
            )


def threshold(embedding_model: str) -> Iterable[CheckMessage]:
    """Report an embedding model that the semantic cache cannot go by."""
    if not embedding_model:
        return
    try:
        found = policy.threshold(catalogue.parse(embedding_model))
    except policy.InvalidThreshold as error:
        yield checks.Error(str(error), id="ai_routing.E005")
        return
    if found is None:
        yield checks.Warning(
            f"The semantic cache is off: no threshold was measured for {embedding_model}.",
            hint="Run manage.py evaluate_semantic_cache and set HUNTAZE_SEMANTIC_THRESHOLDS to what it prints.",
            id="ai_routing.W002",
        )
