from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from tests.content.calendar.reading import NOW


@pytest.fixture
def wednesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paris(wednesday: None, alice: User, client: Client) -> Client:
    """Alice, who lives in Paris, on a Wednesday."""
    alice.time_zone = "Europe/Paris"
    alice.save()
    client.force_login(alice)
    return client
