"""Chats as clients of the OpenAI protocol send them, and what comes back."""

from __future__ import annotations

import json
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing.models import LedgerEntry
from tests.ai_routing import books

URL = "/api/ai/v1/chat/completions"
MODELS = "/api/ai/v1/models"
QUESTION = "Write a caption about my rainy Sunday latte in Lyon"


def body(text: str = QUESTION, **fields: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **fields}


def ask(client: APIClient, text: str = QUESTION, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return client.post(URL, body(text, **fields), format="json", headers=headers)


def told(client: APIClient, text: str = QUESTION, **fields: Any) -> list[Any]:
    """Return the events of a streamed chat; the last is the string [DONE] when it was told to its end."""
    response = ask(client, text, stream=True, **fields)
    assert isinstance(response, StreamingHttpResponse), response.content
    assert response["Content-Type"] == "text/event-stream"
    whole = b"".join(response).decode()
    lines = [line.removeprefix("data: ") for line in whole.strip().split("\n\n")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def words_of(events: list[Any]) -> str:
    chunks = [event for event in events if isinstance(event, dict) and event.get("choices")]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def assert_nothing_was_charged(user: User) -> None:
    books.assert_books_agree(user)
    assert not LedgerEntry.objects.filter(user=user).exclude(credits=0).exists()
