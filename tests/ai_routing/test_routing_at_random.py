"""Whatever is asked, and whatever there is to ask: a request is routed by the rules, or refused with the way on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import routing
from ai_routing.catalogue import Capability, Deployment, Provider, Tier
from ai_routing.routing import Health, InvalidRequest, Need, NoDeployment, OutputLength, Request, TaskType
from tests.ai_routing.tiers import HEALTHY, SENSITIVE

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
