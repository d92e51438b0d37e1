"""What creators do with their conversations: find them again, name them, delete them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from accounts.models import User
from ai_routing import retention
from ai_routing.assistant import citations, watching
from ai_routing.models import CachedAnswer, Conversation, Turn
from ai_routing.models.work import Status
from ai_routing.routing import TaskType
from billing import quota

PAGE: Final = 30
TURNS: Final = 50
MAX_TITLE: Final = 80
BEGINNING: Final = 280
"""Characters of the last answer that a list shows."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as a list shows it, with the beginning of its last answer."""

    conversation: Conversation
    beginning: str


def newest(user: User, *, before: UUID | None = None, limit: int = PAGE) -> list[Listed]:
    """Return the user's conversations, the last one talked in first, that come after `before` in that order.

    A `before` that is none of the user's is ignored.
    """
    rows: QuerySet[Conversation] = Conversation.objects.for_user(user).order_by("-updated_at", "-id")
    cursor = Conversation.objects.for_user(user).filter(pk=before).first() if before else None
    if cursor is not None:
        rows = rows.filter(Q(updated_at__lt=cursor.updated_at) | Q(updated_at=cursor.updated_at, pk__lt=cursor.pk))
    last = Turn.objects.filter(conversation=OuterRef("pk")).exclude(answer="").order_by("-index")
    found = rows.annotate(beginning=Subquery(last.values(text=Left("answer", BEGINNING))[:1]))
    return [Listed(row, citations.without(row.beginning or "")) for row in found[:limit]]


def turns(conversation: Conversation, *, before: int | None = None, limit: int | None = TURNS) -> list[Turn]:
    """Return the newest turns before number `before`, oldest first; all of them without a limit."""
    rows = conversation.turns.order_by("-index")
    if before is not None:
        rows = rows.filter(index__lt=before)
    found = list(rows[:limit])
    for turn in found:
        turn.conversation = conversation
    return found[::-1]


def title_of(question: str) -> str:
    """Return the first line, cut at a word, as a title that the creator may change."""
    first = question.strip().splitlines()[0].strip()
    if len(first) <= MAX_TITLE:
        return first
    return first[:MAX_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def rename(conversation: Conversation, *, title: str) -> None:
    conversation.title = title
    conversation.save(update_fields=["title"])


def delete(conversation: Conversation, *, now: datetime) -> None:
    """Remove a conversation with its turns, and what else was kept of their words. What it cost stays in the ledger.

    The worker of an answer that is being written notices and stops; what it wrote is charged, as for a stop. An answer
    that waits is not.
    """
    with transaction.atomic():
        held = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
        if held is None:
            return
        turns = list(held.turns.select_for_update().order_by("index"))
        for turn in turns:
            if turn.status == Status.QUEUED:
                quota.release(turn.reservation_id, now=now)
        retention.forget([turn.pk for turn in turns])
        # Answers in the cache do not say which conversation they were first given in.
        CachedAnswer.objects.filter(user=held.user_id, task_type=TaskType.CHATBOT).delete()
        held.delete()
        transaction.on_commit(lambda: watching.forget([turn.pk for turn in turns]), robust=True)
