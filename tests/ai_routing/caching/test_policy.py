from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ai_routing.caching import embedding, policy
from ai_routing.prompts import families
from ai_routing.routing import TaskType
from tests.ai_routing.caching.questions import EMBEDS

SEMANTIC = {
    TaskType.CHATBOT,
    TaskType.DOCUMENTATION,
    TaskType.BASIC_ANALYTICS,
    TaskType.SENTIMENT_SIMPLE,
    TaskType.MODERATION,
}


@pytest.mark.parametrize("task", list(TaskType))
def test_every_task_has_a_policy(task: TaskType) -> None:
    found = policy.of(task)

    assert found.exact
    assert found.semantic is (task in SEMANTIC)
    assert found.shareable is (task is TaskType.DOCUMENTATION)
    assert timedelta(0) < found.ttl <= timedelta(days=7)


def test_a_bypass_has_no_cache() -> None:
    assert policy.Policy(exact=False, semantic=False, shareable=False, ttl=timedelta(0)) == policy.BYPASS


def test_a_threshold_says_where_it_was_measured(settings: Any) -> None:
    settings.AI_SEMANTIC_THRESHOLDS = {str(EMBEDS): {"similarity": 0.93, "measured": "2026-12-01, 397 pairs"}}

    assert policy.threshold(EMBEDS) == policy.Threshold(0.93, "2026-12-01, 397 pairs")


@pytest.mark.parametrize(
    "entry",
    [
        0.93,
        "0.93",
        {},
        {"similarity": 0.93},
        {"similarity": 0.93, "measured": " "},
        {"similarity": "0.93", "measured": "here"},
        {"similarity": True, "measured": "here"},
        {"similarity": 0, "measured": "here"},
        {"similarity": 1.01, "measured": "here"},
        {"similarity": float("nan"), "measured": "here"},
    ],
    ids=str,
)
def test_a_threshold_that_cannot_be_used_keeps_the_cache_off(settings: Any, entry: Any) -> None:
    settings.AI_EMBEDDING_MODEL = str(EMBEDS)
    settings.AI_SEMANTIC_THRESHOLDS = {str(EMBEDS): entry}

    with pytest.raises(policy.InvalidThreshold, match=r"evaluate_semantic_cache"):
        policy.threshold(EMBEDS)
    assert embedding.configured() is None


@pytest.mark.parametrize("name", ["", "openai", "nobody:model"])
def test_without_a_model_that_can_be_read_the_cache_is_off(settings: Any, name: str) -> None:
    settings.AI_EMBEDDING_MODEL = name

    assert embedding.configured() is None


def test_a_model_that_nobody_measured_is_off(settings: Any) -> None:
    settings.AI_EMBEDDING_MODEL = str(EMBEDS)
    settings.AI_SEMANTIC_THRESHOLDS = {}

    assert embedding.configured() is None


def test_what_may_be_shared_does_not_say_who_asks() -> None:
    shareable = {task_type for task_type in TaskType if policy.of(task_type).shareable}

    assert shareable == families.ANONYMOUS
