"""References in an answer: those that were given to it are kept, those that it made up are taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ai_routing.prompts import fencing

BRACKETS: Final = re.compile(r"[ \t]*[\[【]([^\[\]【】\n]{1,600})[\]】]")
LONGEST_BRACKET: Final = 602
WORD: Final = re.compile(r"[^\s,;]+")
JOINTS: Final = frozenset({"and", "et", "&", "ref", "ref:"})

REFERENCE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,23}:[a-z0-9_][a-z0-9_.:/#-]{0,79}", re.IGNORECASE)
"""What looks like a reference, whether it was given or not. Times (10:30) and addresses (https://…) do not."""

QUOTES: Final = "\"'“”«»"
LONGEST_WORD: Final = 200
"""Characters after which a text without a space is sent on all the same."""


@dataclass(slots=True)
class Checked:
    """Text in which each known reference stands as [ref], and no other one."""

    text: str
    cited: list[str]


@dataclass(slots=True)
class References:
    """The references that an answer may cite, by the spelling in which a model was shown them."""

    known: dict[str, str]
    kinds: re.Pattern[str] | None

    @classmethod
    def of(cls, refs: Iterable[str]) -> References:
        known = {fencing.reference(ref).lower(): ref for ref in refs}
        kinds = sorted({re.escape(ref.partition(":")[0]) for ref in known if ":" in ref})
        pattern = rf"[ \t]*(?<![\w\[/])[(（]?(?:{'|'.join(kinds)}):[a-z0-9_][a-z0-9_.:/#-]*[)）]?"
        return cls(known, re.compile(pattern, re.IGNORECASE) if kinds else None)

    def check(self, text: str) -> Checked:
        """Return `text` without the references that nobody gave."""
        cited: list[str] = []
        spans: list[str] = []
        done = 0
        for found in BRACKETS.finditer(text):
            spans += [self.without_bare(text[done : found.start()]), self.in_brackets(found, cited)]
            done = found.end()
        spans.append(self.without_bare(text[done:]))
        return Checked("".join(spans), list(dict.fromkeys(cited)))

    def in_brackets(self, found: re.Match[str], cited: list[str]) -> str:
        """Return what remains of a bracket: its words in brackets, then each known reference in its own."""
        words, refs, strange = [], [], False
        for word in WORD.findall(found[1]):
            bare = word.strip(QUOTES).removeprefix("ref=").strip(QUOTES)
            known = self.known.get(bare.rstrip(".:").lower())
            if known is not None:
                refs.append(known)
            elif REFERENCE.fullmatch(bare):
                strange = True
            else:
                words.append(word)
        if not refs and not strange:
            return found[0]
        cited += refs
        space = found[0][: len(found[0]) - len(found[0].lstrip(" \t"))]
        said = "" if JOINTS.issuperset(word.lower() for word in words) else f"[{' '.join(words)}]"
        kept = said + "".join(f"[{ref}]" for ref in refs)
        return f"{space}{kept}" if kept else ""

    def without_bare(self, text: str) -> str:
        """Return text without references that stand in it outside of brackets: no reader can use one."""
        return self.kinds.sub("", text) if self.kinds is not None else text


@dataclass(slots=True)
class Numbering:
    """Shows an answer while it is being written: known references as [1], [2] …, in order, and no others."""

    references: References
    waiting: str = ""
    numbers: dict[str, int] = field(default_factory=dict)

    def feed(self, text: str) -> str:
        """Return what can be shown now; a word or a bracket that is not complete waits."""
        self.waiting += text
        end = complete(self.waiting)
        ready, self.waiting = self.waiting[:end], self.waiting[end:]
        return self.numbered(ready)

    def rest(self) -> str:
        """Return what was still waiting when the text ended."""
        ready, self.waiting = self.waiting, ""
        return self.numbered(ready)

    def numbered(self, text: str) -> str:
        checked = self.references.check(text)
        for ref in checked.cited:
            self.numbers.setdefault(ref, len(self.numbers) + 1)
        shown = checked.text
        for ref in checked.cited:
            shown = shown.replace(f"[{ref}]", f"[{self.numbers[ref]}]")
        return shown


def complete(text: str) -> int:
    """Return how much of a text that goes on is sure to keep its meaning: up to the space before its last word."""
    masked = BRACKETS.sub(solid, text)
    opened = max(masked.rfind("["), masked.rfind("【"))
    if opened >= 0 and "\n" not in masked[opened:] and len(masked) - opened < LONGEST_BRACKET:
        masked = masked[:opened]
    last_word = re.split(r"\s", masked)[-1]
    if len(last_word) > LONGEST_WORD:
        return len(masked)
    return len(masked[: len(masked) - len(last_word)].rstrip())


def solid(bracket: re.Match[str]) -> str:
    """Return as many signs without a space in them: a closed bracket is a word."""
    whole = bracket[0]
    inner = whole.lstrip(" \t")
    return whole[: len(whole) - len(inner)] + "x" * len(inner)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer as a page shows it: text, or with `number` the citation of `ref`."""

    text: str
    ref: str = ""
    number: int = 0


def parts(answer: str, cited: Iterable[str]) -> list[Part]:
    """Return an answer's text and its citations, numbered in the order in which they stand."""
    refs = list(cited)
    if not refs:
        return [Part(answer)] if answer else []
    numbers: dict[str, int] = {}
    pieces = re.split(rf"\[({'|'.join(re.escape(ref) for ref in refs)})\]", answer)
    found = []
    for place, piece in enumerate(pieces):
        if place % 2:
            found.append(Part(piece, piece, numbers.setdefault(piece, len(numbers) + 1)))
        elif piece:
            found.append(Part(piece))
    return found


def numbered(answer: str, cited: Iterable[str]) -> str:
    """Return an answer with [1], [2] … in place of its references."""
    return "".join(f"[{part.number}]" if part.ref else part.text for part in parts(answer, cited))


def without(answer: str) -> str:
    """Return an answer, or the beginning of one, without its references."""
    return re.sub(rf"[ \t]*\[(?:{REFERENCE.pattern})?(?:\]|$)", "", answer, flags=re.IGNORECASE)
