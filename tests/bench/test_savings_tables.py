"""docs/savings.md tells what the committed run measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import savings_tables, trace

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "savings.md"


@pytest.fixture(scope="module")
def figures():
    return savings_tables.read()


def test_every_table_stands_in_the_document(figures):
    text = DOCUMENT.read_text(encoding="utf-8")
    for table in savings_tables.tables(figures, trace.read()):
        assert "\n".join(table) in text, f"not in docs/savings.md:\n{table[0]}"


def test_the_run_was_of_the_whole_trace(figures):
    requests = len(trace.read().requests)
    assert {each["requests"] for each in figures.values()} == {requests}


def test_the_words_about_the_money_are_the_figures(figures):
    text = DOCUMENT.read_text(encoding="utf-8")
    newest = figures["B"]
    dear = newest["models"][f"{newest['premium']} call"]["cost_usd"] / newest["cost_usd"]["usual"]
    told = (
        dear,
        newest["premium_share"] + newest["escalated_share"],
        newest["sensitivity"]["premium"]["0"],
        newest["exact_share"] + newest["semantic_share"],
    )
    section = text.partition("## Why it is not 98 %")[2].partition("## How it is measured")[0]
    for share in told:
        assert savings_tables.percent(share) in section, share


def test_98_percent_is_not_claimed_where_it_was_not_measured(figures):
    assert all(each["saving"]["always"] < 0.98 for each in figures.values()), "then the document must say so"
