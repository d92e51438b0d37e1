"""The words of the trace: briefs, questions, comments and answers, put together from committed lists."""

from __future__ import annotations

import functools
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

SLOT: Final = re.compile(r"\{(\w+)\}")


@functools.cache
def lists(language: str) -> Mapping[str, Any]:
    """Return the word lists of a language, `en` or `fr`."""
    path = Path(__file__).parent / f"texts.{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def filled(frame: str, language: str, draw: random.Random) -> str:
    """Return a frame with a drawn word in each of its slots."""
    slots: Mapping[str, Sequence[str]] = lists(language)["slots"]
    return SLOT.sub(lambda found: draw.choice(slots[found[1]]), frame)


def brief(task: str, language: str, draw: random.Random, *, details: int) -> str:
    """Return a request for a text, with so many sentences of detail after it."""
    frames: Sequence[str] = lists(language)["frames"][task]
    lines = draw.sample(list(lists(language)["details"]["lines"]), details)
    return " ".join(filled(frame, language, draw) for frame in (draw.choice(frames), *lines))


def prose(language: str, draw: random.Random, *, words: int, most_characters: int = 100_000) -> str:
    """Return sentences of about so many words, none of them twice with the same words in it."""
    pool = list(lists(language)["answers"]["sentences"])
    topics = list(lists(language)["answers"]["words"])
    sentences: list[str] = []
    frames: list[str] = []
    written = 0
    while written < words:
        frames = frames or draw.sample(pool, len(pool))
        sentence = frames.pop().format(*draw.sample(topics, 2))
        if sentences and (sum(map(len, sentences)) + len(sentences) + len(sentence) > most_characters):
            break
        # A text ends where it comes nearest to its length.
        if sentences and written + len(sentence.split()) - words > words - written:
            break
        if sentence not in sentences:
            sentences.append(sentence)
            written += len(sentence.split())
    return " ".join(sentences)


def figures(language: str, draw: random.Random) -> str:
    """Return a piece of a creator's own data as the assistant is told of it."""
    day, number, other = (draw.choice(lists(language)["slots"][name]) for name in ("day", "number", "other"))
    return f"{day}: {number} / {other}. {prose(language, draw, words=draw.randint(15, 60))}"
