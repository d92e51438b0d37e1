"""What the rules find in a text: quick, the same each time, and each find with the words that it is about."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from content.moderation import detectors, folding
from content.moderation.folding import Folded

REACH: Final = 40
"""Characters before and after a find in which a word may tell that it is meant well."""

LONGEST_EXCERPT: Final = 120
MOST_OF_A_RULE: Final = 3
"""Finds of one rule that are told; more of them say nothing new."""

SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$|[.!?])")
BLOCK: Final = "block"
WARN: Final = "warn"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Find:
    """A rule's find: `excerpt` is what was written."""

    rule: str
    severity: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is applied. See rules.toml for what each part means."""

    code: str
    severity: str
    channels: frozenset[str]
    words: re.Pattern[str] | None
    near: tuple[tuple[re.Pattern[str], ...], ...]
    passes: re.Pattern[str] | None
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    disclosed: re.Pattern[str] | None
    own: re.Pattern[str] | None
    detectors: tuple[str, ...]

    def holds_for(self, channels: Iterable[str]) -> bool:
        return not self.channels or bool(self.channels.intersection(channels))


def pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds any of the words, between boundaries; None for none."""
    if not words:
        return None
    return re.compile(rf"(?<![\w-])(?:{'|'.join(f'(?:{word})' for word in words)})(?!\w)")


@functools.cache
def all() -> tuple[Rule, ...]:
    """Return the rules, in the order in which their finds are told."""
    read = tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))
    return tuple(built(rule, read["lists"]) for rule in read["rule"])


def built(rule: dict[str, Any], lists: dict[str, list[str]]) -> Rule:
    near = tuple(
        tuple(found for name in pair["lists"] if (found := pattern(lists[name])) is not None)
        for pair in rule.get("near", [])
    )
    return Rule(
        code=rule["code"],
        severity=rule["severity"],
        channels=frozenset(rule.get("channels", [])),
        words=pattern(rule.get("words", [])),
        near=near,
        detectors=tuple(rule.get("detectors", [])),
        **{name: pattern(rule.get(name, [])) for name in ("passes", "not_before", "not_after", "disclosed", "own")},
    )


def find(text: str, channels: Iterable[str]) -> list[Find]:
    """Return what the rules find in a text that goes to these channels."""
    folded = folding.fold(text)
    where = tuple(channels)
    found: list[Find] = []
    for rule in all():
        if not rule.holds_for(where):
            continue
        told = dict.fromkeys(folded.excerpt(*span)[:LONGEST_EXCERPT].strip() for span in finds(rule, folded))
        found += [Find(rule.code, rule.severity, excerpt) for excerpt in list(told)[:MOST_OF_A_RULE]]
    return without_doubles(found)


def without_doubles(found: list[Find]) -> list[Find]:
    """Return the finds without those that only say less of what a graver one says of the same words."""
    blocked = " ".join(find.excerpt.lower() for find in found if find.severity == BLOCK)
    return [find for find in found if find.severity == BLOCK or find.excerpt.lower() not in blocked]


def finds(rule: Rule, folded: Folded) -> Iterator[Span]:
    text = folded.text
    if rule.disclosed is not None and rule.disclosed.search(text):
        return
    if rule.passes is not None:
        text = rule.passes.sub(lambda found: " " * len(found[0]), text)
    for name in rule.detectors:
        yield from detectors.DETECTORS[name](text)
    for sentence in SENTENCE.finditer(text):
        for start, end in in_sentence(rule, sentence[0]):
            yield sentence.start() + start, sentence.start() + end


def in_sentence(rule: Rule, sentence: str) -> Iterator[Span]:
    if rule.own is not None and rule.own.search(sentence):
        return
    said = [found.span() for found in rule.words.finditer(sentence)] if rule.words else []
    for span in [*said, *together(rule, sentence)]:
        if not is_meant_well(rule, sentence, span):
            yield span


def together(rule: Rule, sentence: str) -> Iterator[Span]:
    """Yield from the first to the last of the words that are bad only together."""
    for lists in rule.near:
        firsts = [words.search(sentence) for words in lists]
        spans = [found.span() for found in firsts if found is not None]
        if len(spans) == len(lists):
            yield min(start for start, _end in spans), max(end for _start, end in spans)


def is_meant_well(rule: Rule, sentence: str, span: Span) -> bool:
    """Tell whether the words around a find say that it is warned of, denied or mourned, and not offered."""
    before, after = sentence[max(0, span[0] - REACH) : span[0]], sentence[span[1] : span[1] + REACH]
    return bool(
        (rule.not_before is not None and rule.not_before.search(before))
        or (rule.not_after is not None and rule.not_after.search(after))
    )
