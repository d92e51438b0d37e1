"""The decision matrix: each task type, critical or not, at each complexity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ai_routing import routing
from ai_routing.catalogue import Capability, Deployment, Provider, Tier
from ai_routing.routing import Health, InvalidRequest, Need, NoDeployment, OutputLength, Request, Rule, TaskType
from tests.ai_routing.tiers import ECONOMY, HEALTHY, PREMIUM, SENSITIVE

WIDE = Capability(context_tokens=128_000, vision=True, json_schema=True)
NARROW = Capability(context_tokens=8_192, vision=False, json_schema=False)

# The tier at complexity 1 to 10: ordinary work, then the same marked critical.
MATRIX = {
    "chatbot": ("eeeeeeeppp", "pppppppppp"),
    "moderation": ("eeeeeeeppp", "pppppppppp"),
    "marketing_template": ("eeeeeeeppp", "pppppppppp"),
    "basic_analytics": ("eeeeeeeppp", "pppppppppp"),
    "sentiment_simple": ("eeeeeeeppp", "pppppppppp"),
    "code": ("eeeeeeeppp", "pppppppppp"),
    "strategy": ("eeeeeeeppp", "pppppppppp"),
    "advanced_analytics": ("eeeeeeeppp", "pppppppppp"),
    "compliance": ("pppppppppp", "pppppppppp"),
    "legal": ("pppppppppp", "pppppppppp"),
    "documentation": ("eeeeeeeppp", "pppppppppp"),
}
TIERS = {"e": Tier.ECONOMY, "p": Tier.PREMIUM}


def test_the_matrix_names_every_task_type() -> None:
    assert set(MATRIX) == set(TaskType)


@pytest.mark.parametrize("critical", [False, True], ids=["ordinary", "critical"])
@pytest.mark.parametrize("task_type", MATRIX)
def test_every_cell_of_the_matrix(task_type: str, critical: bool) -> None:
    decisions = [
        routing.choose(Request(TaskType(task_type), complexity, critical), HEALTHY) for complexity in range(1, 11)
    ]

    assert [decision.tier for decision in decisions] == [TIERS[letter] for letter in MATRIX[task_type][critical]]
    for decision in decisions:
        assert decision.deployments == (ECONOMY if decision.tier is Tier.ECONOMY else PREMIUM)


@pytest.mark.parametrize("output_length", OutputLength)
def test_the_length_of_the_answer_does_not_move_a_request(output_length: OutputLength) -> None:
    seven = routing.choose(Request(TaskType.STRATEGY, 7, output_length=output_length), HEALTHY)
    eight = routing.choose(Request(TaskType.STRATEGY, 8, output_length=output_length), HEALTHY)

    assert (seven.tier, eight.tier) == (Tier.ECONOMY, Tier.PREMIUM)


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (Request(TaskType.LEGAL, 10, critical=True), Rule.CRITICAL),
        (Request(TaskType.CHATBOT, 10, critical=True), Rule.CRITICAL),
        (Request(TaskType.CHATBOT, 1, critical=True), Rule.CRITICAL),
        (Request(TaskType.LEGAL, 10), Rule.SENSITIVE_TASK),
        (Request(TaskType.COMPLIANCE, 1), Rule.SENSITIVE_TASK),
        (Request(TaskType.CHATBOT, 8), Rule.COMPLEX),
        (Request(TaskType.CHATBOT, 7), Rule.ORDINARY),
    ],
)
def test_the_first_rule_that_matches_wins(request_: Request, rule: Rule) -> None:
    assert routing.choose(request_, HEALTHY).rule is rule


INVALID: dict[str, list[Any]] = {
    "task_type": ["poetry", "", "LEGAL", "legal ", None, 3, True],
    "complexity": [0, 11, -1, 10**20, 7.0, 7.5, float("nan"), "7", None, True, False, [7]],
    "critical": ["true", "", 0, 1, None, []],
    "output_length": ["epic", "", "SHORT", None, 0],
    "needs": [{Need.JSON}, [Need.JSON], (), None, "json", frozenset({"speech"}), frozenset({None})],
    "context_tokens": [-1, 1.0, "1000", None, True, float("inf")],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in INVALID.items() for value in values], ids=repr
)
def test_invalid_input_is_refused_and_named(field: str, value: Any) -> None:
    fields: dict[str, Any] = {"task_type": TaskType.CODE, "complexity": 3, "critical": False}

    with pytest.raises(InvalidRequest, match=field.removeprefix("output_")) as refused:
        Request(**{**fields, field: value})

    assert repr(value) in str(refused.value)
    assert ": use " in str(refused.value)


@pytest.mark.parametrize("critical", [False, True])
@pytest.mark.parametrize("task_type", TaskType)
def test_the_reason_is_a_sentence_that_names_the_tier(task_type: TaskType, critical: bool) -> None:
    for complexity in range(1, 11):
        decision = routing.choose(Request(task_type, complexity, critical), HEALTHY)

        assert decision.reason[0].isupper()
        assert decision.reason.endswith(".")
        assert "_" not in decision.reason
        assert f"the {decision.tier} model" in decision.reason
        assert len(decision.reason) <= 300  # the ledger's column
        if decision.rule in {Rule.COMPLEX, Rule.ORDINARY}:
            assert f"Complexity {complexity} of 10" in decision.reason


def test_a_deployment_that_is_down_comes_last() -> None:
    health = Health(chains=HEALTHY.chains, down=frozenset({PREMIUM[0]}))

    decision = routing.choose(Request(TaskType.LEGAL, 1), health)

    assert decision.deployments == (PREMIUM[1], PREMIUM[0])


def test_those_that_are_up_and_those_that_are_down_keep_their_order() -> None:
    first, second, third, fourth = (Deployment(Provider.OPENAI, f"gpt-{number}") for number in range(4))
    health = Health(
        chains={Tier.ECONOMY: (first, second, third, fourth), Tier.PREMIUM: PREMIUM}, down=frozenset({first, third})
    )

    assert routing.choose(Request(TaskType.CHATBOT, 1), health).deployments == (second, fourth, first, third)


def test_when_all_are_down_all_are_tried_and_critical_work_keeps_its_tier() -> None:
    health = Health(chains=HEALTHY.chains, down=frozenset(PREMIUM))

    decision = routing.choose(Request(TaskType.CHATBOT, 1, critical=True), health)

    assert (decision.tier, decision.deployments) == (Tier.PREMIUM, PREMIUM)


@pytest.mark.parametrize("chains", [{Tier.ECONOMY: ECONOMY}, {Tier.ECONOMY: ECONOMY, Tier.PREMIUM: ()}])
def test_without_a_premium_model_critical_work_is_refused_with_the_variable_to_set(
    chains: dict[Tier, tuple[Deployment, ...]],
) -> None:
    with pytest.raises(NoDeployment, match="HUNTAZE_PREMIUM_MODELS"):
        routing.choose(Request(TaskType.CHATBOT, 1, critical=True), Health(chains=chains))


def test_without_an_economy_model_ordinary_work_does_not_use_the_dear_one() -> None:
    with pytest.raises(NoDeployment, match="HUNTAZE_ECONOMY_MODELS"):
        routing.choose(Request(TaskType.CHATBOT, 1), Health(chains={Tier.PREMIUM: PREMIUM}))


@pytest.mark.parametrize("override", Tier)
@pytest.mark.parametrize("task_type", TaskType)
def test_an_operators_word_moves_a_task_type_and_never_what_must_be_premium(
    task_type: TaskType, override: Tier
) -> None:
    health = replace(HEALTHY, overrides={task_type: override})

    for complexity in range(1, 11):
        decision = routing.choose(Request(task_type, complexity), health)
        critical = routing.choose(Request(task_type, complexity, critical=True), health)

        assert (critical.tier, critical.rule) == (Tier.PREMIUM, Rule.CRITICAL)
        if task_type in SENSITIVE:
            assert (decision.tier, decision.rule) == (Tier.PREMIUM, Rule.SENSITIVE_TASK)
        else:
            assert (decision.tier, decision.rule) == (override, Rule.OVERRIDE)
            assert f"The {override} model" in decision.reason
            assert "operator" in decision.reason


def test_an_operators_word_on_one_task_type_leaves_the_others_alone() -> None:
    health = replace(HEALTHY, overrides={TaskType.CHATBOT: Tier.PREMIUM})

    assert routing.choose(Request(TaskType.CODE, 3), health) == routing.choose(Request(TaskType.CODE, 3), HEALTHY)


def able(economy: tuple[Capability, Capability], premium: tuple[Capability, Capability]) -> Health:
    """Return a health in which the two deployments of each tier can do this, in their order."""
    known = dict(zip((*ECONOMY, *PREMIUM), (*economy, *premium), strict=True))
    return replace(HEALTHY, capabilities=known)


NO_JSON = replace(WIDE, json_schema=False)
NO_EYES = replace(WIDE, vision=False)
SHORT = replace(WIDE, context_tokens=32_000)
JSON = frozenset({Need.JSON})
VISION = frozenset({Need.VISION})
BOTH = JSON | VISION
LONG = frozenset({Need.LONG_CONTEXT})


@pytest.mark.parametrize(
    ("asked", "health", "deployments", "rule"),
    [
        pytest.param({}, able((NARROW, NARROW), (WIDE, WIDE)), ECONOMY, Rule.ORDINARY, id="nothing needed"),
        pytest.param({"needs": JSON}, able((NO_JSON, WIDE), (WIDE, WIDE)), ECONOMY[1:], Rule.ORDINARY, id="json"),
        pytest.param({"needs": VISION}, able((WIDE, NO_EYES), (WIDE, WIDE)), ECONOMY[:1], Rule.ORDINARY, id="vision"),
        pytest.param(
            {"needs": BOTH}, able((NO_JSON, NO_EYES), (WIDE, NO_EYES)), PREMIUM[:1], Rule.CAPABLE, id="json and vision"
        ),
        pytest.param(
            {"context_tokens": 32_000}, able((SHORT, SHORT), (WIDE, WIDE)), ECONOMY, Rule.ORDINARY, id="just fits"
        ),
        pytest.param(
            {"context_tokens": 32_001}, able((SHORT, WIDE), (WIDE, WIDE)), ECONOMY[1:], Rule.ORDINARY, id="fits one"
        ),
        pytest.param(
            {"context_tokens": 32_001}, able((SHORT, SHORT), (SHORT, WIDE)), PREMIUM[1:], Rule.CAPABLE, id="too long"
        ),
        pytest.param(
            {"needs": LONG}, able((NARROW, WIDE), (WIDE, WIDE)), ECONOMY[1:], Rule.ORDINARY, id="long context"
        ),
        pytest.param({"needs": JSON}, HEALTHY, ECONOMY, Rule.ORDINARY, id="of which nothing is known"),
        pytest.param(
            {"complexity": 9, "needs": JSON},
            able((WIDE, WIDE), (NO_JSON, WIDE)),
            PREMIUM[1:],
            Rule.COMPLEX,
            id="complex",
        ),
        pytest.param(
            {"critical": True, "needs": JSON},
            able((WIDE, WIDE), (NO_JSON, WIDE)),
            PREMIUM[1:],
            Rule.CRITICAL,
            id="critical",
        ),
        pytest.param(
            {"context_tokens": 32_001},
            replace(able((SHORT, SHORT), (WIDE, WIDE)), overrides={TaskType.CODE: Tier.ECONOMY}),
            PREMIUM,
            Rule.CAPABLE,
            id="an operator's economy that cannot",
        ),
    ],
)
def test_those_that_can_do_what_is_needed_are_asked(
    asked: dict[str, Any], health: Health, deployments: tuple[Deployment, ...], rule: Rule
) -> None:
    decision = routing.choose(Request(**{"task_type": TaskType.CODE, "complexity": 3, **asked}), health)

    assert (decision.deployments, decision.rule) == (deployments, rule)
    assert f"the {decision.tier} model" in decision.reason.replace("The", "the")


@pytest.mark.parametrize("asked", [{}, {"critical": True}, {"task_type": TaskType.LEGAL}, {"complexity": 10}])
def test_what_is_too_long_for_all_is_refused_with_the_figures_to_mend_it(asked: dict[str, Any]) -> None:
    health = able((SHORT, NARROW), (SHORT, WIDE))

    with pytest.raises(InvalidRequest, match=r"128001 tokens.*take 128000: shorten it"):
        routing.choose(
            Request(**{"task_type": TaskType.CODE, "complexity": 3, "context_tokens": 128_001, **asked}), health
        )


def test_critical_work_that_only_the_economy_tier_can_take_in_is_refused_and_not_moved_down() -> None:
    health = able((WIDE, WIDE), (SHORT, SHORT))

    with pytest.raises(InvalidRequest, match="shorten it"):
        routing.choose(Request(TaskType.CODE, 3, critical=True, context_tokens=50_000), health)
    with pytest.raises(NoDeployment, match="json"):
        routing.choose(
            Request(TaskType.LEGAL, 3, needs=JSON), able((WIDE, WIDE), (NO_JSON, replace(SHORT, json_schema=False)))
        )


def test_a_deployment_that_cannot_is_not_asked_even_when_all_others_are_down() -> None:
    health = replace(able((NO_JSON, WIDE), (WIDE, WIDE)), down=frozenset({ECONOMY[1]}))

    assert routing.choose(Request(TaskType.CODE, 3, needs=JSON), health).deployments == ECONOMY[1:]


def test_too_long_for_the_only_tier_there_is_a_request_to_shorten() -> None:
    health = Health(
        chains={Tier.ECONOMY: ECONOMY},
        capabilities={deployment: Capability(4_000, vision=False, json_schema=False) for deployment in ECONOMY},
    )

    with pytest.raises(InvalidRequest, match="shorten"):
        routing.choose(Request(TaskType.CHATBOT, 1, context_tokens=5_000), health)
