"""The rules against a set of texts in French and English: what must be blocked, warned of, and let pass."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import pytest

from content.moderation import explaining, rules

TEXTS: Final[list[dict[str, Any]]] = [
    json.loads(line) for line in (Path(__file__).parent / "texts.jsonl").read_text(encoding="utf-8").splitlines()
]


def verdict(text: dict[str, Any]) -> str:
    found = rules.find(text["text"], text["channels"])
    if any(find.severity == rules.BLOCK for find in found):
        return "block"
    return "warn" if found else "pass"


def test_the_set_holds_enough_of_each_in_both_languages() -> None:
    counted = Counter((text["expect"], text["language"]) for text in TEXTS)

    assert len(TEXTS) >= 200
    assert all(counted[expect, language] >= 15 for expect in ("block", "warn", "pass") for language in ("en", "fr"))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text["text"][:50])
def test_each_text_gets_the_verdict_it_must(text: dict[str, Any]) -> None:
    assert verdict(text) == text["expect"], rules.find(text["text"], text["channels"])


@pytest.mark.parametrize("text", [text for text in TEXTS if text["rules"]], ids=lambda text: text["text"][:50])
def test_the_rule_that_finds_it_is_the_right_one(text: dict[str, Any]) -> None:
    assert set(text["rules"]) <= {find.rule for find in rules.find(text["text"], text["channels"])}


@pytest.mark.parametrize("expect", ["block", "warn"])
def test_precision_and_recall_are_those_that_the_document_tells(expect: str) -> None:
    told = Counter((verdict(text) == expect, text["expect"] == expect) for text in TEXTS)
    precision = told[True, True] / (told[True, True] + told[True, False])
    recall = told[True, True] / (told[True, True] + told[False, True])
    document = (Path(__file__).parents[3] / "docs" / "moderation.md").read_text(encoding="utf-8")
    (row,) = [line for line in document.splitlines() if line.startswith(f"| {expect} |")]

    number = told[True, True] + told[False, True]
    assert row == f"| {expect} | {number} | {told[True, True]} | {told[True, False]} | {precision:.2f} | {recall:.2f} |"


def test_an_excerpt_is_what_was_written() -> None:
    (find,) = rules.find("Écrivez-moi : Pluie.Du.Soir@Exemple.FR !", ["x"])

    assert find == rules.Find("personal_data", rules.WARN, "Pluie.Du.Soir@Exemple.FR")


def test_letters_that_only_look_like_ours_hide_nothing() -> None:
    assert rules.find("n\u200bud\u0435s of an under\u00adage girl", ["x"])[0].rule == "minors"


def test_words_of_a_platform_are_looked_for_where_it_is_meant() -> None:
    assert rules.find("More on OnlyFans", ["instagram"])
    assert not rules.find("More on OnlyFans", ["email"])


def test_every_rule_has_words_for_creators_and_a_text_that_it_finds() -> None:
    found = {find.rule for text in TEXTS for find in rules.find(text["text"], text["channels"])}

    assert found == {rule.code for rule in rules.all()}
    assert {rule.code for rule in rules.all()} | {"never_say"} == set(explaining.EXPLANATIONS)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "💋" * 200, "a" * 20_000, "1" * 5_000, "(" * 2_000, "\x00", "teen " * 3_000]
)
def test_no_text_is_too_odd_or_too_long(text: str) -> None:
    began = perf_counter()
    rules.find(text, ["onlyfans"])
    assert perf_counter() - began < 3
