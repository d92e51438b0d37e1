from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from ai_routing import breaker, overrides
from tests.ai_routing.reports.ledger_rows import NOW, small_ledger


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def nothing_remembered() -> Iterator[None]:
    """Processes remember for a while what operators decided, and that Valkey was away."""
    overrides.forget()
    breaker.shared.cache_clear()
    yield
    overrides.forget()
    breaker.shared.cache_clear()


@pytest.fixture
def admin_client(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def ledger(alice: User, bob: User) -> None:
    small_ledger(alice, bob)
