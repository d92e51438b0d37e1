"""The decision matrix: each task type, critical or not, at each complexity."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import routing
from ai_routing.catalogue import Deployment, Provider, Tier
from ai_routing.routing import Health, InvalidRequest, NoDeployment, OutputLength, Request, Rule, TaskType

ECONOMY = (Deployment(Provider.AZURE, "gpt-4o-mini"), Deployment(Provider.OPENAI, "gpt-4o-mini"))
PREMIUM = (Deployment(Provider.AZURE, "gpt-4o"), Deployment(Provider.OPENAI, "gpt-4o"))
HEALTHY = Health(chains={Tier.ECONOMY: ECONOMY, Tier.PREMIUM: PREMIUM})

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


POOLS = {
    Tier.ECONOMY: [Deployment(provider, f"small-{number}") for provider in Provider for number in range(2)],
    Tier.PREMIUM: [Deployment(provider, f"large-{number}") for provider in Provider for number in range(2)],
}
CHAINS = st.fixed_dictionaries(
    {}, optional={tier: st.lists(st.sampled_from(pool), unique=True).map(tuple) for tier, pool in POOLS.items()}
)
DOWN = st.frozensets(st.sampled_from([deployment for pool in POOLS.values() for deployment in pool]))
VALID = st.fixed_dictionaries(
    {
        "task_type": st.sampled_from(TaskType),
        "complexity": st.integers(1, 10),
        "critical": st.booleans(),
        "output_length": st.sampled_from(OutputLength),
    }
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.fixed_dictionaries(
    {
        "task_type": SCALARS | st.sampled_from(TaskType),
        "complexity": SCALARS | st.integers(-2, 12),
        "critical": SCALARS,
        "output_length": SCALARS | st.sampled_from(OutputLength),
    }
)


@settings(max_examples=500, deadline=None)
@given(requests=st.lists(VALID, min_size=20, max_size=20), chains=CHAINS, down=DOWN)
def test_ten_thousand_valid_requests_are_only_refused_for_want_of_a_model_and_never_leave_their_tier(
    requests: list[dict[str, Any]], chains: dict[Tier, tuple[Deployment, ...]], down: frozenset[Deployment]
) -> None:
    for fields in requests:
        request = Request(**fields)
        premium = request.critical or request.task_type in {"compliance", "legal"} or request.complexity > 7
        tier = Tier.PREMIUM if premium else Tier.ECONOMY
        try:
            decision = routing.choose(request, Health(chains, down))
        except NoDeployment:
            assert not chains.get(tier)
            continue

        assert decision.tier is tier
        assert sorted(map(str, decision.deployments)) == sorted(map(str, chains[tier]))
        is_down = [deployment in down for deployment in decision.deployments]
        assert is_down == sorted(is_down)
        assert routing.choose(request, Health(chains, down)) == decision


@settings(max_examples=2_000, deadline=None)
@given(fields=ANYTHING)
def test_whatever_is_asked_is_routed_or_refused(fields: dict[str, Any]) -> None:
    try:
        decision = routing.choose(Request(**fields), HEALTHY)
    except InvalidRequest:
        return

    assert fields["task_type"] in set(TaskType)
    assert type(fields["complexity"]) is int
    assert type(fields["critical"]) is bool
    assert decision.tier is Tier.PREMIUM or not fields["critical"]
