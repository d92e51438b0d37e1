"""A question as the door to the models takes it: with what was said before, and what the creator's own data tells."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from django.conf import settings

from ai_routing import analysis, catalogue, drafts, prompts
from ai_routing.caching import policy
from ai_routing.jobs import Job
from ai_routing.models import Conversation, Turn
from ai_routing.prompts.material import Material
from ai_routing.providers.contract import Message
from ai_routing.routing import OutputLength, TaskType

PURPOSE: Final = "assistant"
REMEMBERED: Final = 20
"""Turns that are looked at for the history; the prompt takes the newest of them that fit."""

LANGUAGES: Final = frozenset(prompts.LANGUAGE_NAMES)


def job(conversation: Conversation, turn: Turn) -> Job:
    """Return the job of answering `turn`, which may not be stored yet. Asks the database for the turns before it."""
    user = conversation.user
    told = material(turn)
    is_demonstration = catalogue.is_demonstration()
    prompt = prompts.for_conversation(
        creator=user.name,
        plan=user.tier,
        language=conversation.language,
        voice=None,
        history=history(conversation, turn),
        query=turn.question,
        material=told,
        demonstration=is_demonstration,
    )
    return Job(
        user=user,
        purpose=PURPOSE,
        prompt=prompt,
        text=turn.question,
        stated=analysis.Stated(
            task_type=TaskType.CHATBOT, output_length=OutputLength.MEDIUM, language=conversation.language
        ),
        # The demonstration model can do no better: checking it would only hide what it is.
        expectations=None if is_demonstration else expectations(prompt),
        # Later questions lean on what was said; and "again" is a later question.
        caching=policy.of(TaskType.CHATBOT) if turn.index == 0 else policy.BYPASS,
        cache_settings=digest(told),
    )


def expectations(prompt: prompts.Prompt) -> drafts.Expectations:
    """Return what an answer must be like: in any language and length, for the question may ask for either."""
    return drafts.Expectations(
        language=None,
        output_length=None,
        banned=tuple(settings.AI_BANNED_WORDS),
        protected=prompt.messages[0].content,
    )


def material(turn: Turn) -> list[Material]:
    return [Material(**piece) for piece in turn.material]


def as_json(pieces: Sequence[Material]) -> list[dict[str, Any]]:
    """Return material as a turn keeps it."""
    return [asdict(piece) for piece in pieces]


def history(conversation: Conversation, turn: Turn) -> list[Message]:
    """Return the turns before `turn` that have an answer, oldest first.

    A question that was asked again stands once, with its last answer; and not at all while it is `turn` that asks it.
    """
    if turn.index == 0:
        return []
    said = conversation.turns.filter(index__lt=turn.index).exclude(answer="").order_by("-index")
    following = turn.question
    kept: list[Message] = []
    for question, answer in said.values_list("question", "answer")[:REMEMBERED]:
        if question != following:
            kept += [Message("assistant", answer), Message("user", question)]
        following = question
    return kept[::-1]


def digest(pieces: Sequence[Material]) -> str:
    """Return the same short text for the same material: a cached answer to other figures is a wrong one."""
    return hashlib.sha256(json.dumps(as_json(pieces), sort_keys=True).encode()).hexdigest()
