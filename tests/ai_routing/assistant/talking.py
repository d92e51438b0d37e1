"""Short ways to talk with the assistant, and to look at what it left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from ai_routing.assistant import answering, asking
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import Status
from billing.models import QuotaPeriod, Reservation
from content.models import Content


def ask(user: User, question: str = "What next?", conversation: Conversation | None = None) -> Turn:
    """Ask, and let a worker answer at once."""
    turn = asking.ask(user, conversation, question, now=timezone.now())
    answering.answer(turn.pk)
    return fresh(turn)


def fresh(turn: Turn) -> Turn:
    return Turn.objects.select_related("conversation__user").get(pk=turn.pk)


def post(user: User, title: str = "Rain on Sunday", **fields: Any) -> Content:
    now = timezone.now()
    return Content.objects.create(
        user=user, **{"title": title, "body": f"{title}.", "created_at": now, "updated_at": now, **fields}
    )


def counters(user: User) -> tuple[int, int]:
    """Return the credits that are used and those that are set aside."""
    period = QuotaPeriod.objects.get(user=user)
    return period.used, period.reserved


def talk(user: User, turns: int = 1, **last: Any) -> Conversation:
    """Store a conversation of answered turns, without asking anybody; `last` changes the last one."""
    now = timezone.now()
    row = Conversation.objects.create(user=user, title="About rain", created_at=now, updated_at=now)
    began = asking.ask(user, None, "What about rain?", now=now)
    decision, reservation = began.decision, began.reservation
    began.conversation.delete()
    for index in range(turns):
        source = post(user, f"Post {index}")
        fields: dict[str, Any] = {
            "question": f"Question {index}?",
            "status": Status.DONE,
            "answer": f"It rained [post:{source.pk}].",
            "sources": [f"post:{source.pk}"],
            "finished_at": now,
            "attempts": 1,
            "model": "gpt-4o-mini",
            "input_tokens": 1_124,
            "output_tokens": 96,
            "cost_micro_usd": Decimal("150.3"),
            "baseline_micro_usd": Decimal("3770"),
            "latency_ms": 1_840,
            "credits": 1,
        }
        Turn.objects.create(
            conversation=row,
            reservation=another(reservation),
            index=index,
            material=[{"ref": f"post:{source.pk}", "title": source.title, "text": source.body}],
            decision=decision,
            queued_at=now,
            created_at=now,
            **{**fields, **(last if index == turns - 1 else {})},
        )
    return row


def another(reservation: Reservation) -> Reservation:
    reservation.pk = None
    reservation._state.adding = True
    reservation.state = Reservation.State.RELEASED
    reservation.closed_at = timezone.now()
    reservation.save()
    return Reservation.objects.get(pk=reservation.pk)


WRITING: dict[str, Any] = {
    "status": Status.WRITING,
    "answer": "",
    "sources": [],
    "finished_at": None,
    "attempts": 0,
    "claim": 1,
    "lease_expires_at": timezone.now() + timedelta(days=1),
}
QUEUED: dict[str, Any] = {"status": Status.QUEUED, "answer": "", "sources": [], "finished_at": None, "attempts": 0}
STOPPED: dict[str, Any] = {"status": Status.STOPPED, "answer": "", "sources": []}


def failed(code: str) -> dict[str, Any]:
    return {"status": Status.FAILED, "answer": "", "sources": [], "error_code": code}
