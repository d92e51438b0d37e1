"""Hold a model's sentences against the facts that they cite, and keep those that are borne out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from content.weekly import claims
from content.weekly.facts import Fact

MOST_SENTENCES: Final = 6
LONGEST_SENTENCE: Final = 400


class UnusableAnswer(ValueError):
    """The answer is no JSON of the right form, or none of its sentences is borne out."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a model says, and the numbers of the facts that bear it out."""

    text: str
    facts: tuple[int, ...]


def read(answer: str, facts: Sequence[Fact], language: str) -> tuple[list[Sentence], int]:
    """Return the sentences that are borne out, and how many were dropped. Raises UnusableAnswer."""
    try:
        found = json.loads(answer)["sentences"]
        said = [Sentence(line(one["text"]), tuple(int(number) for number in one["facts"])) for one in found]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableAnswer(f"The summary cannot be read: {error}") from error
    by_number = {fact.number: fact for fact in facts}
    kept = [one for one in said[:MOST_SENTENCES] if is_borne_out(one, by_number, language)]
    if not kept:
        raise UnusableAnswer("No sentence is borne out by its facts")
    return kept, len(said) - len(kept)


def is_borne_out(sentence: Sentence, facts: dict[int, Fact], language: str) -> bool:
    """Whether each figure of a sentence is one of a fact that it cites, and what it says rose, fell or was lost did so.

    A sentence without a figure, or with a citation that does not exist, is not.
    """
    if not sentence.facts or len(sentence.text) > LONGEST_SENTENCE or any(one not in facts for one in sentence.facts):
        return False
    cited = [facts[number] for number in sentence.facts]
    try:
        claimed = claims.read(sentence.text, language)
    except claims.Unreadable:
        return False
    known = [figure for fact in cited for figure in fact.figures]
    moved = {fact.moved for fact in cited}
    return (
        bool(claimed.figures)
        and all(any(figure.tells(one) for one in known) for figure in claimed.figures)
        and not (claimed.rose and "up" not in moved)
        and not (claimed.fell and "down" not in moved)
        and not (claimed.lost and not any(fact.is_loss for fact in cited))
    )


def line(text: Any) -> str:
    """Return a string of an answer on one line, as the database takes it. Raises AttributeError for anything else."""
    return str(text.replace("\x00", " ").replace("\n", " ")).strip()
