"""Who visits the pages, and what they find there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from content import tasks, writer
from content.models import Generation
from tests import browsing
from tests.content import states


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def bob_client(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A thread for each variant that is asked for; a browser beside other tests is slow, and so is who writes for it."""
    settings.AI_STALL_SECONDS = 20
    settings.AI_DEADLINE_SECONDS = 60
    threads = browsing.Threads(writer.write)
    monkeypatch.setattr(tasks, "hand_out", lambda variant_ids, **_: threads.hand_out(*variant_ids))
    yield
    threads.join()


@pytest.fixture
def written(alice: User, provider: Any) -> Callable[..., Generation]:
    """Return a function that stores one of Alice's generations, its variants in the states given."""
    return partial(states.generation, alice)
