"""Whole, well-formed answers that are no good: what a check of the draft ought to find."""

import json
import re
from typing import Any

from tests.fakes.openai_server.behaviours import Behaviour, Defect
from tests.fakes.openai_server.phrases import PHRASES
from tests.fakes.openai_server.prompts import ChatRequest

_LEAKED_WORDS = 60
_REPEATED = 24
# Longer than what is asked for by far, and for a short text still without saying anything twice.
_LONG_WORDS = 240
_LONGER_WORDS = 900


def spoil(text: str, language: str, topics: list[str], request: ChatRequest, behaviour: Behaviour) -> str:
    """Make an answer in words bad in the way that is asked for. `language` is the one that it should be in."""
    phrases = PHRASES[language]
    match behaviour.defect:
        case Defect.REFUSAL:
            return phrases.refusal
        case Defect.REPETITION:
            return " ".join([phrases.turns[0].format(*topics)] * _REPEATED)
        case Defect.TOO_SHORT:
            return "Ok."
        case Defect.TOO_LONG:
            words = _LONGER_WORDS if "Length: long" in request.prompt.last_user_text else _LONG_WORDS
            return _at_length(text, words, phrases.middles, topics)
        case Defect.CONTAINS:
            first, _, rest = text.partition(" ")
            return f"{first} {behaviour.word} {rest}"
        case Defect.LEAK:
            return f"{text}\n\n{_beginning(request.prompt.system_text)}"
        case _:
            return text


def spoil_json(made: dict[str, Any], defect: Defect | None) -> str:
    """Write an answer in JSON, bad in the way that is asked for."""
    text = json.dumps(made, ensure_ascii=False)
    match defect:
        case Defect.INVALID_JSON:
            return text[: max(1, len(text) - 2)]
        case Defect.FENCED_JSON:
            return f"```json\n{text}\n```"
        case Defect.SCHEMA_VIOLATION:
            # A schema of the strict kind allows no other property, and requires each of its own.
            return json.dumps({name: made[name] for name in list(made)[1:]} | {"unasked": True}, ensure_ascii=False)
        case _:
            return text


def other_language(language: str) -> str:
    return "fr" if language == "en" else "en"


def _at_length(text: str, words: int, middles: tuple[str, ...], topics: list[str]) -> str:
    sentences = [text]
    number = 0
    while sum(len(sentence.split()) for sentence in sentences) < words:
        turned = topics[number % len(topics) :] + topics[: number % len(topics)]
        sentences.append(middles[number % len(middles)].format(*turned))
        number += 1
    return "\n".join(sentences)


def _beginning(system_text: str) -> str:
    return " ".join(re.findall(r"\S+", system_text)[:_LEAKED_WORDS])
