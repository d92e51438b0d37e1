"""What the fake model says: a few readable sentences about the prompt, always the same for the same prompt."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

import toktok

from tests.fakes.openai_server.behaviours import Behaviour, Fault, without_markers
from tests.fakes.openai_server.prompts import ENCODING, ChatRequest, count

FinishReason = Literal["stop", "length", "content_filter"]

_WORD = re.compile(r"[^\W\d_]+")
_CHUNK = re.compile(r"\s*\S+|\s+$")
_FRENCH_HINT = re.compile(r"\b(french|français|française|langue|language\W+fr)\b", re.IGNORECASE)
_FRENCH = set(
    _WORD.findall(
        "au aux avec ce ces cette dans de des du elle en est et il je la le les leur ma mes mon ne nos notre nous ou par pas"
        " plus pour que qui sa sans ses son sous sur tes ton un une vos votre vous écris rédige publie légende"
    )
)
_ENGLISH = set(
    _WORD.findall(
        "a about an and are as at be by can do for from have i in is it me my not of on or our post that the their they"
        " this to we what will with write you your caption short long"
    )
)
_SENTENCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("Today is all about {0}.", "Let me tell you about {0}.", "You asked for {0}, so here it is."),
        ("I kept the {1} simple and let the {2} do the talking.", "First came the {1}, and then the {2} surprised me."),
        ("Tell me in the comments: {3} or {4}?", "Save this for the day you need more {3} and less {4}."),
    ),
    "fr": (
        ("Aujourd'hui, je vous parle de {0}.", "Vous vouliez {0} : voilà, c'est prêt.", "Tout a commencé avec {0}."),
        ("J'ai gardé {1} tout simple et j'ai laissé parler {2}.", "D'abord {1}, et puis {2} m'a surprise."),
        ("Dites-moi en commentaire : {3} ou {4} ?", "À garder pour le jour où il faudra plus de {3} que de {4}."),
    ),
}
_SPARE_WORDS = {
    "en": ("morning", "light", "coffee", "detail", "moment"),
    "fr": ("matin", "lumière", "café", "détail", "instant"),
}


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
    text = behaviour.text if behaviour.text is not None else _about(request)
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


def _about(request: ChatRequest) -> str:
    prompt = without_markers(request.prompt.last_user_text)
    words = _WORD.findall(prompt)
    language = _language(prompt, words)
    topics = _topics(words, language)
    digest = hashlib.sha256(f"{request.seed}\n{prompt}".encode()).digest()
    sentences = [
        variants[byte % len(variants)].format(*topics)
        for variants, byte in zip(_SENTENCES[language], digest, strict=False)
    ]
    hashtags = " ".join(f"#{word}" for word in topics[:3])
    return f"{' '.join(sentences)}\n\n{hashtags}"


def _language(prompt: str, words: list[str]) -> str:
    if _FRENCH_HINT.search(prompt):
        return "fr"
    lowered = [word.lower() for word in words]
    french = sum(word in _FRENCH for word in lowered)
    english = sum(word in _ENGLISH for word in lowered)
    return "fr" if french > english else "en"


def _topics(words: list[str], language: str) -> list[str]:
    own = dict.fromkeys(
        word.lower() for word in words if len(word) > 3 and word.lower() not in _FRENCH and word.lower() not in _ENGLISH
    )
    return [*own, *(word for word in _SPARE_WORDS[language] if word not in own)][:5]
