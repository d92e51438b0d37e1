"""Why a model was chosen is told in the reader's language, by everything that tells it."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from accounts.models import User
from ai_routing import analysis, reasons
from ai_routing.assistant import asking, figures, representation
from ai_routing.jobs import Route
from ai_routing.routing import Rule, TaskType
from content import brief

ROUTE = Route(
    tier="economy",
    rule="ordinary",
    reason="Complexity 3 of 10, nothing critical: the economy model writes it as well.",
    deployments=("openai:gpt-4o-mini",),
    complexity=3,
    contributions=(("marketing template", 1.5), ("'compare'", 0.8)),
)


def routed(rule: str) -> Route:
    return Route.from_json({**ROUTE.as_json(), "rule": rule})


def test_every_task_type_has_a_name_and_is_offered_by_it() -> None:
    assert set(reasons.TASKS) == {task.value for task in TaskType}
    assert list(reasons.TASKS.items()) == brief.TASK_TYPES


@pytest.mark.parametrize("rule", [*Rule, "of an earlier version"])
def test_every_rule_has_a_sentence_in_both_languages(rule: str) -> None:
    with translation.override("en"):
        english = reasons.reason(routed(rule))
    with translation.override("fr"):
        french = reasons.reason(routed(rule))

    assert english.endswith(".")
    assert french.endswith(".")
    assert english != french


def test_what_weighed_most_is_named_as_the_reader_names_it() -> None:
    with translation.override("en"):
        assert reasons.contributions(ROUTE) == (("Post or caption", 1.5), ("'compare'", 0.8))
    with translation.override("fr"):
        ((task, _), (word, _)) = reasons.contributions(ROUTE)

    assert task not in {"Post or caption", "marketing template"}
    assert word == "'compare'"


@pytest.mark.django_db
def test_the_assistant_gives_its_reason_in_french_too(alice: User) -> None:
    turn = asking.ask(alice, None, "What next?", now=timezone.now())
    turn.decision = ROUTE.as_json()

    with translation.override("fr"):
        told = representation.ai(figures.of(turn))

    assert told["reason"].startswith("Complexité 3 sur 10, rien de critique")


def test_every_feature_that_is_no_word_of_the_brief_has_a_name_for_readers() -> None:
    assert set(analysis.SHAPES.values()) == set(reasons.SHAPES)
    assert {task.value for task in TaskType} == set(reasons.TASKS)
