"""The AI team writes in its creator's default voice: who hears it, and what it never says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import chain
from ai_routing.models import Run
from content import voices
from tests.ai_routing.team import crew
from tests.content.voices.samples import voice
from tests.content.voices.test_keeping import worded
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "FIRST_PAUSE_SECONDS", 0.01)


def started(user: User) -> Run:
    day = timezone.now().date() + timedelta(days=30)
    return crew.start(user, starts_on=day.isoformat(), platforms=["x"])


def heard(provider: OpenAIServer) -> list[bool]:
    """Return of each request whether the model was told of the voice."""
    return ["Complice." in str(request.body["messages"]) for request in provider.requests]


def says(provider: OpenAIServer, text: str) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", platform="x"))
    crew.says(provider, crew.draft("One", text))


def test_writer_and_editor_hear_the_default_voice_and_nobody_else(alice: User, provider: OpenAIServer) -> None:
    voice(alice)
    says(provider, "First words.")
    crew.says(provider, crew.draft("One", "The text."))

    run = crew.work(started(alice))

    assert "The text." in str([proposal.payload for proposal in crew.proposals(run)])
    assert heard(provider)[:4] == [False, False, True, True]
    assert not any(heard(provider)[4:])


def test_without_a_voice_nobody_hears_one(alice: User, provider: OpenAIServer) -> None:
    says(provider, "First words.")
    crew.says(provider, crew.draft("One", "The text."))

    crew.work(started(alice))

    assert not any(heard(provider))


def test_what_the_voice_never_says_is_asked_for_again(alice: User, provider: OpenAIServer) -> None:
    voice(alice, never_say=("gratuit",))
    says(provider, "C'est GRATUIT ce soir.")
    crew.says(provider, crew.draft("One", "Venez ce soir."))
    crew.says(provider, crew.draft("One", "Venez donc ce soir."))

    run = crew.work(started(alice))

    assert len(provider.requests) >= 5
    assert "GRATUIT" not in str([step.output for step in run.steps.all()])


def test_a_run_goes_on_in_the_voice_of_its_steps(alice: User, provider: OpenAIServer) -> None:
    row = voice(alice)
    says(provider, "First words.")
    crew.says(provider, crew.draft("One", "The text."))
    run = crew.work(started(alice), until="write")
    voices.change(row, worded(row, tone="Drier."), now=timezone.now())

    crew.work(run)

    assert any(heard(provider))
