"""Questions to put to the caches of answers, and answers to keep there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from ai_routing.caching import embedding, policy, store
from ai_routing.caching.embedding import Embedded
from ai_routing.caching.store import Question
from ai_routing.catalogue import Deployment, Provider, Tier
from ai_routing.models import LedgerEntry
from ai_routing.models.caching import DIMENSIONS
from ai_routing.prices import Tokens
from ai_routing.prompts import Prompt
from ai_routing.providers.contract import Message
from ai_routing.routing import TaskType

NOW: Final = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
EMBEDS: Final = Deployment(Provider.OPENAI, "text-embedding-3-small")
THRESHOLDS: Final = {str(EMBEDS): {"similarity": 0.9, "measured": "the server of the tests"}}
MINI: Final = Deployment(Provider.AZURE, "gpt-4o-mini")
TOKENS: Final = Tokens(input=1_200, cached=1_024, output=80)
ASKED: Final = "How do I cancel my subscription?"
ASKED_ANEW: Final = "How do I cancel the subscription?"
"""The same in other words, and near enough for the vectors of the tests."""

ANSWER: Final = "Open Billing and press Cancel."


def prompt(text: str, *, before: str = "Creator: Alice", history: tuple[Message, ...] = ()) -> Prompt:
    asked = Message("user", f"{before}\n<brief>\n{text}\n</brief>")
    return Prompt(
        messages=(Message("system", "You answer creators."), *history, asked),
        version="assistant.en.v1",
        cache_key="assistant.en.v1",
        max_output_tokens=560,
        temperature=0.4,
        voice_version="7.1",
    )


def question(user_id: int, text: str = ASKED, **changes: Any) -> Question:
    task = changes.get("task_type", TaskType.CHATBOT)
    plain = Question(
        user_id=user_id,
        task_type=task,
        tier=Tier.ECONOMY,
        language="en",
        prompt=prompt(text),
        text=text,
        variable="",
        policy=policy.of(task),
    )
    return replace(plain, **changes)


def keep(asked: Question, *, text: str = ANSWER, now: datetime = NOW, **changes: Any) -> None:
    """Keep an answer as its first asker does, with a vector where the question has one."""
    given: dict[str, Any] = {
        "tokens": TOKENS,
        "deployment": MINI,
        "finish_reason": "stop",
        "embedded": embedding.embed(asked.text) if store.is_semantic(asked) else None,
        "now": now,
    }
    store.keep(asked, text=text, **{**given, **changes})


def embedded(*numbers: float) -> Embedded:
    """Return a vector that begins with these numbers."""
    filled = numbers + (0.0,) * (DIMENSIONS - len(numbers))
    return Embedded(filled, Tokens(input=9), EMBEDS, 20, LedgerEntry.Outcome.COMPLETED)
