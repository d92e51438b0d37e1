"""Operators see the breakers of all deployments, trip and reset them, and every order is written down."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from ai_routing import breaker
from ai_routing.breaker import State
from tests.ai_routing import sample
from tests.ai_routing.reports.operators import BREAKERS, staff, text_of
from tests.fakes.openai_server import OpenAIServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "nothing_remembered")]

AZURE = "azure:gpt-4o-mini"


def state() -> breaker.BreakerState:
    return breaker.states([sample.AZURE])[0]


def order(**fields: Any) -> dict[str, Any]:
    return {"deployment": AZURE, "action": "trip", "minutes": "", "reason": "their status page"} | fields


def test_every_deployment_is_shown(provider: OpenAIServer, admin_client: Client) -> None:
    for _ in range(breaker.FAILURES):
        breaker.read([sample.AZURE]).failed(sample.AZURE, retry_after=None)

    page = text_of(admin_client.get(BREAKERS))

    assert re.search(r"azure:gpt-4o-mini Open Since .*? Until .*? 5 failures in the last minute\.", page)
    for other in ("openai:gpt-4o-mini", "azure:gpt-4o", "openai:gpt-4o"):
        assert f"{other} Closed 0 failures in the last minute." in page


def test_a_trip_holds_for_everybody_until_it_is_reset(
    provider: OpenAIServer, admin_client: Client, operator: User
) -> None:
    assert admin_client.post(BREAKERS, order()).status_code == 302

    assert (state().state, state().tripped_by, state().retry_at) == (State.OPEN, operator.email, None)
    page = text_of(admin_client.get(BREAKERS))
    assert "No call goes to azure:gpt-4o-mini any more." in page
    assert "azure:gpt-4o-mini Open Tripped by operator@example.org." in page
    assert "azure:gpt-4o-mini operator@example.org Tripped until it is reset: their status page" in page

    admin_client.post(BREAKERS, order(action="reset", reason="they are back"))

    assert (state().state, state().tripped_by) == (State.CLOSED, "")
    assert [entry.change_message for entry in LogEntry.objects.order_by("-pk")] == [
        "Reset: they are back",
        "Tripped until it is reset: their status page",
    ]
    assert "Calls go to azure:gpt-4o-mini again." in text_of(admin_client.get(BREAKERS))


def test_a_trip_for_some_minutes_ends_by_itself(provider: OpenAIServer, admin_client: Client) -> None:
    admin_client.post(BREAKERS, order(minutes="10"))

    opened_at, retry_at = state().opened_at, state().retry_at
    assert opened_at is not None
    assert retry_at is not None
    assert retry_at - opened_at == timedelta(minutes=10)
    assert LogEntry.objects.get().change_message == "Tripped for 10 minutes: their status page"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": "x" * 201},
        {"minutes": "0"},
        {"minutes": "1441"},
        {"minutes": "soon"},
        {"deployment": "azure:nothing"},
        {"deployment": ""},
        {"action": "explode"},
    ],
)
def test_an_order_that_makes_no_sense_changes_nothing(
    wrong: dict[str, str], provider: OpenAIServer, admin_client: Client
) -> None:
    response = admin_client.post(BREAKERS, order(**wrong), follow=True)

    assert 'class="error"' in response.content.decode()
    assert state().state is State.CLOSED
    assert not LogEntry.objects.exists()


def test_a_tier_that_nobody_serves_is_told(provider: OpenAIServer, admin_client: Client) -> None:
    for deployment in ("azure:gpt-4o", "openai:gpt-4o"):
        admin_client.post(BREAKERS, order(deployment=deployment))

    page = text_of(admin_client.get(BREAKERS))

    assert "Every deployment of the premium tier is out of use: its requests fail." in page
    assert "Every deployment of the economy tier" not in page


def test_who_only_reads_cannot_order(provider: OpenAIServer) -> None:
    reader = staff("view_routingoverride")

    assert 'name="reason"' not in reader.get(BREAKERS).content.decode()
    assert reader.post(BREAKERS, order()).status_code == 403
    assert state().state is State.CLOSED


def test_who_may_change_can_order(provider: OpenAIServer) -> None:
    assert staff("view_routingoverride", "change_routingoverride").post(BREAKERS, order()).status_code == 302
    assert state().tripped_by == "staff@example.org"


def test_an_order_needs_the_token(provider: OpenAIServer, operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)

    assert client.post(BREAKERS, order()).status_code == 403
    assert state().state is State.CLOSED


def test_without_valkey_the_page_says_so(
    provider: OpenAIServer, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> Any:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(breaker, "run", away)

    assert "Valkey is away, so the state of the breakers is not known." in text_of(admin_client.get(BREAKERS))
    response = admin_client.post(BREAKERS, order(), follow=True)
    assert "Valkey is away: nothing was changed." in text_of(response)
    assert not LogEntry.objects.exists()
