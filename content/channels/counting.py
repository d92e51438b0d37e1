"""Count a text as a platform counts it. `js/composer-count.js` counts in the same way while the creator types."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from content.channels.specs import Counting

ADDRESS_WEIGHT: Final = 23
HEAVY: Final = 2
# twitter-text, configuration 3: code points in these ranges weigh one, all others two.
LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

# Unicode's Extended_Pictographic, which the standard library does not know by name.
PICTURE: Final = (
    "[\u203c\u2049\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2"
    "\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716"
    "\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27a1\u27b0\u27bf"
    "\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f0ff"
    "\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f1ad-\U0001f1e5\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f23c-\U0001f23f"
    "\U0001f249-\U0001f3fa\U0001f400-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f774-\U0001f77f"
    "\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f\U0001f888-\U0001f88f"
    "\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff\U0001fc00-\U0001fffd]"
)
DRESSED: Final = rf"{PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
EMOJI: Final = re.compile(
    r"[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae\u2122]\ufe0f"
    rf"|{DRESSED}(?:\u200d{DRESSED})*"
)
ADDRESS: Final = re.compile(
    r"(?<![\w@.#$/-])(?:https?://)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w@-])(?::\d{1,5})?"
    r"(?:[/?#](?:[^\s<>\"]*[^\s<>\".,;:!?)\]}'’»…])?)?",
    re.IGNORECASE,
)
# Without "https://", only what is plainly an address: "tonight.see" is two sentences.
ENDINGS: Final = (
    "com net org io co app dev fr de es it pt uk eu me tv be ch ca us info link bio page shop store xyz gg ly to"
)
KNOWN_ENDINGS: Final = frozenset(ENDINGS.split(" "))
HASHTAG: Final = re.compile(r"(?<![\w&/])[#＃](?=\w*[^\W\d_])(\w+)")
MENTION: Final = re.compile(r"(?<![\w/])@(\w[\w.]{0,29})")


def length(text: str, counting: Counting) -> int:
    """Return how long the platform says the text is."""
    match counting:
        case Counting.POINTS:
            return len(text)
        case Counting.UTF16:
            return len(text.encode("utf-16-le")) // 2
        case Counting.EMOJI_BYTES:
            return sum(len(emoji.encode()) - len(emoji) for emoji in EMOJI.findall(text)) + len(text)
        case Counting.WEIGHTED:
            return weighted(unicodedata.normalize("NFC", text))


def weighted(text: str) -> int:
    total = 0
    rest: list[str] = []
    end = 0
    for found in ADDRESS.finditer(text):
        if not is_address(found.group()):
            continue
        rest.append(text[end : found.start()])
        total += ADDRESS_WEIGHT
        end = found.end()
    rest.append(text[end:])
    for part in rest:
        total += HEAVY * len(EMOJI.findall(part))
        total += sum(1 if is_light(letter) else HEAVY for letter in EMOJI.sub("", part))
    return total


def is_address(text: str) -> bool:
    if text.lower().startswith(("http://", "https://")):
        return True
    host = re.split(r"[:/?#]", text, maxsplit=1)[0]
    return host.rpartition(".")[2].lower() in KNOWN_ENDINGS


def is_light(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in LIGHT)


def hashtags(text: str) -> list[str]:
    """Return the words behind `#`, in order, each as often as it stands there."""
    return HASHTAG.findall(text)


def mentions(text: str) -> list[str]:
    return MENTION.findall(text)
