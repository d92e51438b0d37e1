"""Put untrusted text between marks that it can neither close nor open, however it spells them."""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

BRIEF: Final = "brief"
MATERIAL: Final = "material"
STEP: Final = "step"
VOICE: Final = "voice"

OPENING: Final = "<＜﹤‹〈〈⟨❬❮❰⦑⧼˂ᐸ⋖≺≮⟪《⪡⫷"
CLOSING: Final = ">＞﹥›〉〉⟩❭❯❱⦒⧽˃ᐳ⋗≻≯⟫》⪢⫸"
FRENCH_QUOTES: Final = "«»"

LOOK_ALIKES: Final = str.maketrans(
    "аαᴀɑвьβʙƀɓсϲᴄеєεᴇҽ℮ғƒϝꜰіιıɩɪӏʟɫмᴍпɴոоοօᴏσрρᴘгʀᴦѕꜱтτᴛѵνᴠ∕⁄╱⧸",
    "aaaabbbbbbccceeeeeeffffiiiiilllmmnnnoooooppprrrsstttvvv////",
)
"""Letters of other alphabets, and small capitals, that a reader takes for those of the marks."""

LETTER_BLOCKS: Final = (0x1F150, 0x1F170, 0x1F1E6)
"""Where white-on-black and flag letters begin: A to Z in order, which no normalisation makes letters of."""

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)

SPELLINGS: Final = {"a": "[a4@]", "e": "[e3]", "i": "[i1l!|]", "l": "[l1i|]", "o": "[o0]", "s": "[s5$]", "t": "[t7+]"}


def spelled(word: str) -> str:
    """Return a pattern of a word, with gaps between its letters and signs in their place."""
    return r"[\s._*-]*".join(SPELLINGS.get(letter, letter) for letter in word)


FENCE: Final = re.compile(
    r"<[\s/\\|!]*(?:(?:end|fin)[\s_-]*(?:of|du|de|the|la)?[\s_-]*)?"
    rf"(?:{'|'.join(spelled(mark) for mark in (BRIEF, MATERIAL, STEP, VOICE))})(?![a-z0-9])"
    # What servers of open models read as the end of a message, wherever it stands.
    r"|<\s*\|(?!\s)[^<>|(]{1,40}\||<\s*/?\s*sys\s*>|<\s*/?\s*(?:start|end)_of_turn",
    re.IGNORECASE,
)
"""What a reader, human or model, might take for one of our marks, or for the end of a message."""

FRENCH_FENCE: Final = re.compile(FENCE.pattern.replace("<", "<\\s*/", 1), re.IGNORECASE)
"""Between « and » a word is usually a quotation; with a slash before it, it is none."""

CANDIDATE: Final = re.compile(f"[{OPENING}«&%\\\\]")
ESCAPE: Final = re.compile(
    r"&(?:amp;|#0*38;|#x0*26;)*(?:#0*(?P<decimal>[0-9]{1,7});?|#x0*(?P<hex>[0-9a-f]{1,6});?|(?P<name>[a-z]{2,24});?)"
    r"|%(?:25)*(?P<percent>[0-9a-f]{2})"
    r"|\\{1,4}(?:u(?P<unicode>[0-9a-f]{4})|u\{0*(?P<braced>[0-9a-f]{1,6})\}|x(?P<byte>[0-9a-f]{2}))",
    re.IGNORECASE,
)
INSTRUCTION: Final = re.compile(r"\[(\s*/?\s*INST\s*)\]")
FLAG_OR_TAGS: Final = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0000-\U000e007f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
"""Characters that nobody sees and a model reads; in three flags they have a use."""

HOPELESS: Final = re.compile(r"<[\s/\\!]*[^\s/\\!|bmsvef5$<]")
"""The beginning of no mark, so that ordinary text costs no look ahead."""

LOOK_AHEAD: Final = 80
"""Visible characters after an opening sign within which a mark must show."""


def between(mark: str, text: str, *, ref: str = "") -> str:
    """Return untrusted text between the marks of its kind. `ref` is what an answer cites it by."""
    named = f' ref="{reference(ref)}"' if ref else ""
    return f"<{mark}{named}>\n{fenced(text)}\n</{mark}>"


def reference(ref: str) -> str:
    """Return a reference that is one word and cannot end the mark it stands in."""
    return re.sub(r"[^A-Za-z0-9_.:/#-]+", "-", ref)[:80]


def one_line(text: str) -> str:
    """Return untrusted text that cannot begin a line of its own."""
    return " ".join(fenced(text).split())


def fenced(text: str) -> str:
    """Return untrusted text that cannot close, or open, the fence it is put between.

    Only what looks like a mark is changed, its brackets into round ones; what nobody can see is taken out. Text that
    no encoding takes, a lone surrogate, becomes "?". Never raises.
    """
    text = INSTRUCTION.sub(r"(\1)", FLAG_OR_TAGS.sub(r"\1", text.encode("utf-8", "replace").decode("utf-8")))
    pieces: list[str] = []
    done = 0
    for candidate in CANDIDATE.finditer(text):
        if candidate.start() < done:
            continue
        span = mark_at(text, candidate.start())
        if span is None:
            continue
        opened, closing = span
        pieces += [text[done : candidate.start()], "("]
        done = opened
        if closing is not None:
            pieces += [text[done : closing[0]], ")"]
            done = closing[1]
    return "".join([*pieces, text[done:]]) if pieces else text


def mark_at(text: str, start: int) -> tuple[int, tuple[int, int] | None] | None:
    """Return where the opening sign at `start` ends, and the span of its closing sign; None when it opens no mark."""
    units = characters(text, start)
    _, opened, sign = next(units)
    if sign not in OPENING and sign != "«":
        return None
    seen = "<"
    closing = None
    for begin, end, character in units:
        if character in CLOSING or character == "»":
            closing = (begin, end)
            seen += ">"
            break
        if character in OPENING:
            break
        seen += plain(character)
        if len(seen) > LOOK_AHEAD or (len(seen) < 8 and HOPELESS.match(seen)):
            break
    pattern = FRENCH_FENCE if sign == "«" else FENCE
    return (opened, closing) if pattern.match(seen) else None


def characters(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Yield the characters from `start` on as a reader of HTML, URLs or JSON takes them, each with its span."""
    position = start
    while position < len(text):
        character, end = text[position], position + 1
        if character in "&%\\" and (escape := ESCAPE.match(text, position)):
            character, end = named(escape) if escape["name"] else numbered(escape)
        yield position, end, character
        position = end


def named(escape: re.Match[str]) -> tuple[str, int]:
    """Return the character that a named entity stands for, and its end; as HTML has it, some need no semicolon."""
    name = escape["name"]
    if character := html.entities.html5.get(f"{name};"):
        return character[0], escape.end()
    for length in range(len(name), 1, -1):
        if character := html.entities.html5.get(name[:length]):
            return character[0], escape.start("name") + length
    return "&", escape.start() + 1


def numbered(escape: re.Match[str]) -> tuple[str, int]:
    """Return the character that a number stands for, and its end; the sign itself when there is no such character."""
    number = int(escape["decimal"]) if escape["decimal"] else int(escape[escape.lastgroup or ""], 16)
    if number < 0x110000 and not 0xD800 <= number < 0xE000:
        return chr(number), escape.end()
    return escape[0][0], escape.start() + 1


def plain(character: str) -> str:
    """Return the plain letters that a reader sees in a character; nothing for one that is not seen."""
    if character.isspace() or character == "\u2800":
        return " "
    if character.isascii():
        return character.lower() if character.isprintable() else ""
    if INVISIBLE.match(character):
        return ""
    for block in LETTER_BLOCKS:
        if block <= ord(character) < block + 26:
            return chr(ord("a") + ord(character) - block)
    letters = unicodedata.normalize("NFKD", character.casefold())
    # Accents, controls and format characters: what is put on, between or around letters without being one.
    seen = "".join(letter for letter in letters if unicodedata.category(letter) not in {"Mn", "Me", "Cf", "Cc"})
    return seen.casefold().translate(LOOK_ALIKES)
