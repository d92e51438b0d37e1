from __future__ import annotations

import openai as sdk
import pytest

from accounts.models import User
from ai_routing import chain
from ai_routing.catalogue import Provider
from ai_routing.jobs import Job
from ai_routing.providers import contract, openai
from tests.ai_routing import sample
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture(scope="session")
def warm(openai_server: OpenAIServer) -> None:
    """The first call of a process takes longer: the SDK imports what it needs. Tests with short time-outs ask for this."""
    with sdk.OpenAI(base_url=openai_server.url, api_key=openai_server.api_key) as connection:
        list(openai.ChatCompletions(connection).stream(sample.call()))
    openai_server.reset()


@pytest.fixture(params=[Provider.OPENAI, Provider.AZURE])
def chat(request: pytest.FixtureRequest, provider: OpenAIServer) -> contract.Client:
    """The provider, by each of its protocols."""
    return openai.client(request.param)


@pytest.fixture
def short_pauses(warm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a deployment again almost at once."""
    monkeypatch.setattr(chain, "FIRST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def job(alice: User, provider: OpenAIServer, short_pauses: None) -> Job:
    return sample.job(alice)


@pytest.fixture
def critical_job(alice: User, provider: OpenAIServer, short_pauses: None) -> Job:
    return sample.job(alice, critical=True)
