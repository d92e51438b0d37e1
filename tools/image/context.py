"""Which files of the checkout a builder gets: what .dockerignore leaves, by the rules of Docker's own documentation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path


def files(checkout: Path) -> list[Path]:
    """Return the paths below the checkout that `COPY . ./` copies, in order."""
    rules = list(_rules((checkout / ".dockerignore").read_text()))
    found = []
    for folder, folders, names in os.walk(checkout):
        # Nothing below these is ever wanted, and .venv alone has 50,000 files.
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = (Path(folder) / name).relative_to(checkout)
            if not is_ignored(path, rules):
                found.append(path)
    return sorted(found)


def is_ignored(path: Path, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    """Say whether the last rule that fits the path, or a folder above it, leaves it out."""
    names = [str(path), *map(str, path.parents)]
    ignored = False
    for leaves_out, pattern in rules:
        if any(pattern.fullmatch(name) for name in names):
            ignored = leaves_out
    return ignored


def _rules(text: str) -> Iterator[tuple[bool, re.Pattern[str]]]:
    for line in text.splitlines():
        rule = line.strip()
        if rule and not rule.startswith("#"):
            yield not rule.startswith("!"), _pattern(rule.removeprefix("!").strip("/"))


def _pattern(rule: str) -> re.Pattern[str]:
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(pieces.get(piece) or re.escape(piece) for piece in re.split(r"(\*\*/|\*\*|\*|\?)", rule)))
