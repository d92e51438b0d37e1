"""Any process can be killed while the assistant answers, the AI team works or an API client reads along."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from devstack import records
from tests.fakes.openai_server import Fault, OpenAIServer
from tests.processes.product import DEMO, Product
from tests.processes.writing.books import assert_books_agree

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

WITHIN_SECONDS = 90
WORDS = " ".join(f"word{number}" for number in range(60))
CHAT = {"model": "auto", "messages": [{"role": "user", "content": "Rainy Sunday in Lyon"}]}
MINI = "catalogue.parse('openai:gpt-4o-mini')"


@pytest.fixture(scope="module", autouse=True)
def budgets(product: Product) -> None:
    """A budget of the creator and one of the platform, larger than anything here costs."""
    product.python(
        "from accounts.models import User",
        "from billing.models import Budget",
        f"user = User.objects.get(email='{DEMO}')",
        "Budget.objects.create(scope='user', user=user, period='month', limit_micro_usd=10**9)",
        "Budget.objects.create(scope='platform', period='month', limit_micro_usd=10**9)",
    )
    product.spent_before = product.one("SELECT coalesce(sum(cost_micro_usd), 0) FROM ai_routing_ledgerentry")


@pytest.fixture(autouse=True)
def provider(product: Product, provider_of_the_product: OpenAIServer) -> OpenAIServer:
    """A provider with nothing in mind, after whoever the last test killed is back."""
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    provider_of_the_product.reset()
    return provider_of_the_product


def writes_slowly(provider: OpenAIServer, **behaviour: Any) -> None:
    """Write for about six seconds: time enough to kill somebody in the middle."""
    provider.script(**{"text": WORDS, "chunk_delay": 0.1, "times": None, **behaviour})


def in_the_middle(product: Product, provider: OpenAIServer, begin: Callable[[], Any]) -> Any:
    """Begin something that calls the provider, and return what `begin` did once a few words are on their way."""
    seen = len(provider.requests)
    begun = begin()
    product.wait_until(
        lambda: len(provider.requests) > seen and provider.requests[-1].chunks_sent > 3, seconds=WITHIN_SECONDS
    )
    return begun


def is_so(product: Product, query: str) -> bool:
    try:
        return bool(product.one(query))
    except psycopg.OperationalError:
        # The database may be the one that was killed.
        return False


# --- The assistant ---------------------------------------------------------------------------------------------------


def ask(product: Product, question: str) -> str:
    """Ask the assistant; a question that was asked before would be answered from the cache."""
    status, turn = product.call("POST", "/api/assistant/conversations", {"question": question})
    assert status == 202, turn
    return str(turn["id"])


def assert_answered_once(product: Product, turn: str) -> None:
    [(status, answer, credits)] = product.rows(
        f"SELECT status, answer, credits FROM ai_routing_turn WHERE id = '{turn}'"
    )
    assert (status, credits) == ("done", 1)
    assert answer.split() == WORDS.split()
    answered = f"event = 'assistant.answered' AND data->>'turn_id' = '{turn}'"
    assert product.one(f"SELECT count(*) FROM analytics_events WHERE {answered}") == 1


def turn_has_ended(product: Product, turn: str) -> bool:
    return is_so(product, f"SELECT finished_at IS NOT NULL FROM ai_routing_turn WHERE id = '{turn}'")


def test_the_worker_dies_while_the_assistant_answers(product: Product, provider: OpenAIServer) -> None:
    writes_slowly(provider)
    turn = in_the_middle(product, provider, lambda: ask(product, "What shall I post on Sunday?"))

    product.kill("worker-interactive")

    product.wait_until(lambda: turn_has_ended(product, turn), seconds=WITHIN_SECONDS)
    assert_answered_once(product, turn)
    outcomes = product.rows(f"SELECT outcome FROM ai_routing_ledgerentry WHERE reference = '{turn}' ORDER BY id")
    assert outcomes == [("lost",), ("completed",)]
    assert_books_agree(product)


def test_valkey_dies_while_the_assistant_answers(product: Product, provider: OpenAIServer) -> None:
    writes_slowly(provider)
    turn = in_the_middle(product, provider, lambda: ask(product, "Which of my posts did well in May?"))

    product.kill("valkey")

    product.wait_until(lambda: turn_has_ended(product, turn), seconds=WITHIN_SECONDS)
    assert_answered_once(product, turn)
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_books_agree(product)


# --- The AI team -----------------------------------------------------------------------------------------------------


def start_run(product: Product) -> str:
    return product.python(
        "from django.utils import timezone",
        "from accounts.models import User",
        "from ai_routing.team import briefs, runs, workflows",
        "now = timezone.now()",
        f"user = User.objects.get(email='{DEMO}')",
        "workflow = workflows.named('performance-review')",
        "today = briefs.today_of(user, now=now)",
        "filled = {**briefs.beginning(workflow, user, today=today), workflow.about: 'Rain in Lyon'}",
        "form = briefs.BriefForm(workflow, filled, today=today)",
        "assert form.is_valid(), form.errors",
        "print(runs.start(user, workflow, form.brief(), budget_credits=200, now=now).pk)",
    ).splitlines()[-1]


def run_has_ended(product: Product, run_id: str) -> bool:
    return is_so(product, f"SELECT status <> 'running' FROM ai_routing_run WHERE id = '{run_id}'")


def assert_run_is_whole(product: Product, run_id: str) -> None:
    [(status, error)] = product.rows(f"SELECT status, error_code FROM ai_routing_run WHERE id = '{run_id}'")
    assert (status, error) in {("done", ""), ("awaiting_approval", "")}
    steps = product.rows(
        f"SELECT stage, status, credits > 0 FROM ai_routing_step WHERE run_id = '{run_id}' ORDER BY created_at, id"
    )
    assert steps == [("read", "done", True), ("advise", "done", True), ("report", "done", True)]


def test_the_worker_dies_in_the_middle_of_a_step(product: Product, provider: OpenAIServer) -> None:
    # The first step is done at once, the second takes its time.
    provider.script(chunk_delay=0.0)
    provider.script(chunk_delay=0.3)
    run_id = start_run(product)
    product.wait_until(
        lambda: len(provider.requests) == 2 and provider.requests[-1].chunks_sent > 3, seconds=WITHIN_SECONDS
    )

    product.kill("worker-background")

    product.wait_until(lambda: run_has_ended(product, run_id), seconds=WITHIN_SECONDS)
    assert_run_is_whole(product, run_id)
    outcomes = product.rows(
        "SELECT l.outcome, count(*) FROM ai_routing_ledgerentry l JOIN ai_routing_step s ON s.id = l.reference"
        f" WHERE s.run_id = '{run_id}' GROUP BY 1 ORDER BY 1"
    )
    assert outcomes == [("completed", 3), ("lost", 1)]
    assert len(provider.requests) == 4
    assert_books_agree(product)


def test_valkey_dies_in_the_middle_of_a_step(product: Product, provider: OpenAIServer) -> None:
    provider.script(chunk_delay=0.3)
    run_id = in_the_middle(product, provider, lambda: start_run(product))

    product.kill("valkey")

    product.wait_until(lambda: run_has_ended(product, run_id), seconds=WITHIN_SECONDS)
    assert_run_is_whole(product, run_id)
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_books_agree(product)


# --- Streamed chat completions ---------------------------------------------------------------------------------------


class Reading(threading.Thread):
    """A client that reads a streamed chat completion to its end, whatever that is."""

    def __init__(self, product: Product) -> None:
        super().__init__(daemon=True)
        self.product = product
        self.received = b""
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        request = urllib.request.Request(
            f"{self.product.url}/api/ai/v1/chat/completions",
            data=json.dumps({**CHAT, "stream": True}).encode(),
            headers={"Authorization": f"Bearer {self.product.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                while part := response.read1():
                    self.received += part
        except (OSError, http.client.HTTPException) as error:
            self.error = error

    @property
    def is_whole(self) -> bool:
        return self.received.endswith(b"data: [DONE]\n\n")


def kill_web(product: Product) -> None:
    """End the web server and all its workers at once: an orphaned worker would go on to the end of its answer."""
    os.killpg(records.survivors(product.stack.state)["web"].process.pid, signal.SIGKILL)


def test_the_web_server_dies_while_a_client_reads_along(product: Product, provider: OpenAIServer) -> None:
    writes_slowly(provider)
    before = product.one("SELECT coalesce(sum(credits), 0) FROM ai_routing_ledgerentry")
    reading = in_the_middle(product, provider, lambda: Reading(product))

    kill_web(product)

    reading.join(60)
    assert not reading.is_whole
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert product.one("SELECT count(*) FROM billing_reservation WHERE state = 'reserved'") == 1
    released = product.python(
        "from datetime import timedelta",
        "from django.utils import timezone",
        "from billing import quota",
        "print(quota.release_expired(now=timezone.now() + quota.LIFETIME + timedelta(seconds=1)))",
    )
    assert released.splitlines()[-1] == "1"
    assert product.one("SELECT coalesce(sum(credits), 0) FROM ai_routing_ledgerentry") == before
    assert_books_agree(product)


def test_valkey_dies_while_a_client_reads_along(product: Product, provider: OpenAIServer) -> None:
    writes_slowly(provider)
    reading = in_the_middle(product, provider, lambda: Reading(product))

    product.kill("valkey")

    reading.join(60)
    assert reading.error is None
    assert reading.is_whole
    assert b"word59" in reading.received
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_books_agree(product)


# --- Breakers --------------------------------------------------------------------------------------------------------


def breaker(product: Product, line: str) -> str:
    return product.python("from ai_routing import breaker, catalogue", line)


@pytest.fixture
def reset_breaker(product: Product) -> Any:
    yield
    breaker(product, f"breaker.reset({MINI}, by='test')")


@pytest.mark.usefixtures("reset_breaker")
def test_a_breaker_that_one_process_trips_is_seen_by_web_and_workers(product: Product, provider: OpenAIServer) -> None:
    breaker(product, f"breaker.trip({MINI}, by='test', seconds=None)")

    # A process may go by what it read a moment ago.
    product.wait_until(lambda: product.call("POST", "/api/ai/v1/chat/completions", CHAT)[0] == 503, seconds=30)
    asked = len(provider.requests)
    assert product.generate(wait=30)[0] == 503
    assert product.call("POST", "/api/ai/v1/chat/completions", CHAT)[0] == 503
    assert len(provider.requests) == asked
    assert_books_agree(product)

    breaker(product, f"breaker.reset({MINI}, by='test')")
    product.wait_until(lambda: product.call("POST", "/api/ai/v1/chat/completions", CHAT)[0] == 200, seconds=30)
    assert_books_agree(product)


@pytest.mark.usefixtures("reset_breaker")
def test_failures_in_web_open_the_breaker_for_the_workers(product: Product, provider: OpenAIServer) -> None:
    provider.script(Fault.BAD_KEY, times=None)
    for _ in range(5):
        assert product.call("POST", "/api/ai/v1/chat/completions", CHAT)[0] == 503

    # At once: it is open for some seconds, and then lets one call through.
    asked = len(provider.requests)
    assert product.generate(wait=30)[0] == 503
    assert len(provider.requests) == asked
    assert breaker(product, f"print(breaker.states([{MINI}])[0].state)").splitlines()[-1] != "closed"
    assert_books_agree(product)
