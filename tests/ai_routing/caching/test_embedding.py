from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from ai_routing import breaker
from ai_routing.caching import embedding, store
from ai_routing.models import CachedAnswer, LedgerEntry
from ai_routing.models.caching import DIMENSIONS
from ai_routing.prices import Tokens
from ai_routing.providers import contract, openai
from tests.ai_routing.caching import questions
from tests.ai_routing.caching.questions import ASKED, ASKED_ANEW, EMBEDS, NOW, question
from tests.fakes.openai_server import Fault, OpenAIServer, refusing_url

Outcome = LedgerEntry.Outcome
FAULTS = [
    (Fault.BAD_KEY, Outcome.MISCONFIGURED),
    (Fault.MODEL_NOT_FOUND, Outcome.MISCONFIGURED),
    (Fault.RATE_LIMITED, Outcome.RATE_LIMITED),
    (Fault.INSUFFICIENT_QUOTA, Outcome.MISCONFIGURED),
    (Fault.SERVER_ERROR, Outcome.UNAVAILABLE),
    (Fault.UNAVAILABLE, Outcome.UNAVAILABLE),
    (Fault.HANG, Outcome.TIMED_OUT),
    (Fault.CONNECTION_DROPPED, Outcome.UNAVAILABLE),
    (Fault.MALFORMED_JSON, Outcome.MALFORMED),
    (Fault.MISSING_USAGE, Outcome.MALFORMED),
]


def embed(text: str = ASKED) -> embedding.Embedded:
    found = embedding.embed(text)
    assert found is not None
    return found


def test_a_text_becomes_a_vector(embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "monotonic", iter([10.0, 10.25]).__next__)

    found = embed()

    assert len(found.vector) == DIMENSIONS
    assert found.outcome is Outcome.COMPLETED
    assert found.deployment == EMBEDS
    assert found.tokens.input > 0
    assert found.tokens == Tokens(input=found.tokens.input)
    assert found.request_id
    assert found.latency_ms == 250


@pytest.mark.django_db
@pytest.mark.parametrize(("fault", "outcome"), FAULTS, ids=str)
def test_a_provider_that_fails_is_passed_over(
    alice: User, embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch, fault: Fault, outcome: LedgerEntry.Outcome
) -> None:
    questions.keep(question(alice.pk))
    if fault is Fault.HANG:
        monkeypatch.setattr(embedding, "TIMEOUT_SECONDS", 0.3)
    embeds.script(fault, endpoint="embeddings")
    asked_before = len(embeds.requests)

    found = store.find(question(alice.pk, ASKED_ANEW), now=NOW)

    assert len(embeds.requests) == asked_before + 1
    assert found.hit is None
    assert found.embedded is not None
    assert (found.embedded.outcome, found.embedded.vector, found.embedded.tokens) == (outcome, (), Tokens())

    questions.keep(question(alice.pk, ASKED_ANEW), embedded=found.embedded)
    assert CachedAnswer.objects.filter(embedding__isnull=True, embedding_model="").count() == 1
    assert store.find(question(alice.pk, ASKED_ANEW), now=NOW).hit is not None


def test_a_provider_that_cannot_be_reached_is_passed_over(embeds: OpenAIServer, settings: Any) -> None:
    with refusing_url() as url:
        settings.OPENAI_BASE_URL = url

        assert embed().outcome is Outcome.UNAVAILABLE


def test_a_provider_without_a_key_is_passed_over(embeds: OpenAIServer, settings: Any) -> None:
    settings.OPENAI_BASE_URL = settings.OPENAI_API_KEY = ""

    assert embed().outcome is Outcome.MISCONFIGURED


def test_after_some_failures_it_is_not_asked_any_more(embeds: OpenAIServer) -> None:
    embeds.script(Fault.UNAVAILABLE, endpoint="embeddings", times=None)

    found = [embedding.embed(ASKED) for _ in range(breaker.FAILURES + 2)]

    assert found[breaker.FAILURES :] == [None, None]
    assert len(embeds.requests) == breaker.FAILURES


def test_nobody_is_asked_while_it_is_off(embeds: OpenAIServer, settings: Any) -> None:
    settings.AI_SEMANTIC_THRESHOLDS = {}

    assert embedding.embed(ASKED) is None
    assert embeds.requests == []


class Vectors:
    """A client whose vectors have a length of their own."""

    def __init__(self, length: int) -> None:
        self.length = length

    def embed(self, call: contract.EmbeddingCall) -> contract.Embeddings:
        return contract.Embeddings(((1.0,) * self.length,) * len(call.texts), tokens=3, request_id="r")


def test_a_shorter_vector_is_filled_up(embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "client", lambda _provider: Vectors(768))

    assert embed().vector == (1.0,) * 768 + (0.0,) * 768


def test_a_longer_vector_is_refused(embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "client", lambda _provider: Vectors(3_072))

    found = embed()

    assert (found.outcome, found.vector, found.request_id) == (Outcome.MISCONFIGURED, (), "r")
