from __future__ import annotations

from typing import Any

import pytest

from ai_routing import breaker
from ai_routing.caching import embedding
from ai_routing.providers import contract
from tests.ai_routing.caching import questions
from tests.fakes.openai_server import OpenAIServer


@pytest.fixture
def embeds(provider: OpenAIServer, warm: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """A provider that embeds, with a threshold for its model."""
    settings.AI_EMBEDDING_MODEL = str(questions.EMBEDS)
    settings.AI_SEMANTIC_THRESHOLDS = questions.THRESHOLDS
    # A Valkey that was away in another test is asked again at once.
    monkeypatch.setattr(breaker.shared(), "silent_until", float("-inf"))
    return provider


@pytest.fixture
def all_alike(embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that finds all texts alike, which is the worst one that there can be."""

    def ask(_deployment: object, texts: tuple[str, ...], *, timeout_seconds: float) -> contract.Embeddings:
        return contract.Embeddings((questions.embedded(1.0).vector,) * len(texts), tokens=9, request_id="")

    monkeypatch.setattr(embedding, "ask", ask)
