"""How many requests a minute an account may make, and what holds when nobody can count."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import Tier, User
from billing import plans, throttling
from billing.throttling import PlanRateThrottle
from tests.conftest import api_client

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/usage/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    for tier, requests in ((Tier.FREE, 3), (Tier.PRO, 5)):
        monkeypatch.setitem(plans.PLANS, tier.value, replace(plans.get(tier), requests_per_minute=requests))


def statuses(client: APIClient, *, times: int) -> list[int]:
    return [client.get(URL).status_code for _ in range(times)]


def test_each_plan_has_its_rate(alice: User, bob: User) -> None:
    assert statuses(api_client(alice), times=6) == [200] * 5 + [429]
    assert statuses(api_client(bob), times=4) == [200] * 3 + [429]


def test_each_key_counts_for_itself_and_all_sessions_of_an_account_together(bob: User) -> None:
    first, second = APIClient(), APIClient()
    first.force_login(bob)
    second.force_login(bob)

    assert statuses(api_client(bob), times=4) == [200] * 3 + [429]
    assert statuses(api_client(bob), times=4) == [200] * 3 + [429]
    assert statuses(first, times=2) == [200, 200]
    assert statuses(second, times=2) == [200, 429]


def test_an_account_gets_no_more_by_more_keys(bob: User) -> None:
    clients = [api_client(bob) for _ in range(4)]

    answers = [statuses(client, times=3) for client in clients]

    assert answers == [[200] * 3, [200] * 3, [200] * 3, [429] * 3]
    session = APIClient()
    session.force_login(bob)
    assert statuses(session, times=1) == [429]


def test_what_one_key_was_refused_takes_nothing_from_the_others(bob: User) -> None:
    greedy, modest = api_client(bob), api_client(bob)

    assert statuses(greedy, times=9) == [200] * 3 + [429] * 6
    assert statuses(modest, times=3) == [200] * 3


def test_after_a_minute_it_goes_on(bob: User) -> None:
    client = api_client(bob)
    with time_machine.travel(NOW, tick=False) as clock:
        assert statuses(client, times=4) == [200, 200, 200, 429]
        refused = client.get(URL)
        assert refused["Retry-After"] == "60"
        assert refused.json()["code"] == "rate_limited"
        clock.shift(61)
        assert statuses(client, times=1) == [200]


def test_no_minute_has_more_wherever_it_begins(bob: User) -> None:
    client = api_client(bob)
    with time_machine.travel(NOW, tick=False) as clock:
        assert statuses(client, times=1) == [200]
        clock.shift(50)
        assert statuses(client, times=3) == [200, 200, 429]
        clock.shift(11)
        assert statuses(client, times=2) == [200, 429]
        assert client.get(URL)["Retry-After"] == "49"


def test_requests_at_the_same_time_are_each_counted(bob: User) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: throttling.count({f"user:{bob.pk}": 20}), range(60)))

    assert waits.count(0) == 20


def test_a_larger_plan_counts_at_once(bob: User) -> None:
    client = api_client(bob)
    assert statuses(client, times=4)[-1] == 429

    bob.tier = Tier.PRO
    bob.save()

    assert statuses(client, times=1) == [200]


def test_without_an_account_the_address_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlanRateThrottle, "anonymous_requests_per_minute", 2)

    def ask(address: str) -> int:
        return APIClient(REMOTE_ADDR=address).get("/api/schema/").status_code

    assert [ask("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert ask("192.0.2.2") == 200


def test_when_nobody_can_count_requests_pass(alice_api: APIClient, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}}

    assert statuses(alice_api, times=8) == [200] * 8
