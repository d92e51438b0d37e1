"""The team at work by hand: start a run, and do its steps one after the other, in the order of a single worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import User
from ai_routing import chain
from ai_routing.models import Run
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "FIRST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def start(alice: User, provider: OpenAIServer) -> Callable[..., Run]:
    """Return a function that starts one of Alice's runs. No worker takes its steps by itself."""
    return partial(crew.start, alice)
