"""What a creator asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing import analysis, catalogue, drafts, prompts, reasons
from ai_routing.caching import policy
from ai_routing.jobs import Job
from ai_routing.prompts import Tail
from ai_routing.prompts.voices import Voice as Spoken
from ai_routing.routing import OutputLength, TaskType
from content import edits, voices
from content.models import Content, Generation, Kind, Length, Platform, Variant, Voice

MAX_PROMPT: Final = 4_000
MAX_VARIANTS: Final = 3
WITHOUT: Final = 1
"""The version that a comparison writes without the voice."""

TASK_TYPES: Final = list(reasons.TASKS.items())
LANGUAGES: Final = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("pt", _("Portuguese")),
]

DOCUMENTS: Final = frozenset(
    {
        TaskType.CODE,
        TaskType.STRATEGY,
        TaskType.ADVANCED_ANALYTICS,
        TaskType.COMPLIANCE,
        TaskType.LEGAL,
        TaskType.DOCUMENTATION,
    }
)


@dataclass(frozen=True, slots=True)
class Brief:
    """A request for a text, already validated at the edge. `critical` is None where it is left to the analysis.

    One that `compares` wants two versions, the first in the voice and the second without it. `channel` is where the text
    is to be said alone; empty for one that all channels share.
    """

    prompt: str
    task_type: str = TaskType.MARKETING_TEMPLATE
    platform: str = Platform.INSTAGRAM
    language: str = "en"
    tone: str = ""
    length: str = Length.SHORT
    critical: bool | None = None
    variants: int = 1
    again: bool = False
    voice: Voice | None = None
    compares: bool = False
    kind: str = Kind.TEXT
    source: str = ""
    channel: str = ""
    beside: Generation | None = None

    @property
    def fresh(self) -> bool:
        """Whether a text that was given before is no answer: versions must differ, and "again" wants another one."""
        return self.again or self.variants > 1

    @property
    def voice_version(self) -> int | None:
        return self.voice.version if self.voice else None


def once_more(variant: Variant) -> Brief:
    """Return the brief of a version once more, for another one that has not been there yet."""
    generation = variant.generation
    voiced = not (generation.compares and variant.index == WITHOUT)
    return Brief(
        prompt=generation.prompt,
        task_type=generation.task_type,
        platform=generation.platform,
        language=generation.language,
        tone=generation.tone,
        length=generation.length,
        critical=generation.critical or None,
        again=True,
        voice=generation.voice if voiced else None,
        channel=generation.channel,
        beside=generation.beside or generation,
    )


def content_type(*, task_type: str, platform: str) -> Content.Type:
    """Return what kind of text a request leads to."""
    if platform == Platform.EMAIL:
        return Content.Type.EMAIL
    return Content.Type.DOCUMENT if task_type in DOCUMENTS else Content.Type.POST


def job(user: User, brief: Brief | Generation, *, index: int = 0) -> Job:
    """Return the request as the door to the models takes it, for its version of that index."""
    voice = voice_of(brief, index)
    if brief.kind != Kind.TEXT:
        return edits.job(user, brief, voice, promises(voice))
    task_type = TaskType(brief.task_type)
    length = OutputLength(brief.length)
    tail = Tail(
        creator=user.name,
        plan=user.tier,
        brief=brief.prompt,
        task_type=task_type,
        platform=brief.platform,
        language=brief.language,
        tone=brief.tone,
        length=length,
        voice=voice,
    )
    is_demonstration = catalogue.is_demonstration()
    prompt = prompts.build(tail, demonstration=is_demonstration)
    return Job(
        user=user,
        purpose="content",
        prompt=prompt,
        text=brief.prompt,
        stated=analysis.Stated(
            task_type=task_type,
            critical=brief.critical,
            output_length=length,
            language=brief.language,
        ),
        expectations=promises(voice) if is_demonstration else expectations(brief, prompt, voice),
        caching=policy.BYPASS if brief.fresh else policy.of(task_type),
    )


def voice_of(brief: Brief | Generation, index: int) -> Spoken | None:
    """Return the voice that a version is written in, as it was when the text was asked for."""
    if brief.voice is None or (brief.compares and index == WITHOUT):
        return None
    return voices.at(brief.voice, brief.voice_version)


def promises(voice: Spoken | None) -> drafts.Expectations | None:
    """Return what even the demonstration model is held to: it can do no better, and other checks would only hide that.

    What a voice never says is a promise to its creator.
    """
    if voice is None or not voice.never_say:
        return None
    return drafts.Expectations(
        language=None,
        output_length=None,
        banned=tuple(settings.AI_BANNED_WORDS),
        never_say=voice.never_say,
        is_document=True,
    )


def expectations(brief: Brief | Generation, prompt: prompts.Prompt, voice: Spoken | None) -> drafts.Expectations:
    is_document = content_type(task_type=brief.task_type, platform=brief.platform) == Content.Type.DOCUMENT
    return drafts.Expectations(
        language=brief.language,
        output_length=OutputLength(brief.length),
        platform=brief.platform,
        banned=tuple(settings.AI_BANNED_WORDS),
        never_say=voice.never_say if voice else (),
        protected=prompt.messages[0].content,
        is_document=is_document,
    )
