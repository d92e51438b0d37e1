"""Ask the assistant, ask again, and stop it."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Final

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.models import User
from ai_routing import analysis, completion
from ai_routing.assistant import briefing, conversations, knowledge, tasks
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import UNDER_WAY, Status
from analytics import events

MAX_QUESTION: Final = 4_000


class AnswerUnderWay(Exception):
    """An answer is being written in this conversation; the next question builds on it."""

    def __init__(self) -> None:
        super().__init__("An answer is being written in this conversation. Wait for it or stop it, then ask again.")


class NothingAsked(Exception):
    """The conversation has no question that could be asked again."""


def ask(user: User, conversation: Conversation | None, question: str, *, now: datetime) -> Turn:
    """Set the quota aside, store the question, and hand it to the workers; without a conversation, begin one.

    Raises AnswerUnderWay, billing.quota.QuotaExhausted, billing.quota.PlanRequired, billing.budgets.BudgetExhausted,
    and ai_routing.routing.NoDeployment; Http404 when the conversation was deleted meanwhile.
    """
    last = conversation.turns.order_by("-index").first() if conversation else None
    if last is not None and not last.ended:
        raise AnswerUnderWay
    told = knowledge.gather(user, question, previously=last.question if last else "", now=now)
    talk = conversation or Conversation(user=user, title=conversations.title_of(question), created_at=now)
    talk.user = user
    talk.language = language_of(question, conversation, user)
    talk.updated_at = now
    turn = Turn(
        index=last.index + 1 if last else 0,
        question=question,
        material=briefing.as_json(told),
        queued_at=now,
        created_at=now,
    )
    job = briefing.job(talk, turn)
    route = completion.route(job)
    with transaction.atomic():
        store_conversation(talk, is_new=conversation is None, expected=turn.index)
        reservation = completion.admit(job, route, now=now)
        turn.conversation, turn.reservation, turn.decision = talk, reservation, route.as_json()
        turn.save(force_insert=True)
        events.record(
            "assistant.asked",
            user_id=user.pk,
            data={
                "conversation_id": str(talk.pk),
                "turn_id": str(turn.pk),
                "number": turn.index + 1,
                "pieces": len(told),
                "plan": user.tier,
                "credits_reserved": reservation.credits,
            },
            now=now,
        )
        transaction.on_commit(functools.partial(tasks.hand_out, [turn.pk]))
    return turn


def store_conversation(talk: Conversation, *, is_new: bool, expected: int) -> None:
    """Store the conversation, locked so that its next turn has the number `expected`. Raises as `ask` does."""
    if is_new:
        talk.save(force_insert=True)
        return
    get_object_or_404(Conversation.objects.select_for_update(), pk=talk.pk)
    if talk.turns.filter(index__gte=expected).exists():
        raise AnswerUnderWay
    talk.save(update_fields=["language", "updated_at"])


def language_of(question: str, conversation: Conversation | None, user: User) -> str:
    """Return the language to answer in: that of the question if it is plain, else of the conversation, else the user's."""
    found = analysis.analyse(question).language
    if found in briefing.LANGUAGES:
        return found
    return conversation.language if conversation else user.locale


def again(conversation: Conversation, *, now: datetime) -> Turn:
    """Ask the last question anew. Raises NothingAsked, and as `ask` does."""
    last = conversation.turns.order_by("-index").first()
    if last is None:
        raise NothingAsked("This conversation has no question yet. Ask one first.")
    return ask(conversation.user, conversation, last.question, now=now)


def stop(turn: Turn, *, now: datetime) -> None:
    """Ask the worker to stop writing. What is written so far is kept and charged; repeated, it changes nothing."""
    Turn.objects.filter(pk=turn.pk, status__in=UNDER_WAY, stop_requested_at=None).update(stop_requested_at=now)
    if Turn.objects.filter(pk=turn.pk, status=Status.QUEUED).exists():
        # A worker ends it properly: one place settles.
        tasks.hand_out([turn.pk])
