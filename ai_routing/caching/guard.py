"""What must not differ between two questions that count as the same, whatever their embeddings say.

Embeddings of "raise my price to 20" and "raise my price to 200" lie closer than those of many paraphrases. So two
questions are compared only when their fingerprints are equal: numbers, names, quotations, negations, words of direction
and of comparison, and what is asked for. A word that is on no list of ordinary words counts as a name, also in lower
case: what the guard does not know cannot differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Final

from ai_routing.caching import lexicon, subjects

PARTS: Final = re.compile(
    r"""
    (?P<quote>["“«](?P<quoted>[^"”»]{1,400})["”»])
  | (?P<address>https?://\S+ | www\.\S+ | [\w.+-]+@[\w-]+\.[\w.-]+ | @[\w.]+ | \#\w+
      | \b[\w-]+\.(?:com|fr|net|org|io|co|app|tv|me|eu)\b\S*)
  | (?P<date>\b\d{4}-\d{1,2}-\d{1,2}\b | \b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b | \b\d{1,2}/\d{1,2}\b)
  | (?P<time>\b\d{1,2}\s?(?:h(?:\s?\d{2})?|:\d{2}(?:\s?[ap]\.?m\b\.?)?|[ap]\.?m\b\.?)(?!\w))
  | (?P<ordinal>\b\d+(?:st|nd|rd|th|er|ere|ère|re|e|eme|ème|nde)\b)
  | (?P<number>(?<![\w.,])[-−+]?[€$£]?\s?\d+(?:[ \u00a0\u202f]\d{3}(?!\d)|[.,'’]\d+)*(?:\s?(?:k|m|mo|go|gb|mb)\b)?)
  | (?P<code>\w*\d\w*)
  | (?P<word>[^\W\d_]+(?:[-'’][^\W\d_]+)*)
  | (?P<currency>[€$£%])
  | (?P<ending>[.!?…:;\n]+)
  | (?P<sign>[^\w\s,'’"“”«»()\[\]{}*_\-–—])
    """,
    re.VERBOSE | re.IGNORECASE,
)
ELIDED: Final = frozenset({"l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quelqu"})
CONTRACTED: Final = frozenset({"s", "m", "re", "ve", "ll", "d"})
POINT_LANGUAGES: Final = frozenset({"en"})
"""Where the point is the decimal sign; elsewhere it is the comma."""

HAVING: Final = frozenset({"a", "ai", "as", "avons", "avez", "ont", "avait", "avaient", "aurait", "avoir"})
"""Before "été", which then is no summer."""

REACH: Final = 5
"""How many words after "ne" its other half is looked for."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read: folded, as written, and whether it begins a sentence."""

    folded: str
    written: str
    begins: bool


@dataclass(slots=True)
class Fingerprint:
    """What was found, each kind in the order of the text: "from 2 to 3" is not "from 3 to 2"."""

    language: str
    numbers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    negations: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    personal: bool = False
    """Whether it holds an address, a quotation or a name that is not publicly known."""

    def digest(self) -> bytes:
        """Return 32 bytes that are equal for equal fingerprints only."""
        return sha256(json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()).digest()


def fingerprint(text: str, *, language: str) -> Fingerprint:
    """Return the fingerprint of a question. `language` is what it is answered in, and how its numbers are read.

    In a language other than English and French every word counts, so that only the same words are the same question.
    """
    found = Fingerprint(language)
    words: list[Word] = []
    begins = True
    shouted = is_shouted(text)
    for match in PARTS.finditer(text):
        kind, part = match.lastgroup, match[0]
        if match["quote"] is not None:
            kind, part = "quote", match["quoted"]
        if kind == "word":
            words += read_words(part.lower() if shouted else part, begins=begins)
        elif kind != "ending":
            note(found, words, kind or "", part)
        begins = kind == "ending"
    read(found, words)
    found.subjects = sorted(set(found.subjects))
    return found


def is_shouted(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 12 and sum(char.isupper() for char in letters) > 0.7 * len(letters)


def note(found: Fingerprint, words: list[Word], kind: str, part: str) -> None:
    """Write down what is no word. A number also stands among the words, as a mark, for what is next to it."""
    match kind:
        case "quote":
            found.quotes.append(lexicon.folded(" ".join(part.split())))
            found.personal = True
        case "address":
            found.names.append(part.casefold().rstrip(".,;:!?)"))
            found.personal = True
        case "sign":
            found.signs.append(part)
        case "code":
            found.names.append(lexicon.folded(part))
        case "currency":
            words.append(Word(part, part, begins=False))
        case _:
            reading = READERS[kind](part, found.language)
            # A number takes its place among the number words when those are read.
            words.append(Word(f"\0{reading}", part, begins=False))
            words += [Word(char, char, begins=False) for char in part if kind == "number" and char in "€$£"]


def read_date(part: str, _language: str) -> str:
    return "date " + "-".join(str(int(piece)) for piece in re.split(r"\D", part))


def read_time(part: str, _language: str) -> str:
    """Return a time of day as minutes: 6 pm, 18h and 18:00 are one."""
    hour, *minutes = (int(digits) for digits in re.findall(r"\d+", part))
    half = part.casefold().replace(".", "").replace(" ", "")
    if half.endswith("pm") and hour < 12:
        hour += 12
    elif half.endswith("am") and hour == 12:
        hour = 0
    return f"time {hour * 60 + (minutes[0] if minutes else 0)}"


def read_ordinal(part: str, _language: str) -> str:
    digits = re.match(r"\d+", part)
    return f"#{int(digits[0]) if digits else part}"


def read_number(part: str, language: str) -> str:
    """Return a number in one way of writing: 1,200.50 in English and 1 200,50 in French are one."""
    suffix = re.search(r"[a-z]+$", part, re.IGNORECASE)
    unit = suffix[0].casefold() if suffix else ""
    sign = "-" if part[0] in "-−" else ""
    digits = re.sub(r"[^\d.,]", "", part)
    decimal = "." if language in POINT_LANGUAGES else ","
    if "." in digits and "," in digits:
        decimal = max(".,", key=digits.rfind)
    elif digits.count(".") + digits.count(",") == 1:
        point = "." if "." in digits else ","
        # "12,5" is read alike everywhere; "1,200" is a thousand in English alone.
        decimal = decimal if len(digits) - digits.index(point) == 4 else point
    whole, _, rest = digits.replace("." if decimal == "," else ",", "").partition(decimal)
    amount = Decimal(f"{whole or 0}.{rest.replace(decimal, '') or 0}")
    amount *= {"k": 1_000, "m": 1_000_000}.get(unit, 1)
    return f"{sign}{plain(amount)}{unit if unit not in {'k', 'm'} else ''}"


def plain(amount: Decimal) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


READERS: Final = {"date": read_date, "time": read_time, "ordinal": read_ordinal, "number": read_number}


def read_words(part: str, *, begins: bool) -> Iterator[Word]:
    """Take a word apart at its elisions and contractions: "l'abonnement", "can't", "dois-je"."""
    folded = lexicon.folded(part)
    if folded.endswith("n't") or folded == "cannot":
        yield Word("not", part, begins)
        return
    if is_known(folded):
        yield Word(folded, part, begins)
        return
    for piece in re.split(r"[-]", part):
        head, _, tail = piece.replace("’", "'").partition("'")
        if not tail:
            yield Word(lexicon.folded(head), head, begins)
        elif lexicon.folded(head) in ELIDED:
            yield Word(lexicon.folded(head), head, begins)
            yield Word(lexicon.folded(tail), tail, begins)
        elif lexicon.folded(tail) in CONTRACTED:
            yield Word(lexicon.folded(head), head, begins)
        else:
            yield Word(lexicon.folded(piece), piece, begins)
        begins = False


def is_known(folded: str) -> bool:
    tables = (lexicon.CALENDAR, lexicon.DIRECTIONS, lexicon.NEGATIONS, lexicon.ORDINALS, subjects.SUBJECTS)
    return folded in lexicon.ordinary() or any(folded in table for table in tables)


def read(found: Fingerprint, words: list[Word]) -> None:
    """Sort the words into the kinds that must agree; ordinary ones are passed over."""
    numbers = lexicon.NUMBERS.get(found.language, {})
    at = 0
    while at < len(words):
        word = words[at]
        if word.folded.startswith("\0"):
            found.numbers.append(word.folded[1:])
        elif is_percent(words, at):
            found.numbers.append("%")
        elif word.folded in numbers:
            value, used = written_number(words[at:], numbers)
            found.numbers.append(str(value))
            at += used
            continue
        elif word.folded in lexicon.CURRENCIES:
            found.numbers.append(lexicon.CURRENCIES[word.folded])
        else:
            sort(found, words, at)
        at += 1


def is_percent(words: list[Word], at: int) -> bool:
    return at > 0 and words[at].folded == "cent" and words[at - 1].folded in {"per", "pour"}


def written_number(words: list[Word], numbers: dict[str, int]) -> tuple[int, int]:
    """Return the number that the words begin with, and how many of them it takes."""
    total = current = used = 0
    for at, word in enumerate(words):
        value = numbers.get(word.folded)
        if value is None:
            joins = word.folded in {"and", "et"} and current and following(words, at) in {*numbers, "un", "une"}
            if joins and (
                current % 100 == 0 or (word.folded == "et" and following(words, at) in {"un", "une", "onze"})
            ):
                continue
            if word.folded in {"un", "une"} and used and 20 <= current % 100 <= 80:
                current, used = current + 1, at + 1
            break
        if value >= 1_000:
            total, current = total + max(current, 1) * value, 0
        elif value == 100:
            current = max(current, 1) * 100
        elif value == 20 and current % 100 == 4:
            current += 76
        elif not used or (fits(current, value) if current else total):
            current += value
        else:
            break
        used = at + 1
    return total + current, used


def fits(current: int, value: int) -> bool:
    """Tell whether a number word continues the number so far: "twenty" + "five", "soixante" + "douze"."""
    if current % 100 == 0:
        return value < 100
    if current % 100 in {60, 80}:
        return value < 20
    return current % 10 == 0 and current % 100 >= 20 and value < 10


def following(words: list[Word], at: int) -> str:
    return words[at + 1].folded if at + 1 < len(words) else ""


def sort(found: Fingerprint, words: list[Word], at: int) -> None:
    """Put one word where it belongs, with what it is about: "without music" is not "without text"."""
    word = words[at]
    folded = word.folded
    if folded in {"ne", "n"}:
        partner = other_half(words, at)
        if partner != "elsewhere":
            found.negations.append(f"{partner} {about(words, at)}")
    elif folded in lexicon.NEGATIONS and not (
        folded == "personne" and at and words[at - 1].folded in {"une", "la", "cette"}
    ):
        found.negations.append(f"{lexicon.NEGATIONS[folded]} {about(words, at)}")
    elif (folded, following(words, at)) in lexicon.PHRASES:
        found.questions.append(lexicon.PHRASES[folded, following(words, at)])
    elif word.written.lower() == "où" or (folded == "ou" and word.begins):
        found.questions.append("where")
    elif folded in lexicon.QUESTIONS:
        found.questions.append(lexicon.QUESTIONS[folded])
    elif folded == "qui" and (word.begins or (at and words[at - 1].folded in {"a", "de", "avec", "pour", "chez"})):
        found.questions.append("who")
    elif folded in {"me", "m", "moi"}:
        neighbours = {words[at - 1].folded if at else "", following(words, at)}
        if not neighbours & lexicon.HELPING:
            found.directions.append("me")
    else:
        sort_named(found, words, at)


def sort_named(found: Fingerprint, words: list[Word], at: int) -> None:
    """Sort a word that carries a date, a direction or a name; an ordinary word is left out."""
    word = words[at]
    if (ordinal := lexicon.ORDINALS.get(word.folded)) is not None:
        found.numbers.append(ordinal.replace("_", "#"))
    elif (day := lexicon.CALENDAR.get(word.folded)) is not None:
        if word.folded == "ete" and at and words[at - 1].folded in HAVING:
            return
        found.numbers.append(day)
    elif (direction := lexicon.group(word.folded, lexicon.DIRECTIONS)) is not None:
        found.directions.append(f"{direction} {about(words, at)}")
    elif (subject := subject_of(found, words, at)) is not None:
        found.subjects.append(subject)
    elif is_name(word):
        found.names.append(word.folded)
        found.personal = found.personal or word.folded not in lexicon.PUBLIC_NAMES


def subject_of(found: Fingerprint, words: list[Word], at: int) -> str | None:
    """Return the subject that a word names. "comment" asks in French, and "passe" is one with what stands before it."""
    folded = words[at].folded
    if folded == "comment" and found.language != "fr":
        return "comment"
    if folded == "passe" and at and words[at - 1].folded == "de":
        return "sign_in"
    return subjects.SUBJECTS.get(folded)


def is_name(word: Word) -> bool:
    """Tell whether a word may be a name: written as one, or on no list."""
    capitalised = word.written[:1].isupper() and not word.begins and word.written != "I"
    known = word.folded == "qui" or word.folded in ELIDED or lexicon.is_ordinary(word.folded)
    return capitalised or not known


def other_half(words: list[Word], at: int) -> str:
    """Return what a French "ne" means by itself: nothing when its other half is a negation that is counted anyway."""
    for word in words[at + 1 : at + 1 + REACH]:
        if word.folded in {"plus", "que", "qu"}:
            return {"plus": "no longer"}.get(word.folded, "only")
        if word.folded in lexicon.NEGATED_BY:
            return "elsewhere"
    return "not"


def about(words: list[Word], at: int) -> str:
    """Return the next word that carries meaning, within reach; "" at the end."""
    for word in words[at + 1 : at + 1 + REACH]:
        if word.folded not in lexicon.SMALL and not word.folded.startswith("\0"):
            return word.folded.removesuffix("s")
    return ""
