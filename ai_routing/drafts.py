"""Check a draft of the economy model before it is shown, so that a poor one can be asked for again of a better model.

A false alarm costs a call to the dear model, so every check lets pass what is doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ai_routing.draft_checks import forbidden, form, language, leak, length, refusal, repetition, schema
from ai_routing.routing import OutputLength


class DraftFault(StrEnum):
    """What is wrong with a draft, in the order in which it is told."""

    LANGUAGE = "language"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    FORMAT = "format"
    SCHEMA = "schema"
    BANNED_WORD = "banned_word"
    NEVER_SAY = "never_say"
    REFUSAL = "refusal"
    REPETITION = "repetition"
    LEAK = "leak"
    TRUNCATED = "truncated"


UNDELIVERABLE: Final[frozenset[DraftFault]] = frozenset(
    {DraftFault.SCHEMA, DraftFault.BANNED_WORD, DraftFault.NEVER_SAY, DraftFault.LEAK}
)
"""Never shown, even when no better answer comes; a draft with the other faults is better than none."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a draft is held to. None and empty stand for no wish.

    With a `response_schema` the text is data, so language, length and the form of prose are not judged. A document may
    use Markdown and may be cut. `protected` is the system text that must not be recited.
    """

    language: str | None
    output_length: OutputLength | None
    platform: str = "generic"
    response_schema: dict[str, Any] | None = None
    banned: tuple[str, ...] = ()
    never_say: tuple[str, ...] = ()
    protected: str = ""
    is_document: bool = False


def faults(text: str, expectations: Expectations, *, finish_reason: str = "stop") -> tuple[DraftFault, ...]:
    """Return what is wrong with a draft, in the order of DraftFault; empty for a good one."""
    is_json = expectations.response_schema is not None
    is_prose = not is_json
    found = {
        DraftFault.LANGUAGE: is_prose and language.is_wrong(text, expectations.language),
        DraftFault.TOO_LONG: is_prose and is_too_long(text, expectations),
        DraftFault.TOO_SHORT: is_prose and length.is_too_short(text, expectations.output_length, expectations.platform),
        DraftFault.FORMAT: form.is_wrong(
            text, expectations.platform, is_document=expectations.is_document, is_json=is_json
        ),
        DraftFault.SCHEMA: expectations.response_schema is not None
        and schema.is_broken(text, expectations.response_schema),
        DraftFault.BANNED_WORD: forbidden.says(text, expectations.banned),
        DraftFault.NEVER_SAY: forbidden.says(text, expectations.never_say),
        DraftFault.REFUSAL: is_prose and refusal.is_found(text),
        DraftFault.REPETITION: is_prose and repetition.is_found(text),
        DraftFault.LEAK: leak.is_found(text, expectations.protected),
        DraftFault.TRUNCATED: finish_reason == "length" and not expectations.is_document,
    }
    return tuple(fault for fault in DraftFault if found[fault])


def is_too_long(text: str, expectations: Expectations) -> bool:
    """Tell whether it is too long; a document is as long as it needs to be."""
    if expectations.is_document:
        return length.exceeds_platform(text, expectations.platform)
    return length.is_too_long(text, expectations.output_length, expectations.platform)
