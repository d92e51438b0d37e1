"""Conversations and turns as the API, the event stream and the export tell them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from ai_routing import saving
from ai_routing.assistant import failures, figures, links
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import Status


def conversation(row: Conversation) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "title": row.title,
        "language": row.language,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def with_turns(row: Conversation, turns: Sequence[Turn], *, older: int | None) -> dict[str, Any]:
    """Return a conversation with some of its turns; `older` is the `before` that asks for those before them."""
    return {**conversation(row), "turns": [turn(each) for each in turns], "older": older}


def turn(row: Turn) -> dict[str, Any]:
    shown = {
        "id": str(row.pk),
        "conversation_id": str(row.conversation_id),
        "index": row.index,
        "status": str(row.status),
        "question": row.question,
        "answer": row.answer,
        "sources": sources(row),
        "ai": ai(figures.of(row)),
        "events": reverse("assistant-api:turn-events", args=[row.pk]),
        "created_at": row.created_at.isoformat(),
    }
    if row.status == Status.FAILED:
        shown["error"] = failures.problem(row)
    return shown


def sources(row: Turn) -> list[dict[str, Any]]:
    """Return the rows that an answer cites, in the order in which it does so."""
    titles = {piece["ref"]: piece["title"] for piece in row.material}
    return [{"ref": ref, "title": titles.get(ref, ref), "url": links.of(ref)} for ref in row.sources]


def ai(told: figures.Figures) -> dict[str, Any]:
    """Return the figures with money as decimal strings of USD; null where it is not known."""
    return {
        "model": told.model,
        "complexity": told.complexity,
        "reason": told.reason,
        "tokens": {"input": told.input_tokens, "output": told.output_tokens, "cached": told.cached_tokens},
        "latency_ms": told.latency_ms,
        "cost_usd": saving.written(told.cost_usd),
        "baseline_usd": saving.written(told.baseline_usd),
        "saved_usd": saving.written(told.saved_usd),
        "credits": told.credits,
        "cache": told.cache,
        "attempts": told.attempts,
    }
