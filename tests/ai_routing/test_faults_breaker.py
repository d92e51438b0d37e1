"""Circuit breakers under real faults: who is asked, who is left alone, and what the creator gets meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing import breaker, catalogue, chain, completion, drafts
from ai_routing.breaker import Breakers, State
from ai_routing.catalogue import Deployment, Provider
from ai_routing.jobs import Job
from ai_routing.models import LedgerEntry
from ai_routing.routing import OutputLength
from tests.ai_routing import books, door, sample
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Defect, Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("budgets")]

AZURE, OPENAI = sample.AZURE, sample.OPENAI
PREMIUM = (Deployment(Provider.AZURE, "gpt-4o"), Deployment(Provider.OPENAI, "gpt-4o"))
EXPECTED = drafts.Expectations(
    language="en", output_length=OutputLength.SHORT, platform="instagram", never_say=("umbrella",)
)


@dataclass(slots=True)
class Clock:
    """Both clocks of the breakers: seconds that pass only when a test says so."""

    seconds: float = 1_800_000_000.0

    def milliseconds(self) -> int:
        return round(self.seconds * 1_000)

    def reading(self) -> float:
        return self.seconds


@pytest.fixture
def budgets(alice: User) -> None:
    books.open_budgets(alice)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Breakers by a clock of the test's own, which open for as long as they may."""
    clock = Clock()
    breakers = Breakers(now=clock.milliseconds, clock=clock.reading, jitter=lambda: 1.0)
    monkeypatch.setattr(breaker, "shared", lambda: breakers)
    return clock


@pytest.fixture(autouse=True)
def agreeing_books(alice: User) -> Iterator[None]:
    yield
    books.assert_books_agree(alice)


def state(deployment: Deployment) -> State:
    [found] = breaker.states([deployment])
    return found.state


def providers_asked(provider: OpenAIServer) -> list[str]:
    return [request.provider for request in provider.requests]


def outcomes() -> list[tuple[str, str]]:
    return [(row.provider, row.outcome) for row in door.rows()]


def open_azure(job: Job, provider: OpenAIServer) -> None:
    """Let Azure fail until its breaker is open: five calls of three jobs, each of which OpenAI answers."""
    provider.script(Fault.SERVER_ERROR, provider="azure", times=None)
    for _ in range(3):
        done, _ = door.through(job)
        assert done.answered
    assert state(AZURE) is State.OPEN


def test_five_failures_open_it_in_mid_completion_and_the_next_job_does_not_ask(
    job: Job, provider: OpenAIServer
) -> None:
    open_azure(job, provider)
    # The third job's first call was the fifth failure: it was not tried again.
    assert providers_asked(provider) == ["azure", "azure", "openai"] * 2 + ["azure", "openai"]

    done, _ = door.through(job)

    assert done.answered
    assert providers_asked(provider)[8:] == ["openai"]
    assert completion.route(job).deployments == ("openai:gpt-4o-mini", "azure:gpt-4o-mini")


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.CUT_MID_STREAM, Fault.RATE_LIMITED, Fault.BAD_KEY], ids=str)
def test_whatever_the_deployment_is_to_blame_for_counts(
    fault: Fault, job: Job, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_STALL_SECONDS = 0.3
    provider.script(fault, provider="azure", times=None, retry_after=0.01)
    for _ in range(5):
        door.through(job)

    assert state(AZURE) is State.OPEN
    assert len([name for name in providers_asked(provider) if name == "azure"]) == breaker.FAILURES


@pytest.mark.parametrize("fault", [Fault.PROMPT_FILTERED, Fault.COMPLETION_FILTERED, Fault.CONTEXT_TOO_LONG], ids=str)
def test_what_the_prompt_is_to_blame_for_does_not_count(fault: Fault, job: Job, provider: OpenAIServer) -> None:
    provider.script(fault, provider="azure", times=None)
    for _ in range(8):
        door.through(job)

    assert state(AZURE) is State.CLOSED
    assert providers_asked(provider) == ["azure"] * 8


def test_a_probe_that_is_answered_closes_it(job: Job, provider: OpenAIServer, clock: Clock) -> None:
    open_azure(job, provider)
    clock.seconds += breaker.FIRST_OPENING_SECONDS
    provider.reset()

    done, _ = door.through(job)

    assert done.last.deployment == AZURE
    assert providers_asked(provider) == ["azure"]
    assert state(AZURE) is State.CLOSED
    door.through(job)
    assert providers_asked(provider) == ["azure", "azure"]


def test_a_probe_that_fails_opens_it_for_longer_and_costs_one_call(
    job: Job, provider: OpenAIServer, clock: Clock
) -> None:
    open_azure(job, provider)
    clock.seconds += breaker.FIRST_OPENING_SECONDS
    before = len(provider.requests)

    done, _ = door.through(job)

    assert done.answered
    assert providers_asked(provider)[before:] == ["azure", "openai"]
    clock.seconds += breaker.FIRST_OPENING_SECONDS
    assert state(AZURE) is State.OPEN
    clock.seconds += breaker.FIRST_OPENING_SECONDS
    assert state(AZURE) is State.HALF_OPEN


def test_a_probe_that_is_stopped_gives_its_permit_back(job: Job, provider: OpenAIServer, clock: Clock) -> None:
    open_azure(job, provider)
    clock.seconds += breaker.FIRST_OPENING_SECONDS
    provider.reset()
    provider.script(text="word " * 200, chunk_delay=0.02)
    page = Page()
    door.through(job, page=page, stop_requested=lambda: page.pieces >= 3)

    done, _ = door.through(job)

    assert done.last.deployment == AZURE
    assert state(AZURE) is State.CLOSED


def trip_all() -> None:
    for deployment in catalogue.configured():
        breaker.trip(deployment, by="operator", seconds=None)


@pytest.mark.parametrize("critical", [False, True], ids=["economy", "premium"])
def test_with_all_open_nobody_is_asked_and_nobody_is_charged(
    critical: bool, alice: User, job: Job, provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(chain, "sleep", slept.append)
    trip_all()

    done, bill = door.through(sample.job(alice, critical=critical))

    assert slept == []
    assert (done.error_code, bill.credits) == ("ai_unavailable", 0)
    assert bill.cost_micro_usd == 0
    assert provider.requests == []
    assert outcomes() == [("azure", "circuit_open")]
    assert door.counters(alice) == (0, 0, 0, 0)


@pytest.mark.usefixtures("eager_workers")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/content/generate", {"prompt": "Rainy Sunday in Lyon"}),
        ("/api/ai/v1/chat/completions", {"model": "auto", "messages": [{"role": "user", "content": "Hello"}]}),
        (
            "/api/ai/v1/chat/completions",
            {"model": "auto", "messages": [{"role": "user", "content": "Hello"}], "stream": True},
        ),
    ],
    ids=["generate", "chat", "streamed chat"],
)
def test_with_all_open_a_client_gets_503_at_once(
    path: str, body: dict[str, Any], alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    trip_all()

    response = alice_api.post(path, body, format="json")

    assert response.status_code == 503
    told = response.json()
    assert (told.get("code") or told["error"]["code"]) == "ai_unavailable"
    assert provider.requests == []
    assert outcomes() == [("azure", "circuit_open")]
    assert door.counters(alice) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("defect", "answered"), [(Defect.REFUSAL, True), (Defect.CONTAINS, False)], ids=["poor", "never to be said"]
)
def test_with_the_premium_models_open_a_draft_is_kept_if_it_may_be_shown(
    defect: Defect, answered: bool, alice: User, job: Job, provider: OpenAIServer
) -> None:
    for deployment in PREMIUM:
        breaker.trip(deployment, by="operator", seconds=None)
    provider.script(defect=defect, word="umbrella")
    page = Page()

    done, bill = door.through(sample.job(alice, expectations=EXPECTED), page=page)

    assert (done.answered, bill.credits > 0) == (answered, answered)
    assert outcomes() == [("azure", "completed"), ("azure", "circuit_open")]
    assert providers_asked(provider) == ["azure"]
    if answered:
        assert page.text.strip() == done.text


def test_with_the_permitted_model_open_the_filters_word_stands(job: Job, provider: OpenAIServer, settings: Any) -> None:
    settings.AI_PERMITTED_MODELS = ["openai:gpt-6-luna"]
    breaker.trip(Deployment(Provider.OPENAI, "gpt-6-luna"), by="operator", seconds=None)
    provider.script(Fault.PROMPT_FILTERED, provider="azure")

    done, bill = door.through(job)

    assert (done.error_code, bill.credits) == ("content_blocked", 0)
    assert outcomes() == [("azure", "content_filter"), ("openai", "circuit_open")]


def test_an_operators_reset_brings_it_back_at_once(job: Job, provider: OpenAIServer) -> None:
    open_azure(job, provider)
    provider.reset()

    breaker.reset(AZURE, by="operator")
    done, _ = door.through(job)

    assert done.last.deployment == AZURE
    assert LedgerEntry.objects.filter(provider="azure", outcome="completed").count() == 1
