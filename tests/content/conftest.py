"""Who visits the pages, and what they find there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from content.models import Generation
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
def written(alice: User, provider: Any) -> Callable[..., Generation]:
    """Return a function that stores one of Alice's generations, its variants in the states given."""
    return partial(states.generation, alice)
