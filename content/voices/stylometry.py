"""What texts show of how somebody writes, by counting alone: instant, and the same each time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai_routing.draft_checks import language as languages
from ai_routing.draft_checks import words as wording
from content.models import SentenceLength

SHORT: Final = 9
LONG: Final = 17
"""Words of the middle sentence: up to the first a writer is brief, from the second on they are not."""

SPREAD: Final = 12
"""Words between a short and a long sentence (quartiles) from which on both are at home."""

MOST_PHRASES: Final = 6
PHRASE_WORDS: Final = range(2, 6)
OFTEN: Final = 0.5
"""The share of texts from which on something is a habit."""

SENTENCE: Final = re.compile(r"[^.!?…\n]+(?:[.!?…]+|\n|$)")
EMOJI: Final = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
    "(?:\u200d[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?)*)"
)
HASHTAG: Final = re.compile(r"#\w+")
TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W_]+)*")
CAPITALS: Final = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{3,}\b")
TU: Final = re.compile(r"(?<!\w)(?:(?:tu|toi|ton|tes|te)(?!\w)|t['’](?=\w))", re.IGNORECASE)
VOUS: Final = re.compile(r"(?<!\w)(?:vous|votre|vos)(?!\w)", re.IGNORECASE)
YOU: Final = re.compile(r"(?<!\w)(?:you|your|yours|u|ur)(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """How the texts are written. Rates are per text unless they say otherwise; `address` is tu, vous, you or empty."""

    language: str
    texts: int
    words: int
    sentences: int
    words_in_sentence: float
    sentence_length: str
    emoji: float
    favourite_emoji: tuple[str, ...]
    hashtags: float
    favourite_hashtags: tuple[str, ...]
    exclamations: float
    questions: float
    ellipses: float
    capitals: float
    address: str
    phrases: tuple[str, ...]
    openings: tuple[str, ...]


def read(texts: Sequence[str], *, language: str) -> Profile:
    """Return the profile of some texts; `language` holds where their own words do not tell another one."""
    lengths = [count for text in texts for count in sentence_lengths(text)]
    many = max(1, len(texts))
    emoji = Counter(one for text in texts for one in EMOJI.findall(text))
    hashtags = Counter(tag.lower() for text in texts for tag in HASHTAG.findall(text))
    found = language_of(texts, language)
    return Profile(
        language=found,
        texts=len(texts),
        words=sum(lengths),
        sentences=len(lengths),
        words_in_sentence=float(median(lengths)) if lengths else 0.0,
        sentence_length=sentence_length(lengths),
        emoji=emoji.total() / many,
        favourite_emoji=most_common(emoji, 4),
        hashtags=hashtags.total() / many,
        favourite_hashtags=most_common(hashtags, 5, least=2),
        exclamations=sum(text.count("!") for text in texts) / many,
        questions=sum(text.count("?") for text in texts) / many,
        ellipses=sum(text.count("…") + text.count("...") for text in texts) / many,
        capitals=sum(len(CAPITALS.findall(HASHTAG.sub("", text))) for text in texts) / many,
        address=address(texts, found),
        phrases=phrases(texts),
        openings=openings(texts),
    )


def sentence_lengths(text: str) -> list[int]:
    """Return the words of each sentence; a hashtag or an emoji is none."""
    plain = HASHTAG.sub("", text)
    counts = [len(TOKEN.findall(sentence)) for sentence in SENTENCE.findall(plain)]
    return [count for count in counts if count]


def sentence_length(lengths: Sequence[int]) -> str:
    if not lengths:
        return SentenceLength.MIXED
    ordered = sorted(lengths)
    quarter = len(ordered) // 4
    if ordered[-1 - quarter] - ordered[quarter] >= SPREAD:
        return SentenceLength.MIXED
    middle = median(ordered)
    if middle <= SHORT:
        return SentenceLength.SHORT
    return SentenceLength.LONG if middle >= LONG else SentenceLength.MIXED


def language_of(texts: Iterable[str], fallback: str) -> str:
    """Return the language whose small words the texts use most, `fallback` where none is plainly ahead."""
    said = Counter(word for text in texts for word in wording.words(text))
    scores = {
        code: sum(count for word, count in said.items() if word in small)
        for code, small in languages.small_words().items()
    }
    (best, most), (_code, next_most) = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    return best if most > 1.2 * next_most else fallback


def address(texts: Iterable[str], language: str) -> str:
    """Return how readers are spoken to."""
    whole = "\n".join(texts)
    if language == "fr":
        tu, vous = len(TU.findall(whole)), len(VOUS.findall(whole))
        return "" if tu == vous else ("tu" if tu > vous else "vous")
    return "you" if language == "en" and YOU.search(whole) else ""


def most_common(counted: Counter[str], most: int, *, least: int = 1) -> tuple[str, ...]:
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(name for name, times in ranked[:most] if times >= least)


def phrases(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the phrases that come back in another text, the longest and most frequent first, as they are written."""
    within: dict[str, set[int]] = {}
    written: dict[str, str] = {}
    for index, text in enumerate(texts):
        for sentence in SENTENCE.findall(HASHTAG.sub(" ", text)):
            for phrase in runs(TOKEN.findall(sentence)):
                key = wording.folded(phrase)
                within.setdefault(key, set()).add(index)
                written.setdefault(key, phrase)
    back = {key: len(found) for key, found in within.items() if len(found) > 1}
    ranked = sorted(back, key=lambda key: (-back[key] * (key.count(" ") + 1), key))
    kept: list[str] = []
    for key in ranked:
        # Part of a phrase that is told already says nothing more.
        if not any(f" {key} " in f" {other} " or f" {other} " in f" {key} " for other in kept):
            kept.append(key)
    return tuple(written[key] for key in kept[:MOST_PHRASES])


def runs(tokens: Sequence[str]) -> Iterable[str]:
    """Yield the runs of words that say something: they neither begin nor end in "of the", and hold a word of substance."""
    for size in PHRASE_WORDS:
        for start in range(len(tokens) - size + 1):
            run = tokens[start : start + size]
            if sum(len(token) > 2 and not is_small(token) for token in run) and not is_small(run[-1]):
                yield " ".join(run)


def is_small(token: str) -> bool:
    word = token.lower().replace("’", "'")
    return any(word in small for small in languages.small_words().values())


def openings(texts: Sequence[str]) -> tuple[str, ...]:
    """Return how several of the texts begin: their first words."""
    counted: Counter[str] = Counter()
    written: dict[str, str] = {}
    for text in texts:
        if first := TOKEN.findall(text.strip().splitlines()[0])[:2] if text.strip() else []:
            key = wording.folded(" ".join(first))
            counted[key] += 1
            written.setdefault(key, " ".join(first))
    return tuple(written[key] for key in most_common(counted, 3, least=2))


def told(profile: Profile) -> str:
    """Return the habits as sentences in the language of the texts, French or else English."""
    with translation.override("fr" if profile.language == "fr" else "en"):
        return " ".join(habits(profile))


def habits(profile: Profile) -> list[str]:
    """Return the habits as sentences, in the language that is active."""
    found = []
    if profile.address == "tu":
        found.append(_("Says tu to the readers."))
    elif profile.address == "vous":
        found.append(_("Says vous to the readers."))
    elif profile.address == "you":
        found.append(_("Speaks to the readers directly."))
    if profile.emoji >= OFTEN:
        found.append(
            _("About %(number)s emoji in a text, most of all %(emoji)s.")
            % {"number": max(1, round(profile.emoji)), "emoji": " ".join(profile.favourite_emoji)}
        )
    else:
        found.append(_("Hardly any emoji."))
    if profile.exclamations >= 2:
        found.append(_("Many exclamation marks."))
    elif profile.exclamations < OFTEN / 2:
        found.append(_("No exclamation marks."))
    if profile.questions >= OFTEN:
        found.append(_("Often asks the readers something."))
    if profile.ellipses >= OFTEN:
        found.append(_("Likes to leave a sentence open…"))
    if profile.capitals >= OFTEN:
        found.append(_("Puts single words in CAPITALS."))
    if profile.hashtags >= OFTEN:
        number = max(1, round(profile.hashtags))
        found.append(
            ngettext("About %(number)s hashtag in a text.", "About %(number)s hashtags in a text.", number)
            % {"number": number}
        )
    else:
        found.append(_("No hashtags."))
    if profile.openings:
        found.append(_("Often begins with “%(words)s”.") % {"words": profile.openings[0]})
    return found


def split(pasted: str) -> list[str]:
    """Return the samples in one pasted text: those between lines of `---`, else, without any, between two blank lines."""
    if re.search(r"^\s*-{3,}\s*$", pasted, re.MULTILINE):
        parts = re.split(r"^\s*-{3,}\s*$", pasted, flags=re.MULTILINE)
    else:
        parts = re.split(r"\n\s*\n\s*\n", pasted)
    return [part.strip() for part in parts if part.strip()]
