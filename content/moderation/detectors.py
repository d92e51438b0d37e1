"""What no list of words finds: numbers of cards and telephones, keys, addresses of mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

Span = tuple[int, int]

CARD: Final = re.compile(r"(?<![\d-])(?:\d[ -]?){12,18}\d(?![\d-])")
KEY: Final = re.compile(
    r"(?<!\w)(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[a-z0-9_-]{16,}|(?<!\w)hz_[a-z0-9_-]{20,}|(?<!\w)gh[pousr]_[a-z0-9]{20,}"
    r"|(?<!\w)akia[a-z0-9]{16}(?!\w)|-----begin [a-z ]*private key-----"
)
PHONE: Final = re.compile(
    r"(?<![\w+])(?:(?:\+|00)33[ .-]?[1-9](?:[ .-]?\d{2}){4}|0[1-9](?:[ .-]?\d{2}){4}"
    r"|(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}|\+\d{1,3}(?:[ .-]?\d{2,4}){3,4})(?!\w)"
)
EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{2,24})+")


def cards(text: str) -> Iterator[Span]:
    """Yield the numbers that a bank would take for a card's: their check digit is right."""
    for found in CARD.finditer(text):
        digits = [int(character) for character in found[0] if character.isdigit()]
        if digits[0] in {3, 4, 5, 6} and luhn(digits):
            yield found.span()


def luhn(digits: list[int]) -> bool:
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0 and len(set(digits)) > 1


def spans(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    return lambda text: (found.span() for found in pattern.finditer(text))


DETECTORS: Final[dict[str, Callable[[str], Iterator[Span]]]] = {
    "card": cards,
    "key": spans(KEY),
    "phone": spans(PHONE),
    "email": spans(EMAIL),
}
