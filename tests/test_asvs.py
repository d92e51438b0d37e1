"""docs/asvs.md has a row for every requirement of levels 1 and 2, and what it says holds them is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "asvs.md"
ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$", re.MULTILINE)

# ASVS 5.0.0: for each section, the levels of its requirements in order; a dot is one of level 3.
SECTIONS: Final = {
    "1.1": "22",
    "1.2": "111112222",
    "1.3": "11222222222",
    "1.4": "222",
    "1.5": "12",
    "2.1": "122",
    "2.2": "112",
    "2.3": "1222",
    "2.4": "2",
    "3.2": "11",
    "3.3": "1222",
    "3.4": "112222",
    "3.5": "11122",
    "3.7": "22",
    "4.1": "122",
    "4.2": "2",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112",
    "5.3": "11",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "1122",
    "6.4": "1122",
    "6.5": "22222",
    "6.6": "222",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "22",
    "7.6": "22",
    "8.1": "12",
    "8.2": "112",
    "8.3": "1",
    "8.4": "2",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "22",
    "10.3": "2222",
    "10.4": "11111222222",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "22",
    "11.2": "222",
    "11.3": "112",
    "11.4": "1222",
    "11.5": "2",
    "11.6": "2",
    "12.1": "122",
    "12.2": "11",
    "12.3": "2222",
    "13.1": "2",
    "13.2": "22222",
    "13.3": "22",
    "13.4": "12222",
    "14.1": "22",
    "14.2": "1222",
    "14.3": "122",
    "15.1": "122",
    "15.2": "122",
    "15.3": "1222222",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "222",
    "17.1": "2",
    "17.2": "2222",
    "17.3": "22",
}


class Row(NamedTuple):
    """A requirement, and where we stand."""

    number: str
    level: str
    status: str
    words: str
    held_by: list[str]


def rows() -> list[Row]:
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [
        Row(number, level, status, words, re.findall(r"`([^`]+)`", held))
        for number, level, status, words, held in found
    ]


ROWS: Final = rows()


@cache
def names_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_every_requirement_of_both_levels_has_its_row() -> None:
    expected = [
        (f"{section}.{number}", level)
        for section, levels in SECTIONS.items()
        for number, level in enumerate(levels, start=1)
        if level != "."
    ]

    assert len(expected) == 253
    assert [(row.number, row.level) for row in ROWS] == expected


def test_the_figures_are_those_of_the_rows() -> None:
    counted = Counter(row.status for row in ROWS)
    told = dict(re.findall(r"^\| (met|n/a|open) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert {status: int(number) for status, number in told.items()} == counted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_what_a_row_says_can_be_looked_at(row: Row) -> None:
    assert row.status in {"met", "n/a", "open"}
    assert len(row.words.strip()) >= 5, "it says why"
    assert row.held_by or row.status != "met", "nothing holds it"
    for place in row.held_by:
        path, _, test = place.partition("::")
        assert (ROOT / path).is_file(), place
        assert not test or test in names_in(ROOT / path), place
        assert not test or test.startswith("test_"), place
        assert bool(test) is path.startswith("tests/"), f"{place}: name the test"
