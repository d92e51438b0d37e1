"""The message catalogues, without GNU gettext: `extract`, `compile`, `check`.

    python tools/messages.py extract    bring the .po files in line with the sources; translations are kept
    python tools/messages.py compile    write the .mo files that Django reads
    python tools/messages.py check      exit 1 when a translation is missing, empty, fuzzy, obsolete, or has other
                                        placeholders than its message

English is the language of the sources, so only the others have a catalogue.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent
LOCALE: Final = ROOT / "huntaze" / "locale"
APPS: Final = ("huntaze", "fans", "content", "ai_routing", "billing", "analytics", "accounts")
LANGUAGES: Final = {"fr": "nplurals=2; plural=(n > 1);"}
# For each function of gettext, which of its arguments are the context, the text and the plural.
KEYWORDS: Final = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")


class Message(NamedTuple):
    """What a translation is looked up by; `plural` is empty for a message that has none."""

    context: str
    text: str
    plural: str


def in_sources() -> set[Message]:
    """Return every message of the templates and of the apps' Python modules."""
    found: set[Message] = set()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            found.update(in_template(path.read_text()))
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found.update(in_python(path.read_text()))
    return found


def in_template(source: str) -> Iterator[Message]:
    # Django rewrites a template as gettext calls between filler words; unindented, they read as Python.
    calls = "\n".join(line.strip() for line in templatize(source).splitlines())
    return in_python(calls)


def in_python(source: str) -> Iterator[Message]:
    calls = extract_python(io.BytesIO(source.encode()), dict.fromkeys(KEYWORDS), [], {})
    # babel's annotation leaves out that a call with one argument comes as that argument alone.
    for _line, function, arguments, _comments in cast(
        Iterator[tuple[int, str, str | Sequence[object] | None, Any]], calls
    ):
        given = [arguments] if isinstance(arguments, str) else arguments or []
        context, text, plural = (
            "" if place is None or place >= len(given) else given[place] for place in KEYWORDS[function]
        )
        # A variable in place of the text is nothing that a catalogue could hold.
        if isinstance(text, str) and text:
            yield Message(str(context), text, str(plural))


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> polib.POFile:
    path = catalogue(language)
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else empty(language)


def empty(language: str) -> polib.POFile:
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "Project-Id-Version": "huntaze",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    return file


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or "", entry.msgid, entry.msgid_plural)


def extract() -> int:
    """Bring each catalogue in line with the sources: sorted, without line numbers, so that a diff shows only words."""
    wanted = in_sources()
    for language in LANGUAGES:
        kept = {key(entry): entry for entry in read(language) if not entry.obsolete}
        file = empty(language)
        for message in sorted(wanted, key=lambda each: (each.text.casefold(), each)):
            file.append(kept.get(message) or new(message))
        catalogue(language).parent.mkdir(parents=True, exist_ok=True)
        file.save(str(catalogue(language)))
        missing = sum(not entry.translated() for entry in file)
        print(f"{language}: {len(file)} messages, {missing} to translate, {len(kept.keys() - wanted)} gone")
    return 0


def new(message: Message) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None)
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: "", 1: ""}
    if "%(" in message.text:
        entry.flags.append("python-format")
    return entry


def compile_all() -> int:
    for language in LANGUAGES:
        read(language).save_as_mofile(str(catalogue(language).with_suffix(".mo")))
    return 0


def check() -> int:
    """Print what is wrong with the catalogues; return 1 when anything is."""
    wrong = [line for language in LANGUAGES for line in faults(language)]
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        print("Run `python tools/messages.py extract`, then translate what is missing.", file=sys.stderr)
    return 1 if wrong else 0


def faults(language: str) -> Iterator[str]:
    wanted = in_sources()
    entries = {key(entry): entry for entry in read(language)}
    for message in sorted(wanted - entries.keys()):
        yield f"{language}: missing: {message.text!r}"
    for message, entry in entries.items():
        if entry.obsolete or message not in wanted:
            yield f"{language}: obsolete: {message.text!r}"
        elif entry.fuzzy:
            yield f"{language}: fuzzy: {message.text!r}"
        elif not entry.translated():
            yield f"{language}: empty: {message.text!r}"
        elif different := other_placeholders(entry):
            yield f"{language}: other placeholders than {message.text!r}: {different!r}"


def other_placeholders(entry: Any) -> str:
    """Return the first translation whose placeholders are not those of its message; empty when all agree.

    The singular of a plural may leave the number out: "one version".
    """
    wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
    if not entry.msgid_plural:
        return "" if set(PLACEHOLDER.findall(entry.msgstr)) == wanted else str(entry.msgstr)
    for form, text in entry.msgstr_plural.items():
        found = set(PLACEHOLDER.findall(text))
        if found - wanted or (form > 0 and wanted - found):
            return str(text)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("extract", "compile", "check"))
    return {"extract": extract, "compile": compile_all, "check": check}[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
