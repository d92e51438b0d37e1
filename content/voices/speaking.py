"""A voice as models hear it, now and at any version it had."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from ai_routing.prompts import voices as prompts
from content.models import Voice, VoiceSample, VoiceVersion
from content.models.voices import SentenceLength

HEARD: Final = (
    "name",
    "language",
    "tone",
    "sentence_length",
    "audience",
    "signature_phrases",
    "boundaries",
    "never_say",
)
"""The fields that a model hears; the samples come on top."""

MOST_SAMPLES: Final = 10
"""Samples that a prompt looks at; it takes those that fit its room."""

Snapshot = dict[str, Any]

# Words of ours around those of the creator. What models hear is no page: it follows the voice, not the reader.
WORDS: Final = {
    "en": {
        "tone": "Tone",
        "sentences": "Sentences",
        SentenceLength.SHORT: "short",
        SentenceLength.MIXED: "short and long ones in turn",
        SentenceLength.LONG: "long",
        "audience": "Writes for",
        "phrases": "Phrases of their own, used where they fit and not in every text",
        "boundaries": "Boundaries",
    },
    "fr": {
        "tone": "Ton",
        "sentences": "Phrases",
        SentenceLength.SHORT: "courtes",
        SentenceLength.MIXED: "tantôt courtes, tantôt longues",
        SentenceLength.LONG: "longues",
        "audience": "Écrit pour",
        "phrases": "Expressions qui lui sont propres, employées quand elles conviennent et pas dans chaque texte",
        "boundaries": "Limites",
    },
}


def of(user: User) -> list[Voice]:
    """Return the user's voices: the one that is used unless another is chosen first, then the newest."""
    return list(Voice.objects.for_user(user).order_by("-is_default", "-id"))


def default(user: User) -> Voice | None:
    return Voice.objects.for_user(user).filter(is_default=True).first()


def find(user: User, voice_id: str) -> Voice | None:
    """Return a voice of the user's by its id as a client sends it; None for any other text."""
    try:
        wanted = UUID(voice_id)
    except ValueError:
        return None
    return Voice.objects.for_user(user).filter(pk=wanted).first()


def never_say(voice: Voice) -> tuple[str, ...]:
    return tuple(voice.never_say)


def heard(voice: Voice) -> Snapshot:
    """Return what a model hears of a voice now. Samples are named by their ids: one that is deleted is gone from all."""
    return {**{name: getattr(voice, name) for name in HEARD}, "samples": [str(pk) for pk in sample_ids(voice)]}


def sample_ids(voice: Voice) -> list[UUID]:
    """Return the samples that are in use: pasted ones and learned ones in turn, the newest first."""
    rows = VoiceSample.objects.filter(voice=voice, removed_at=None).order_by("-id").values_list("pk", "source")[:100]
    pasted = [pk for pk, source in rows if source == VoiceSample.Source.PASTED]
    learned = [pk for pk, source in rows if source != VoiceSample.Source.PASTED]
    in_turn = chain.from_iterable(zip_longest(pasted, learned))
    return [pk for pk in in_turn if pk is not None][:MOST_SAMPLES]


def as_prompt(voice: Voice) -> prompts.Voice:
    """Return the voice as prompts take it."""
    return told(voice, voice.version, heard(voice))


def at(voice: Voice, number: int | None) -> prompts.Voice:
    """Return the voice as prompts took it at a version; as it is now when that version is not known any more."""
    found = None
    if number is not None and number != voice.version:
        found = VoiceVersion.objects.filter(voice=voice, number=number).first()
    return told(voice, found.number, found.snapshot) if found else as_prompt(voice)


def told(voice: Voice, number: int, snapshot: Snapshot) -> prompts.Voice:
    return prompts.Voice(
        id=str(voice.pk),
        version=number,
        name=snapshot["name"],
        description=description(snapshot),
        never_say=tuple(snapshot["never_say"]),
        samples=tuple(texts(snapshot["samples"])),
    )


def texts(ids: Iterable[str]) -> list[str]:
    """Return the samples' texts in the order of their ids, without those that were taken back or deleted since."""
    wanted = [UUID(pk) for pk in ids]
    found = dict(VoiceSample.objects.filter(pk__in=wanted, removed_at=None).values_list("pk", "text"))
    return [found[pk] for pk in wanted if pk in found]


def description(snapshot: Snapshot) -> str:
    """Return how the creator writes, in lines. Raises KeyError for a snapshot that lacks a field."""
    words = WORDS["fr" if snapshot["language"] == "fr" else "en"]
    lines = [
        (words["tone"], snapshot["tone"]),
        (words["sentences"], words[SentenceLength(snapshot["sentence_length"])]),
        (words["audience"], snapshot["audience"]),
        (words["phrases"], "; ".join(snapshot["signature_phrases"])),
        (words["boundaries"], snapshot["boundaries"]),
    ]
    return "\n".join(f"{label}: {text}" for label, text in lines if text)
