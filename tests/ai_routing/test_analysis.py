"""The estimate of how hard a request is: bounded, repeatable, and explained by its points."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import analysis
from ai_routing.routing import OutputLength, TaskType

PLAIN = "Rainy Sunday in Lyon"
FEATURES = {"task", "length", "reasoning", "constraints", "steps", "output"}

WORDS = st.sampled_from(
    ["compare", "optimise", "étape par étape", "must", "never", "au moins", "\n- a", "\n2) b", "sun", "café", "x" * 400]
)
PROMPTS = st.text(max_size=400) | st.lists(WORDS, max_size=60).map(" ".join)


def points(prompt: str, *, task_type: TaskType = TaskType.CHATBOT, **options: Any) -> dict[str, int]:
    options = {"output_length": OutputLength.SHORT, **options}
    return analysis.estimate(task_type=task_type, prompt=prompt, **options).points


@settings(max_examples=500, deadline=None)
@given(prompt=PROMPTS, task_type=st.sampled_from(TaskType), output_length=st.sampled_from(OutputLength))
def test_any_prompt_has_a_complexity_from_1_to_10_that_its_points_explain(
    prompt: str, task_type: TaskType, output_length: OutputLength
) -> None:
    estimate = analysis.estimate(task_type=task_type, prompt=prompt, output_length=output_length)

    assert 1 <= estimate.complexity <= 10
    assert estimate.complexity == max(1, min(10, sum(estimate.points.values())))
    assert set(estimate.points) == FEATURES
    assert all(point >= 0 for point in estimate.points.values())
    assert analysis.estimate(task_type=task_type, prompt=prompt, output_length=output_length) == estimate


@pytest.mark.parametrize(
    ("task_type", "complexity"),
    [
        ("sentiment_simple", 1),
        ("moderation", 2),
        ("chatbot", 2),
        ("marketing_template", 2),
        ("basic_analytics", 3),
        ("documentation", 4),
        ("code", 5),
        ("strategy", 6),
        ("compliance", 6),
        ("legal", 7),
        ("advanced_analytics", 7),
    ],
)
def test_a_plain_prompt_is_as_hard_as_its_task_and_none_is_premium_for_that(task_type: str, complexity: int) -> None:
    estimate = analysis.estimate(task_type=TaskType(task_type), prompt=PLAIN, output_length=OutputLength.SHORT)

    assert estimate.complexity == complexity
    assert estimate.points == {**dict.fromkeys(FEATURES, 0), "task": complexity}


def test_every_task_type_has_its_base() -> None:
    assert set(analysis.BASE) == set(TaskType)


@pytest.mark.parametrize(("characters", "expected"), [(1_199, 0), (1_200, 1), (2_399, 1), (2_400, 2), (4_000, 2)])
def test_a_long_prompt_adds_up_to_two_points(characters: int, expected: int) -> None:
    assert points("x" * characters)["length"] == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (PLAIN, 0),
        ("Compare my two covers", 1),
        ("COMPARE and contrast, step by step", 3),
        ("Comparer, évaluer, arbitrage, étape par étape", 3),
        ("analyze analyse forecast optimize segment prove", 3),
        ("Incomparable and improved", 0),
    ],
)
def test_words_that_ask_for_thought_add_up_to_three_points(prompt: str, expected: int) -> None:
    assert points(prompt)["reasoning"] == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (PLAIN, 0),
        ("It must be short", 0),
        ("It must be short and never sad", 1),
        ("must only never without exactly at least", 2),
        ("jamais triste, sans emoji", 1),
        ("My OnlyFans and my mustard", 0),
    ],
)
def test_two_conditions_make_a_point_and_there_are_two_at_most(prompt: str, expected: int) -> None:
    assert points(prompt)["constraints"] == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (40, 2)],
)
@pytest.mark.parametrize("bullet", ["-", "*", "•", "  -", "1.", "12)"])
def test_three_list_items_make_a_point_and_there_are_two_at_most(bullet: str, items: int, expected: int) -> None:
    assert points("Do this:\n" + f"{bullet} a thing\n" * items)["steps"] == expected


def test_a_dash_inside_a_line_is_no_list_item() -> None:
    assert points("rain - sun - wind - snow\n2026 was good\n3.5 stars\n-no space")["steps"] == 0


@pytest.mark.parametrize(("output_length", "expected"), [("short", 0), ("medium", 0), ("long", 1)])
def test_a_long_answer_adds_a_point(output_length: str, expected: int) -> None:
    assert points(PLAIN, output_length=OutputLength(output_length))["output"] == expected


def test_the_hardest_request_stays_at_ten() -> None:
    prompt = "Compare, contrast and evaluate. It must, must, never, never fail.\n" + "- a step\n" * 200 + "x" * 2_000

    estimate = analysis.estimate(task_type=TaskType.ADVANCED_ANALYTICS, prompt=prompt, output_length=OutputLength.LONG)

    assert sum(estimate.points.values()) == 17
    assert estimate.complexity == 10
