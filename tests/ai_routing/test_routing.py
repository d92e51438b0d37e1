"""The decision matrix: each task type, critical or not, at each complexity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import routing
from ai_routing.catalogue import Capability, Deployment, Provider, Tier
from ai_routing.routing import Health, InvalidRequest, Need, NoDeployment, OutputLength, Request, Rule, TaskType

ECONOMY = (Deployment(Provider.AZURE, "gpt-4o-mini"), Deployment(Provider.OPENAI, "gpt-4o-mini"))
PREMIUM = (Deployment(Provider.AZURE, "gpt-4o"), Deployment(Provider.OPENAI, "gpt-4o"))
HEALTHY = Health(chains={Tier.ECONOMY: ECONOMY, Tier.PREMIUM: PREMIUM})

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
    "needs": [{Need.JSON}, [Need.JSON], (), None, "json", frozenset({"speech"}), frozenset({None, Need.JSON})],
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


SENSITIVE = {TaskType.COMPLIANCE, TaskType.LEGAL}


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


SIZES = [0, 1, 2_048, 8_192, 8_193, 32_000, 128_000, 128_001, 1_000_000, 5_000_000]
CAPABILITIES = st.builds(
    Capability,
    context_tokens=st.sampled_from([2_048, 8_192, 32_000, 128_000, 1_000_000]),
    vision=st.booleans(),
    json_schema=st.booleans(),
)
EVERYBODY = [deployment for pool in POOLS.values() for deployment in pool]
HEALTHS = st.builds(
    Health,
    chains=CHAINS,
    down=DOWN,
    overrides=st.dictionaries(st.sampled_from(TaskType), st.sampled_from(Tier)),
    capabilities=st.dictionaries(st.sampled_from(EVERYBODY), CAPABILITIES),
)
NEEDY = st.builds(
    Request,
    task_type=st.sampled_from(TaskType),
    complexity=st.integers(1, 10),
    critical=st.booleans(),
    output_length=st.sampled_from(OutputLength),
    needs=st.frozensets(st.sampled_from(Need)),
    context_tokens=st.sampled_from(SIZES),
)


def takes(request: Request, deployment: Deployment, capabilities: Mapping[Deployment, Capability]) -> bool:
    """Tell, in other words than the code's, whether a deployment can take a request."""
    if deployment not in capabilities:
        return True
    known = capabilities[deployment]
    room = max(request.context_tokens, routing.LONG_CONTEXT_TOKENS if Need.LONG_CONTEXT in request.needs else 0)
    lacks = {need for need, has in ((Need.VISION, known.vision), (Need.JSON, known.json_schema)) if not has}
    return known.context_tokens >= room and not lacks & request.needs


def tier_by_the_rules(request: Request, health: Health) -> Tier:
    if request.critical or request.task_type in SENSITIVE:
        return Tier.PREMIUM
    return health.overrides.get(request.task_type, Tier.PREMIUM if request.complexity > 7 else Tier.ECONOMY)


@settings(max_examples=500, deadline=None)
@given(requests=st.lists(NEEDY, min_size=20, max_size=20), health=HEALTHS)
def test_ten_thousand_requests_with_needs_are_taken_by_whoever_can_and_never_moved_down(
    requests: list[Request], health: Health
) -> None:
    for request in requests:
        tier = tier_by_the_rules(request, health)
        chain = health.chains.get(tier, ())
        # An economy tier that is there and cannot hands on to the premium one; one that is not there does not.
        tiers = [tier, Tier.PREMIUM] if chain else [tier]
        candidates = [
            [
                deployment
                for deployment in health.chains.get(each, ())
                if takes(request, deployment, health.capabilities)
            ]
            for each in tiers
        ]
        wanted = next((able for able in candidates if able), None)
        try:
            decision = routing.choose(request, health)
        except (InvalidRequest, NoDeployment) as refusal:
            assert wanted is None
            assert_says_how_to_mend_it(refusal, request, [health.chains.get(each, ()) for each in tiers], health)
            continue

        assert wanted is not None
        assert set(decision.deployments) == set(wanted)
        assert decision.tier is Tier.PREMIUM or tier is Tier.ECONOMY
        assert not (request.critical and decision.tier is Tier.ECONOMY)
        is_down = [deployment in health.down for deployment in decision.deployments]
        assert is_down == sorted(is_down)
        assert routing.choose(request, health) == decision


def assert_says_how_to_mend_it(
    refusal: Exception, request: Request, chains: list[tuple[Deployment, ...]], health: Health
) -> None:
    if isinstance(refusal, NoDeployment):
        assert "HUNTAZE_" in str(refusal)
        assert "_MODELS" in str(refusal)
        return
    assert str(refusal).endswith("shorten it")
    # It is too long for the last tier that there is, all of it.
    last = next(chain for chain in reversed(chains) if chain)
    assert last
    assert all(request.context_tokens > health.capabilities[deployment].context_tokens for deployment in last)


def test_too_long_for_the_only_tier_there_is_a_request_to_shorten() -> None:
    health = Health(
        chains={Tier.ECONOMY: ECONOMY},
        capabilities={deployment: Capability(4_000, vision=False, json_schema=False) for deployment in ECONOMY},
    )

    with pytest.raises(InvalidRequest, match="shorten"):
        routing.choose(Request(TaskType.CHATBOT, 1, context_tokens=5_000), health)
