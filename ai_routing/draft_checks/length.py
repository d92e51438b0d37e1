"""Whether a draft is as long as was asked for, and as its platform takes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ai_routing.draft_checks import words
from ai_routing.routing import OutputLength

WORD_RANGE: Final = {OutputLength.SHORT: (2, 90), OutputLength.MEDIUM: (20, 225), OutputLength.LONG: (60, 600)}
"""The prompts ask for below 60, 60 to 150 and 150 to 400 words; half as many again, or a third, is let pass: a thin
brief gives a short text, and no other model mends that."""

PLATFORM_CHARACTERS: Final = {"x": 280, "threads": 500, "tiktok": 165, "instagram": 2_200}
"""For TikTok before the hashtags: 150 in the prompts, which is taste and not the platform's own limit, and a tenth more."""

REDDIT_TITLE_CHARACTERS: Final = 300
WORDS_PER_CHARACTER: Final = 1 / 25
"""A platform's room for so many characters lowers what counts as too short, to a quarter of the words that it holds."""

URL: Final = re.compile(r"https?://\S+")
URL_ON_X: Final = "u" * 23
EMOJI: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|"
    "[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
    "(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


def on_x(text: str) -> int:
    """Return the length as X counts it: a link is 23, an emoji or an ideograph 2."""
    plain = EMOJI.sub("ee", URL.sub(URL_ON_X, unicodedata.normalize("NFC", text)))
    return sum(1 if ord(letter) < 0x1100 or 0x2000 <= ord(letter) <= 0x2037 else 2 for letter in plain)


def exceeds_platform(text: str, platform: str) -> bool:
    if platform == "x":
        return on_x(text) > PLATFORM_CHARACTERS["x"]
    if platform == "tiktok":
        text = words.TRAILING_HASHTAGS.sub("", text)
    if platform == "reddit":
        return len(text.partition("\n")[0]) > REDDIT_TITLE_CHARACTERS
    return len(text) > PLATFORM_CHARACTERS.get(platform, len(text))


def is_too_long(text: str, length: OutputLength | None, platform: str) -> bool:
    if exceeds_platform(text, platform):
        return True
    return length is not None and len(words.words(text)) > WORD_RANGE[length][1]


def is_too_short(text: str, length: OutputLength | None, platform: str) -> bool:
    """Tell whether there is too little text; without a length, whether there is none."""
    if length is None:
        return not text.strip()
    fewest = WORD_RANGE[length][0]
    if platform in PLATFORM_CHARACTERS:
        fewest = min(fewest, round(PLATFORM_CHARACTERS[platform] * WORDS_PER_CHARACTER))
    return len(words.words(text)) < fewest
