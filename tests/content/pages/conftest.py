"""The AI team at work by hand, for the pages of campaigns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import chain
from ai_routing.models import Run
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture
def start(alice: User, provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Return a function that starts one of Alice's runs. No worker takes its steps by itself."""
    monkeypatch.setattr(chain, "FIRST_PAUSE_SECONDS", 0.01)
    return partial(crew.start, alice)


@pytest.fixture
def ready(start: Callable[..., Run], provider: OpenAIServer) -> Run:
    """A run with two texts for X that wait for a yes, a month from now."""
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two", platform="x"))
    crew.says(provider, crew.draft("One"), times=2)
    crew.says(provider, crew.draft("One", "The first text."))
    crew.says(provider, crew.draft("Two", "The second text."))
    day = timezone.now().date() + timedelta(days=30)
    return crew.work(start(starts_on=day.isoformat(), platforms=["x"]))
