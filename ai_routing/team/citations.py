"""Hold answers to the rows they were given: a reference that was not given is taken out, never followed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

REFERENCE: Final = re.compile(r"[ \t]*\[?\b((?:post|plan|kpi|draft|team):[A-Za-z0-9_.:/#-]*[A-Za-z0-9])\]?")
MOST: Final = 6


def checked(answer: Any, given: Collection[str], *, claims: bool) -> Any:
    """Return an answer whose `sources` are all among those given, and whose texts hold no references.

    A reference in a text counts as a source of the record it stands in. With `claims`, an entry of a list that has
    sources to name and is left with none is marked as "unsourced".
    """
    if isinstance(answer, list):
        return [checked(entry, given, claims=claims) for entry in answer]
    if not isinstance(answer, dict):
        return without_references(answer) if isinstance(answer, str) else answer
    kept = {name: checked(value, given, claims=claims) for name, value in answer.items() if name != "sources"}
    if "sources" in answer:
        told = [named(source) for source in answer["sources"]]
        in_texts = [ref for value in answer.values() if isinstance(value, str) for ref in REFERENCE.findall(value)]
        kept["sources"] = [ref for ref in dict.fromkeys([*told, *in_texts]) if ref in given][:MOST]
        if claims and not kept["sources"]:
            kept["unsourced"] = True
    return kept


def named(source: str) -> str:
    """Return a source as a bare reference, however it was put into brackets."""
    found = REFERENCE.search(source)
    return found[1] if found else source


def without_references(text: str) -> str:
    return REFERENCE.sub("", text).strip()


def of(answer: Any) -> list[str]:
    """Return every source that an answer names, once each, in order."""
    if isinstance(answer, list):
        found = [ref for entry in answer for ref in of(entry)]
    elif isinstance(answer, dict):
        inner = [ref for value in answer.values() for ref in of(value)] if answer else []
        found = [*(answer.get("sources") or []), *inner]
    else:
        found = []
    return list(dict.fromkeys(found))
