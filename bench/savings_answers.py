"""What the models of a replay answer: a text of the length that the trace says, or now and then one that is no good."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.trace import Request
from bench.traces import assumptions, wording
from bench.traces.assumptions import ASSISTANT
from content import brief
from content.models import Content
from tests.fakes.openai_server.behaviours import Behaviour, Defect

ANYWHERE: Final = (Defect.REFUSAL, Defect.REPETITION, Defect.LEAK)
IN_LANGUAGE: Final = (*ANYWHERE, Defect.WRONG_LANGUAGE)
OF_LENGTH: Final = (*IN_LANGUAGE, Defect.TOO_LONG)
"""Ways to be no good, by what the checks of drafts look for in a task."""

ROOM: Final = {"x": 200, "tiktok": 140, "threads": 420, "instagram": 2_000}
"""The characters that a model keeps to on a platform."""

SUBJECT: Final = {"en": "Subject: {0}\n\n", "fr": "Objet : {0}\n\n"}


@dataclass(frozen=True, slots=True)
class Answers:
    """How each model would answer a request. `text` is that of a good answer."""

    text: str
    by_model: Mapping[str, Behaviour]


def to(request: Request, *, number: int, economy: str, premium: str) -> Answers:
    """Return the answers to the request with this number in the trace."""
    draw = random.Random(f"{assumptions.SEED} {number}")  # it must be the same every time
    text = written(request, draw)
    bad = rate(request.task)
    return Answers(
        text,
        {
            economy: behaviour(request, text, draw, bad=bad),
            premium: behaviour(request, text, draw, bad=bad / assumptions.PREMIUM_IS_BETTER),
        },
    )


def rate(task: str) -> float:
    return assumptions.BAD_DRAFTS["chatbot" if task == ASSISTANT else task]


def written(request: Request, draw: random.Random) -> str:
    room = ROOM.get(request.platform, 100_000)
    prose = wording.prose(request.language, draw, words=request.words, most_characters=room)
    if request.platform != "email":
        return prose
    return SUBJECT[request.language].format(draw.choice(wording.lists(request.language)["answers"]["words"])) + prose


def behaviour(request: Request, text: str, draw: random.Random, *, bad: float) -> Behaviour:
    # Both are drawn, so that no answer hangs on whether the one before was good.
    luck, defect = draw.random(), draw.choice(defects(request))
    return Behaviour(defect=defect, times=None) if luck < bad else Behaviour(text=text, times=None)


def defects(request: Request) -> tuple[Defect, ...]:
    if request.task == ASSISTANT:
        return ANYWHERE
    kind = brief.content_type(task_type=request.task, platform=request.platform)
    return IN_LANGUAGE if kind == Content.Type.DOCUMENT else OF_LENGTH
