from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture(autouse=True)
def quick(provider: OpenAIServer, short_pauses: None) -> None:
    """The models are the fake provider's, and nobody waits long for a second attempt."""


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def bob_client(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client
