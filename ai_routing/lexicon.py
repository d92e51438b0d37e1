"""The words that routing looks for, by what they are a sign of: lexicon.toml, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).with_name("lexicon.toml")
LISTS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(PATH.read_text(encoding="utf-8"))

STEM: Final = 6
"""Words are told apart by so many letters, so that "analyse", "analysis" and "analyser" are one."""


def words(section: str, name: str) -> frozenset[str]:
    """Return a list of single words."""
    return frozenset(LISTS[section][name].split())


def stems(section: str, name: str) -> frozenset[str]:
    """Return the entries of a list that are compared by their stems, pairs of words among them."""
    found = [entry for entry in entries(section, name) if not entry.startswith("!")]
    return frozenset(" ".join(word[:STEM] for word in entry.split()) for entry in found)


def whole(section: str, name: str) -> frozenset[str]:
    """Return the entries of a list that are compared whole."""
    return frozenset(entry[1:] for entry in entries(section, name) if entry.startswith("!"))


def entries(section: str, name: str) -> list[str]:
    return [entry.strip() for entry in LISTS[section][name].split(",")]
