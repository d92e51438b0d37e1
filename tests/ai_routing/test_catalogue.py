"""Deployments as operators write them, and the chains of the tiers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from ai_routing import catalogue
from ai_routing.catalogue import Deployment, Provider, Tier


@pytest.mark.parametrize(
    ("text", "deployment"),
    [
        ("azure:gpt-4o-mini", Deployment(Provider.AZURE, "gpt-4o-mini")),
        ("openai:gpt-4o", Deployment(Provider.OPENAI, "gpt-4o")),
        ("local:smollm2-135m", Deployment(Provider.LOCAL, "smollm2-135m")),
        (" openai:gpt-4o\n", Deployment(Provider.OPENAI, "gpt-4o")),
        ("openai:qwen2.5:7b", Deployment(Provider.OPENAI, "qwen2.5:7b")),
    ],
)
def test_a_deployment_is_a_provider_and_a_model(text: str, deployment: Deployment) -> None:
    assert catalogue.parse(text) == deployment
    assert catalogue.parse(str(deployment)) == deployment


@pytest.mark.parametrize(
    "text",
    ["", ":", "gpt-4o", "openai", "openai:", "openai: ", ":gpt-4o", "OpenAI:gpt-4o", "anthropic:x", "openai/gpt-4o"],
)
def test_what_is_no_deployment_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        catalogue.parse(text)

    assert repr(text) in str(refused.value)
    assert "write provider:model, where provider is one of azure, openai, local" in str(refused.value)


def test_a_tier_is_served_in_the_order_of_the_settings(settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["openai:gpt-4o-mini", "azure:gpt-4o-mini"]
    settings.AI_PREMIUM_MODELS = ["azure:gpt-4o"]

    assert [str(deployment) for deployment in catalogue.chain(Tier.ECONOMY)] == settings.AI_ECONOMY_MODELS
    assert [str(deployment) for deployment in catalogue.chain(Tier.PREMIUM)] == settings.AI_PREMIUM_MODELS


def test_a_chain_with_one_bad_deployment_is_refused_whole(settings: Any) -> None:
    settings.AI_PREMIUM_MODELS = ["azure:gpt-4o", "gpt-4o"]

    with pytest.raises(ImproperlyConfigured, match="'gpt-4o'"):
        catalogue.chain(Tier.PREMIUM)


def test_configured_names_each_deployment_once(settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["azure:gpt-4o-mini", "openai:gpt-4o"]
    settings.AI_PREMIUM_MODELS = ["openai:gpt-4o", "azure:gpt-4o"]

    assert [str(deployment) for deployment in catalogue.configured()] == [
        "azure:gpt-4o-mini",
        "openai:gpt-4o",
        "azure:gpt-4o",
    ]


@pytest.mark.parametrize(
    ("economy", "is_demonstration"),
    [(["local:smollm2-135m"], True), (["openai:gpt-4o-mini"], False), (["azure:gpt-4o-mini", "local:x"], True)],
)
def test_it_is_a_demonstration_while_the_local_model_writes(
    economy: list[str], is_demonstration: bool, settings: Any
) -> None:
    settings.AI_ECONOMY_MODELS = economy

    assert catalogue.is_demonstration() is is_demonstration


def test_no_replacement_is_itself_about_to_retire() -> None:
    for (provider, model), retirement in catalogue.RETIREMENTS.items():
        assert retirement.replacement != model
        assert (provider, retirement.replacement) not in catalogue.RETIREMENTS
