from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_routing.caching import evaluation, guard, lexicon, subjects
from ai_routing.caching.evaluation import Pair

GUARDED = {"number", "name", "negation", "direction"}


def numbers(text: str, language: str = "en") -> list[str]:
    return guard.fingerprint(text, language=language).numbers


@pytest.mark.parametrize(
    "pair", [pair for pair in evaluation.pairs() if pair.reason in GUARDED], ids=lambda pair: f"{pair.a} / {pair.b}"
)
def test_near_misses_are_told_apart(pair: Pair) -> None:
    assert not pair.is_let_through


def test_most_paraphrases_are_let_through() -> None:
    same = [pair for pair in evaluation.pairs() if pair.is_same]

    assert sum(pair.is_let_through for pair in same) > 0.85 * len(same)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1,200.50", "en", ["1200.5"]),
        ("1 200,50", "fr", ["1200.5"]),
        ("1\u202f200,50", "fr", ["1200.5"]),
        ("1.200,50", "de", ["1200.5"]),
        ("12,5", "en", ["12.5"]),
        ("1,200", "en", ["1200"]),
        ("1,200", "fr", ["1.2"]),
        ("1.200", "fr", ["1200"]),
        ("1,200,000", "en", ["1200000"]),
        ("10k", "en", ["10000"]),
        ("-5 %", "fr", ["-5", "%"]),
        ("$20", "en", ["20", "$"]),
        ("20 dollars", "en", ["20", "$"]),
        ("vingt pour cent", "fr", ["20", "%"]),
        ("twenty per cent", "en", ["20", "%"]),
        ("twenty-five", "en", ["25"]),
        ("two hundred and five", "en", ["205"]),
        ("one thousand two hundred", "en", ["1200"]),
        ("quatre-vingt-dix-sept", "fr", ["97"]),
        ("quatre-vingts", "fr", ["80"]),
        ("vingt et une", "fr", ["21"]),
        ("soixante et onze", "fr", ["71"]),
        ("deux cent mille", "fr", ["200000"]),
        ("two, three", "en", ["2", "3"]),
        ("six", "en", ["6"]),
        ("6 pm", "en", ["time 1080"]),
        ("18h", "fr", ["time 1080"]),
        ("18:00", "en", ["time 1080"]),
        ("12 am", "en", ["time 0"]),
        ("2026-05-03", "en", ["date 2026-5-3"]),
        ("1st", "en", ["#1"]),
        ("1er", "fr", ["#1"]),
        ("première", "fr", ["#1"]),
        ("third", "en", ["#3"]),
        ("lundi", "fr", ["monday"]),
        ("weekly", "en", ["week"]),
    ],
)
def test_numbers_are_read_alike_however_they_are_written(text: str, language: str, expected: list[str]) -> None:
    assert numbers(text, language) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Write to Alice.", ["alice"]),
        ("Alice wrote to you.", ["alice"]),
        ("what did emma say", ["emma"]),
        ("Thank @luna_star, see #gym and https://example.org/a.", ["@luna_star", "#gym", "https://example.org/a"]),
        ("Is gpt4 better?", ["gpt4"]),
        ("Ask Zoé.", ["zoe"]),
        ("HOW DO I CANCEL MY SUBSCRIPTION", []),
        ("How do I cancel?", []),
    ],
)
def test_what_may_be_a_name_is_one(text: str, names: list[str]) -> None:
    assert guard.fingerprint(text, language="en").names == names


def test_in_other_languages_every_word_counts() -> None:
    german = guard.fingerprint("Wie kündige ich mein Abo?", language="de")

    assert {"wie", "kundige", "ich", "mein", "abo"} <= set(german.names)


@pytest.mark.parametrize(
    ("text", "is_personal"),
    [
        ("How do webhooks work?", False),
        ("How do I post on Instagram?", False),
        ("How do I answer Alice?", True),
        ("How do I answer @luna_star?", True),
        ('What does "good morning" mean?', True),
        ("Where is https://example.org?", True),
    ],
)
def test_what_names_somebody_is_personal(text: str, is_personal: bool) -> None:
    assert guard.fingerprint(text, language="en").personal is is_personal


def test_the_language_of_the_answer_counts() -> None:
    assert guard.fingerprint("Idea?", language="en").digest() != guard.fingerprint("Idea?", language="fr").digest()


def test_no_word_is_both_ordinary_and_one_that_must_agree() -> None:
    # An ordinary word may differ between two questions; these may not.
    counted: list[dict[str, Any]] = [
        lexicon.DIRECTIONS,
        lexicon.NEGATIONS,
        lexicon.QUESTIONS,
        lexicon.CALENDAR,
        lexicon.ORDINALS,
        *lexicon.NUMBERS.values(),
    ]
    assert [word for table in counted for word in table if word in lexicon.ordinary()] == []


def test_each_word_has_one_meaning() -> None:
    tables = [lexicon.DIRECTIONS, lexicon.NEGATIONS, lexicon.QUESTIONS, lexicon.CALENDAR, lexicon.ORDINALS]
    seen = Counter(word for table in [*tables, subjects.SUBJECTS] for word in table)

    assert [word for word, times in seen.items() if times > 1] == []


@given(st.text(max_size=400), st.sampled_from(["en", "fr", "de", ""]))
def test_any_text_has_a_fingerprint_and_always_the_same(text: str, language: str) -> None:
    first, second = (guard.fingerprint(text, language=language).digest() for _ in range(2))

    assert first == second
    assert len(first) == 32


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(["en", "fr"]))
def test_two_numbers_never_pass_for_one(first: int, second: int, language: str) -> None:
    texts = [f"{number} posts" for number in (first, second)]
    alike = (
        guard.fingerprint(texts[0], language=language).digest()
        == guard.fingerprint(texts[1], language=language).digest()
    )

    assert alike == (first == second)
