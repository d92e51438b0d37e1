"""System checks: what is wrong, or soon will be, with the configured models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

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
    return [*unreachable(deployments), *retirements(deployments, today=timezone.now().date())]


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
