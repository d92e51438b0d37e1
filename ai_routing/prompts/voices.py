"""A creator's brand voice, as a system message of its own that stays the same to the byte for one version of it."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Final

from ai_routing.prompts import families, fencing, fitting
from ai_routing.providers.contract import Message

VERSION: Final = 1
DESCRIPTION_TOKENS: Final = 500
NEVER_SAY_TOKENS: Final = 300
SAMPLES_TOKENS: Final = 900
LONGEST_CACHE_KEY: Final = 64
"""Characters that providers take as a `prompt_cache_key`."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a creator writes; all of it but `id` and `version` is untrusted. Whoever changes it raises `version`."""

    id: str
    version: int
    name: str
    description: str
    never_say: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


def version_of(voice: Voice) -> str:
    """Return what ledger and caches call this state of the voice."""
    return f"{voice.id}.v{voice.version}"


def cache_key(prefix_version: str, voice: Voice) -> str:
    """Return the key that all requests share which begin with this prefix and this voice."""
    key = f"{prefix_version}+{version_of(voice)}"
    if len(key) <= LONGEST_CACHE_KEY:
        return key
    return f"{prefix_version}+{hashlib.sha256(version_of(voice).encode()).hexdigest()[:24]}"


def message(voice: Voice, language: str) -> Message:
    """Return the voice as a system message. What is too long for it is cut or left out."""
    parts = [f"Name: {fencing.one_line(voice.name)}", fitting.cut(voice.description, DESCRIPTION_TOKENS)]
    never = fitting.first((f"- {fencing.one_line(word)}" for word in voice.never_say), NEVER_SAY_TOKENS)
    if never:
        parts += ["Never says:", *never]
    samples = fitting.first(
        (f"Sample {number}:\n{fencing.fenced(sample)}" for number, sample in enumerate(voice.samples, start=1)),
        SAMPLES_TOKENS,
    )
    body = "\n".join(part for part in [*parts, *samples] if part)
    return Message("system", f"{preamble(language)}{fencing.between(fencing.VOICE, body)}")


@functools.lru_cache(maxsize=8)
def preamble(language: str) -> str:
    """Return the static words before a voice, to the byte as released."""
    name = f"voice.{'fr' if language == 'fr' else 'en'}.v{VERSION}.txt"
    return (families.DIRECTORY / "voice" / name).read_text(encoding="utf-8")
