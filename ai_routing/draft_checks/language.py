"""Whether a draft is in the language that was asked for.

Two judges: the small words of each language, which cost microseconds and clear nearly every good draft; and py3langid,
which is asked only when they have doubts, because its model takes half a second and 60 MB to load. A draft is at fault
when both are against it, so that a short or mixed text stays where it is.
"""

from __future__ import annotations

import functools
import importlib
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ai_routing.draft_checks import words

LANGUAGES: Final = ("fr", "en", "de", "es", "it", "pt")
FEWEST_WORDS: Final = 7
"""Below this even py3langid mistakes names and loan words for a language."""

SMALL_WORD_SHARE: Final = 0.08
"""A text of a language has several times as many of its small words; one with fewer may be a list of names."""

SURE: Final = 0.9
OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1cff\u2e80-\ua7af\uac00-\ud7ff\uf900-\ufaff]")
"""Letters of no language that is judged here."""

LOADING: Final = threading.Lock()


@functools.cache
def small_words() -> Mapping[str, frozenset[str]]:
    path = Path(__file__).parent / "small_words.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return {language: frozenset(found[language].split()) for language in LANGUAGES}


@functools.cache
def loaded() -> Any:
    # Imported when it is needed: it brings numpy, which most processes never use.
    langid = importlib.import_module("py3langid.langid")
    everything = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    everything.set_languages(LANGUAGES)
    # The restricted one keeps the table of all languages in memory; this one does not.
    return langid.LanguageIdentifier(
        everything.nb_ptc,
        everything.nb_pc,
        everything.nb_classes,
        everything.tk_nextmove,
        everything.tk_output,
        norm_probs=True,
        tk_row=everything.tk_row,
    )


def load() -> Any:
    """Return py3langid's classifier for our languages; the first call of a process takes about half a second."""
    with LOADING:
        return loaded()


def is_wrong(text: str, asked_for: str | None) -> bool:
    """Tell whether a text is surely in another language than `asked_for`; False for a language not judged here."""
    if asked_for not in LANGUAGES:
        return False
    found = words.words(text)
    if len(found) < FEWEST_WORDS:
        return False
    letters = "".join(found)
    if len(OTHER_SCRIPT.findall(letters)) * 2 > len(letters):
        return True
    counts = {language: sum(word in small for word in found) for language, small in small_words().items()}
    most = max(counts.values())
    if counts[asked_for] == most and most >= SMALL_WORD_SHARE * len(found):
        return False
    likely, probability = load().classify(" ".join(found))
    return bool(likely != asked_for and probability >= SURE and counts[likely] > counts[asked_for])
