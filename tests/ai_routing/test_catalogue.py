"""Deployments as operators write them, and the chains of the tiers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from ai_routing import catalogue
from ai_routing.catalogue import Capability, Deployment, Provider, Tier


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


def test_no_replacement_goes_before_what_it_replaces() -> None:
    for (provider, model), retirement in catalogue.RETIREMENTS.items():
        next_one = catalogue.retirement(Deployment(provider, retirement.replacement))
        assert retirement.replacement != model
        assert next_one is None or next_one.on - retirement.on > timedelta(days=120)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("openai:gpt-4o", date(2027, 1, 14)),
        ("azure:gpt-4o", date(2027, 4, 14)),
        ("openai:gpt-4o-2024-08-06", date(2027, 1, 14)),
        ("openai:gpt-4o-2024-05-13", date(2026, 10, 23)),
        ("azure:gpt-5.1-2025-11-13", date(2027, 5, 15)),
        ("azure:gpt-6.1-sol", date(2028, 3, 11)),
        ("azure:text-embedding-3-small", date(2028, 2, 9)),
        ("openai:gpt-6.1-terra", None),
        ("openai:text-embedding-3-small", None),
        ("local:gpt-4o", None),
        ("openai:qwen2.5:7b", None),
    ],
)
def test_a_model_is_kept_until_its_provider_says(text: str, on: date | None) -> None:
    retirement = catalogue.retirement(catalogue.parse(text))

    assert (retirement and retirement.on) == on


@pytest.mark.parametrize(
    ("text", "capability"),
    [
        ("openai:gpt-4o", Capability(128_000, vision=True, json_schema=True)),
        ("azure:gpt-4o-mini", Capability(128_000, vision=True, json_schema=True)),
        ("openai:gpt-4o-2024-08-06", Capability(128_000, vision=True, json_schema=True)),
        ("openai:gpt-4o-2024-05-13", Capability(128_000, vision=True, json_schema=False)),
        ("openai:gpt-4.1-nano", Capability(1_000_000, vision=True, json_schema=True)),
        ("azure:gpt-5-mini", Capability(400_000, vision=True, json_schema=True)),
        ("openai:gpt-5.6-terra", Capability(1_050_000, vision=True, json_schema=True)),
        ("azure:gpt-6-luna", Capability(1_050_000, vision=True, json_schema=True)),
        ("openai:gpt-6.1-sol", Capability(1_050_000, vision=True, json_schema=True)),
        ("openai:o3-mini", Capability(200_000, vision=False, json_schema=True)),
        ("openai:gpt-4", Capability(8_192, vision=False, json_schema=False)),
        ("openai:gpt-4o-audio-preview", Capability(128_000, vision=False, json_schema=False)),
        ("openai:qwen2.5:7b", catalogue.UNKNOWN),
        ("openai:gpt-6-of-my-own", catalogue.UNKNOWN),
        ("local:smollm2-135m", catalogue.SMALL),
        ("local:gpt-4o", catalogue.SMALL),
    ],
)
def test_what_a_model_can_do(text: str, capability: Capability, settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = {}

    assert catalogue.capability(catalogue.parse(text)) == capability


def test_of_an_unknown_model_little_is_expected() -> None:
    assert Capability(8_192, vision=False, json_schema=False) == catalogue.UNKNOWN
    assert Capability(2_048, vision=False, json_schema=True) == catalogue.SMALL


def test_the_settings_know_better_for_as_much_as_they_say(settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = {
        "openai:qwen2.5:7b": {"context_tokens": 32_768, "json_schema": True},
        "local:smollm2-135m": {"context_tokens": 4_096},
        "openai:gpt-4o": {"vision": False},
    }

    found = [
        catalogue.capability(catalogue.parse(text)) for text in [*settings.AI_CAPABILITY_OVERRIDES, "azure:gpt-4o"]
    ]
    assert found == [
        Capability(32_768, vision=False, json_schema=True),
        Capability(4_096, vision=False, json_schema=True),
        Capability(128_000, vision=False, json_schema=True),
        Capability(128_000, vision=True, json_schema=True),
    ]


@pytest.mark.parametrize(
    "override",
    [
        "large",
        [],
        {"context": 1},
        {"context_tokens": "1"},
        {"context_tokens": 0},
        {"context_tokens": True},
        {"vision": 1},
    ],
    ids=str,
)
def test_an_override_that_cannot_be_read_says_how_to_write_one(override: Any, settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = {"openai:x": override}

    with pytest.raises(ImproperlyConfigured, match="HUNTAZE_AI_CAPABILITIES: openai:x needs an object"):
        catalogue.capability(Deployment(Provider.OPENAI, "x"))
