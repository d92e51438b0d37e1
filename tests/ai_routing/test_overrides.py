"""What operators decided about task types: the newest row of each holds, and a process asks for it every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from ai_routing import completion, overrides
from ai_routing.catalogue import Tier
from ai_routing.models import RoutingOverride
from ai_routing.routing import TaskType
from tests.ai_routing import sample
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    overrides.forget()
    yield
    overrides.forget()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose reading a test sets."""
    reading = [1_000.0]
    monkeypatch.setattr(overrides, "monotonic", lambda: reading[0])
    return reading


def decide(operator: User, task_type: str = "chatbot", **fields: Any) -> RoutingOverride:
    return RoutingOverride.objects.create(
        **{
            "task_type": task_type,
            "tier": "premium",
            "note": "complaints",
            "created_by": operator,
            "created_at": timezone.now(),
            **fields,
        }
    )


def test_without_rows_everything_is_as_the_rules_say() -> None:
    assert overrides.current().tiers == {}


def test_the_newest_row_of_each_task_type_holds(operator: User) -> None:
    decide(operator, "chatbot", tier="premium")
    decide(operator, "code", tier="economy")
    decide(operator, "chatbot", tier="economy")
    # It is the order of the rows that counts, and no clock.
    decide(operator, "code", tier="premium", created_at=timezone.now() - timedelta(days=1))

    assert overrides.current().tiers == {TaskType.CHATBOT: Tier.ECONOMY, TaskType.CODE: Tier.PREMIUM}


def test_a_row_without_a_tier_takes_the_word_back(operator: User) -> None:
    decide(operator, tier="premium")
    decide(operator, tier="")

    assert overrides.current().tiers == {}


def test_it_is_read_once_within_five_seconds_and_once_more_after(
    operator: User, clock: list[float], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        overrides.current()
    decide(operator)
    clock[0] += overrides.FRESH_SECONDS - 0.01
    with django_assert_num_queries(0):
        assert overrides.current().tiers == {}

    clock[0] += 0.02
    with django_assert_num_queries(1):
        assert overrides.current().tiers == {TaskType.CHATBOT: Tier.PREMIUM}
        assert overrides.current().tiers == {TaskType.CHATBOT: Tier.PREMIUM}


def test_the_process_that_changed_it_may_forget_at_once(operator: User, clock: list[float]) -> None:
    overrides.current()
    decide(operator)

    overrides.forget()

    assert overrides.current().tiers == {TaskType.CHATBOT: Tier.PREMIUM}


@pytest.mark.usefixtures("provider", "short_pauses")
def test_a_route_follows_it_and_says_so(operator: User, alice: User) -> None:
    decide(operator, "marketing_template", tier="premium")
    route = completion.route(sample.job(alice))

    assert (route.tier, route.rule) == ("premium", "override")
    assert route.deployments == ("azure:gpt-4o", "openai:gpt-4o")
    assert "operator" in route.reason


@pytest.mark.usefixtures("provider", "short_pauses")
def test_critical_work_stays_premium_whatever_an_operator_says(operator: User, alice: User) -> None:
    decide(operator, "marketing_template", tier="economy")

    assert completion.route(sample.job(alice, critical=True)).rule == "critical"


def test_a_route_asks_for_it_with_one_query_and_the_next_with_none(
    alice: User, provider: OpenAIServer, clock: list[float], django_assert_num_queries: Any
) -> None:
    job = sample.job(alice)
    with django_assert_num_queries(1):
        completion.route(job)
    with django_assert_num_queries(0):
        completion.route(job)


@pytest.mark.parametrize("fields", [{"task_type": "poetry"}, {"tier": "free"}, {"note": ""}], ids=str)
def test_the_database_refuses_what_routing_could_not_read(fields: dict[str, Any], operator: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(operator, **fields)


def test_history_cannot_be_changed(operator: User) -> None:
    row = decide(operator)

    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        RoutingOverride.objects.filter(pk=row.pk).update(tier="economy")
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        row.delete()
