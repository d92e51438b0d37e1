"""Work on a text that is there: rewrite it or a passage of it, find hashtags for it, find first lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing import analysis, catalogue, drafts, prompts
from ai_routing.caching import policy
from ai_routing.jobs import Job
from ai_routing.prompts import Material, Voice
from ai_routing.routing import OutputLength, TaskType
from content.channels import SPECS
from content.channels.texts import label_of
from content.models import Channel, Kind, Platform

FIT: Final = "fit"
SHORT_WORDS: Final = 55
MEDIUM_WORDS: Final = 140
MOST_HASHTAGS: Final = 15
MOST_HOOKS: Final = 5
LONGEST_HOOK: Final = 200


class Asked(Protocol):
    """A Brief or a Generation."""

    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def platform(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def channel(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Change:
    """A rewrite that a button asks for: what it is called, and what the model is told."""

    name: str | Promise
    icon: str
    instruction: str


CHANGES: Final[dict[str, Change]] = {
    "shorter": Change(
        _("Shorter"),
        "fold-vertical",
        "Make the text about half as long. Keep its facts, its voice, its language and what makes it particular.",
    ),
    "warmer": Change(
        _("Warmer"),
        "heart",
        "Make the text warmer and more personal, as if written to one person. Keep its facts, length and language.",
    ),
    "funnier": Change(
        _("Funnier"),
        "smile",
        "Make the text funnier, with one light turn that fits the voice. Keep its facts, length and language.",
    ),
    "translate": Change(
        _("Translate"),
        "languages",
        "Write the text anew in the language named above, as a native writer would. Keep its facts and its voice.",
    ),
}

# A model counts badly: it is asked for less than there is room for.
SPARE: Final = 0.08
COUNTED: Final = frozenset({Channel.X, Channel.THREADS, Channel.INSTAGRAM})
"""Channels whose own limit a draft is held to; elsewhere `draft_checks.length` has another rule, or none."""
FITTING: Final = (
    "Shorten the text so that it fits {channel}: at most {most} characters in all, hashtags and addresses included. Keep "
    "what matters most, its voice and its language. End with a whole sentence; no ellipsis, no note of what was left out."
)
REWRITE: Final = (
    "Change the text between the material marks as the goal asks, and leave alone what the goal does not touch. Answer "
    "with the changed text only: no title, no quotation marks around it, no remark, no reference."
)
HASHTAGS: Final = (
    "Propose 10 to 15 hashtags for the text between the material marks: precise ones first, few general ones, each "
    "without spaces and without the # sign, in the language of the text. Answer with JSON only."
)
HOOKS: Final = (
    "Propose 5 first lines for the text between the material marks, each below 110 characters and different in kind: a "
    "question, a number, a scene, a contradiction, a plain promise. Invent no fact. Answer with JSON only."
)


def listing(name: str, *, most: int, longest: int) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": longest},
                "minItems": 1,
                "maxItems": most,
            }
        },
        "required": [name],
        "additionalProperties": False,
    }


SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    Kind.HASHTAGS: listing("hashtags", most=20, longest=60),
    Kind.HOOKS: listing("hooks", most=8, longest=LONGEST_HOOK),
}
STEPS: Final[dict[str, str]] = {Kind.REWRITE: REWRITE, Kind.HASHTAGS: HASHTAGS, Kind.HOOKS: HOOKS}


def fitting(channel: str, language: str) -> str:
    """Return what a model is told that shortens a text for a channel, the label that tells of AI counted in."""
    spec = SPECS[channel]
    room = spec.longest - len(label_of(channel, language)) - 2
    return FITTING.format(channel=Channel(channel).name.title(), most=int(room * (1 - SPARE)))


def held_to(asked: Asked) -> str:
    """Return the platform whose length the answer must have: where it is to fit, and is counted as the channel counts."""
    must_fit = asked.channel in COUNTED and asked.prompt == fitting(asked.channel, asked.language)
    return asked.channel if must_fit else Platform.GENERIC


def length_of(text: str) -> OutputLength:
    """Return how much room a text of this length needs."""
    words = len(text.split())
    if words <= SHORT_WORDS:
        return OutputLength.SHORT
    return OutputLength.MEDIUM if words <= MEDIUM_WORDS else OutputLength.LONG


def job(user: User, asked: Asked, voice: Voice | None, promises: drafts.Expectations | None) -> Job:
    """Return the request as the door to the models takes it.

    `promises` is all that an answer of the demonstration model is held to.
    """
    schema = SCHEMAS.get(asked.kind)
    length = OutputLength.SHORT if schema else length_of(asked.source)
    is_demonstration = catalogue.is_demonstration()
    prompt = prompts.for_agent(
        agent="editor",
        language=asked.language,
        voice=voice,
        goal=asked.prompt,
        instruction=STEPS[asked.kind],
        material=[Material("text", "The text", asked.source)],
        schema=schema,
        length=length,
        demonstration=is_demonstration,
    )
    return Job(
        user=user,
        purpose="content",
        prompt=prompt,
        text=asked.prompt,
        stated=analysis.Stated(
            task_type=TaskType.MARKETING_TEMPLATE, critical=False, output_length=length, language=asked.language
        ),
        expectations=promises if is_demonstration else expectations(asked, schema, prompt, voice),
        caching=policy.BYPASS,
        repairs=1 if schema else 0,
        streamed=schema is None,
    )


def expectations(
    asked: Asked, schema: dict[str, Any] | None, prompt: prompts.Prompt, voice: Voice | None
) -> drafts.Expectations:
    """Return what an answer is held to. How long it is, nobody but the creator can say, unless it has to fit a channel."""
    return drafts.Expectations(
        language=None if schema else asked.language,
        output_length=None,
        response_schema=schema,
        banned=tuple(settings.AI_BANNED_WORDS),
        never_say=voice.never_say if voice else (),
        protected=prompt.messages[0].content,
        platform=held_to(asked),
        is_document=True,
    )


class NothingFound(Exception):
    """The model's answer holds nothing that can be offered."""


def hashtags(body: str) -> list[str]:
    """Return the hashtags of an answer, without `#`, each once. Raises NothingFound."""
    return found(body, "hashtags", as_hashtag, MOST_HASHTAGS)


def hooks(body: str) -> list[str]:
    """Return the first lines of an answer, each once. Raises NothingFound."""
    return found(body, "hooks", as_line, MOST_HOOKS)


def found(body: str, name: str, cleaned: Callable[[str], str], most: int) -> list[str]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise NothingFound("The answer is no JSON.") from None
    values = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(values, list):
        raise NothingFound(f"The answer holds no list of {name}.")
    kept: dict[str, str] = {}
    for value in values:
        if isinstance(value, str) and (text := cleaned(value)):
            kept.setdefault(text.casefold(), text)
    if not kept:
        raise NothingFound(f"The answer holds no {name}.")
    return list(kept.values())[:most]


def as_hashtag(value: str) -> str:
    """Return the letters, digits and underscores of a hashtag; empty when there is no letter in it."""
    tag = re.sub(r"\W", "", value)
    return tag[:60] if re.search(r"[^\W\d_]", tag) else ""


def as_line(value: str) -> str:
    return " ".join(value.split())[:LONGEST_HOOK].strip(' "“”«»')
