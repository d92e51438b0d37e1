"""What the fake model says: readable sentences about the prompt, always the same for the same prompt."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

import toktok

from tests.fakes.openai_server import defects, structured
from tests.fakes.openai_server.behaviours import Behaviour, Defect, Fault, without_markers
from tests.fakes.openai_server.phrases import PHRASES, language_of, topics_of
from tests.fakes.openai_server.prompts import ENCODING, ChatRequest, count

FinishReason = Literal["stop", "length", "content_filter"]

_CHUNK = re.compile(r"\s*\S+|\s+$")
_LENGTH = re.compile(r"^Length: *(short|medium|long)", re.MULTILINE)
_MIDDLES = {"short": 0, "medium": 7, "long": 16}


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. `tokens` is what the vendor bills for it; `chunks` joined give the text."""

    text: str
    chunks: tuple[str, ...]
    tokens: int
    finish_reason: FinishReason


def compose(request: ChatRequest, behaviour: Behaviour) -> Answer:
    """Answer a request within its token limit, as far as the behaviour lets it."""
    if behaviour.fault is Fault.EMPTY_ANSWER:
        return Answer("", (), 0, "stop")
    text = behaviour.text if behaviour.text is not None else _written(request, behaviour)
    tokens = count(text)
    finish_reason: FinishReason = "stop"
    if request.max_tokens is not None and tokens > request.max_tokens:
        text, _ = toktok.truncate(text, request.max_tokens, ENCODING)
        tokens, finish_reason = request.max_tokens, "length"
    chunks = _chunks(text, behaviour.chunk_size)
    if behaviour.fault is Fault.COMPLETION_FILTERED:
        chunks = chunks[: behaviour.after_chunks]
        text = "".join(chunks)
        tokens, finish_reason = count(text), "content_filter"
    return Answer(text, chunks, tokens, finish_reason)


def _chunks(text: str, size: int | None) -> tuple[str, ...]:
    if size is None:
        return tuple(_CHUNK.findall(text))
    return tuple(text[start : start + size] for start in range(0, len(text), size))


def _written(request: ChatRequest, behaviour: Behaviour) -> str:
    prompt = without_markers(request.prompt.last_user_text)
    asked_for = language_of(prompt)
    language = defects.other_language(asked_for) if behaviour.defect is Defect.WRONG_LANGUAGE else asked_for
    topics = topics_of(prompt, language)
    if request.schema is not None and behaviour.defect is not Defect.REFUSAL:
        references = structured.references_in(without_markers(request.prompt.user_text))
        made = structured.answer(request.schema, language=language, topics=topics, references=references)
        return defects.spoil_json(made, behaviour.defect)
    return defects.spoil(_about(prompt, request.seed, language, topics), language, topics, request, behaviour)


def _about(prompt: str, seed: int, language: str, topics: list[str]) -> str:
    phrases = PHRASES[language]
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode()).digest()
    opening, turn, ending = (
        variants[byte % len(variants)].format(*topics)
        for variants, byte in zip((phrases.openings, phrases.turns, phrases.endings), digest, strict=False)
    )
    length = _LENGTH.search(prompt)
    middles = [middle.format(*topics) for middle in phrases.middles[: _MIDDLES[length[1]] if length else 0]]
    hashtags = " ".join(f"#{word}" for word in topics[:3])
    return f"{' '.join([opening, turn, *middles, ending])}\n\n{hashtags}"
