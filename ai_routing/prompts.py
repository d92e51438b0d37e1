"""Build the messages of a request: a static prefix that providers cache, then a dynamic tail.

A prefix is a file, `<family>.<language>.v<version>.txt`. It is never edited once released: a change is a new version,
so that the ledger says which words led to which text.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ai_routing.providers.contract import Message
from ai_routing.routing import OutputLength, TaskType

DIRECTORY: Final = Path(__file__).parent / "prompt_templates"
VERSION: Final = 1
LANGUAGE_NAMES: Final = {
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
}
MAX_OUTPUT_TOKENS: Final = {OutputLength.SHORT: 260, OutputLength.MEDIUM: 560, OutputLength.LONG: 1_200}
"""Room for the words that the prefix names for each length, in the languages that need the most tokens."""

FENCE: Final = re.compile(r"[<‹＜]([\s/]*)(brief)\b([^<>＞]*)[>›＞]?", re.IGNORECASE)
"""What a reader, human or model, might take for the fence."""

INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages ready to send. `version` names the prefix; `cache_key` is the same for all that share it."""

    messages: tuple[Message, ...]
    version: str
    cache_key: str
    max_output_tokens: int
    temperature: float


@dataclass(frozen=True, slots=True)
class Tail:
    """What differs from request to request. `brief` is untrusted."""

    creator: str
    plan: str
    brief: str
    task_type: TaskType
    platform: str
    language: str
    tone: str
    length: OutputLength


def build(tail: Tail, *, demonstration: bool = False) -> Prompt:
    """Return the prompt for a request.

    The demonstration model is too small for a page of rules, so it gets one line of them.
    """
    if demonstration:
        return demonstration_prompt(tail)
    language = "fr" if tail.language == "fr" else "en"
    version = f"writer.{language}.v{VERSION}"
    return Prompt(
        messages=(Message("system", prefix(version)), Message("user", dynamic(tail))),
        version=version,
        cache_key=version,
        max_output_tokens=MAX_OUTPUT_TOKENS[tail.length],
        temperature=0.8 if tail.task_type is TaskType.MARKETING_TEMPLATE else 0.4,
    )


@functools.lru_cache(maxsize=32)
def prefix(version: str) -> str:
    """Return the static prefix of a version, to the byte as released."""
    return (DIRECTORY / f"{version}.txt").read_text(encoding="utf-8")


def dynamic(tail: Tail) -> str:
    """Return the part that no cache can hold, in a fixed order."""
    settings = [
        f"Creator: {one_line(tail.creator)}",
        f"Plan: {tail.plan}",
        f"Task: {tail.task_type.replace('_', ' ')}",
        f"Platform: {tail.platform}",
        f"Language: {LANGUAGE_NAMES.get(tail.language, tail.language)}",
        f"Length: {tail.length}",
    ]
    if tail.tone:
        settings.append(f"Tone: {one_line(tail.tone)}")
    return "\n".join([*settings, "<brief>", fenced(tail.brief), "</brief>"])


def demonstration_prompt(tail: Tail) -> Prompt:
    language = LANGUAGE_NAMES.get(tail.language, tail.language)
    where = "" if tail.platform == "generic" else f" for {tail.platform}"
    tone = f" Tone: {one_line(tail.tone)}." if tail.tone else ""
    return Prompt(
        messages=(
            Message("system", "You write social media posts. Answer with the post only."),
            Message("user", f"Write a {tail.length} post{where} in {language} about this:{tone}\n{fenced(tail.brief)}"),
        ),
        version="demonstration.v1",
        cache_key="demonstration.v1",
        # The window of the small model is short, and what it writes late is worse.
        max_output_tokens=min(320, MAX_OUTPUT_TOKENS[tail.length]),
        temperature=0.6,
    )


def fenced(text: str) -> str:
    """Return untrusted text that cannot close, or open, the fence it is put between."""
    if not FENCE.search(INVISIBLE.sub("", text)):
        return text
    return FENCE.sub(r"(\1\2\3)", INVISIBLE.sub("", text))


def one_line(text: str) -> str:
    """Return a setting that cannot begin a line of its own."""
    return " ".join(fenced(text).split())
