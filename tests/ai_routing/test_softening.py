"""A gentler wording to offer after a content filter: by table, word by word, and never where no wording helps."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing.prompts import softening
from ai_routing.prompts.softening import Softened, soften

ALL = ("sexual", "violence")
PAIRS = [
    (language, category, before, after)
    for language in ("en", "fr")
    for category in ALL
    for befores, afters in softening.words()[language][category]
    for before, after in zip(befores.split("|"), afters.split("|"), strict=True)
]
WORDS = sorted(
    {word for _, _, before, after in PAIRS for word in (before, after)} | {"my", "a", "sur", "la", "tonight"}
)
BRIEFS = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=12).map(" ".join)
CATEGORIES = st.lists(st.sampled_from(["sexual", "violence", "hate", "self_harm", "jailbreak", ""]), max_size=3)


@pytest.mark.parametrize(
    ("language", "category", "brief", "softened"),
    [
        ("en", "sexual", "New nudes tonight!", "New private photos tonight!"),
        (
            "en",
            "sexual",
            "Naked in the kitchen, a sex tape follows.",
            "Barely dressed in the kitchen, a private video follows.",
        ),
        ("en", "sexual", "Watch me masturbate", "Watch me take my time"),
        ("en", "violence", "A killer look, photo shoot at dawn", "A striking look, photo session at dawn"),
        ("en", "violence", "I killed it with two guns", "I nailed it with two props"),
        ("fr", "sexual", "Toute nue ce soir, sextape demain.", "À peine vêtue ce soir, vidéo privée demain."),
        ("fr", "sexual", "Je me masturbe, puis l’orgasme", "Je prends mon temps, puis le frisson"),
        ("fr", "sexual", "J'écarte les jambes et ma chatte", "J'en montre un peu plus et mon intimité"),
        ("fr", "violence", "Ça me tue, du sang et des couteaux", "Ça me bouleverse, du rouge et des gadgets"),
        ("fr", "violence", "Elle fut tuée au pistolet", "Elle fut vaincue au gadget"),
        ("fr", "sexual", "Une fessee et des videos pornos", "Une taquinerie et des vidéos pour adultes"),
    ],
)
def test_an_explicit_word_becomes_a_suggestive_one(language: str, category: str, brief: str, softened: str) -> None:
    assert soften(brief, language=language, categories=[category]).text == softened


def test_each_change_is_told_once_as_it_was_and_as_it_is() -> None:
    brief = "Naked photos.  Naked, and naked again;\tsex  tape\u00a0— 5 €"

    assert soften(brief, language="en", categories=["sexual"]) == Softened(
        "Barely dressed photos.  Barely dressed, and barely dressed again;\tprivate video\u00a0— 5 €",
        (("Naked", "Barely dressed"), ("naked", "barely dressed"), ("sex  tape", "private video")),
    )


def test_accents_count_where_they_tell_words_apart_and_nowhere_else() -> None:
    for brief in ("Elle est tuée", unicodedata.normalize("NFD", "Elle est tuée"), "ELLE est TUÉE"):
        assert soften(brief, language="fr", categories=["violence"]).text[9:].casefold() == "vaincue"
    assert soften("Ça tue", language="fr", categories=["violence"]).text == "Ça bouleverse"
    assert soften("penis", language="fr", categories=["sexual"]).text == "désir"


@pytest.mark.parametrize(
    "brief", ["Essex and Sussex", "peacock blue", "classic assets", "un numéro", "sexagénaire", "skillet"]
)
def test_a_part_of_a_longer_word_is_left_alone(brief: str) -> None:
    for language in ("en", "fr"):
        assert soften(brief, language=language, categories=ALL) == Softened(brief, ())


@pytest.mark.parametrize(
    "categories", [["hate"], ["self_harm"], ["sexual", "hate"], ["violence", "self_harm"], ["jailbreak"]]
)
def test_where_no_wording_helps_nothing_is_offered(categories: list[str]) -> None:
    brief = "Naked, with a gun"

    assert soften(brief, language="en", categories=categories) == Softened(brief, ())


@pytest.mark.parametrize(
    "brief",
    [
        "naked teen",
        "A nude schoolgirl",
        "she is 17 years old and naked",
        "a 16yo, nude",
        "sixteen years old, nude",
        "Barely legal and naked",
        "my stepdaughter naked",
        "une lycéenne toute nue",
        "UNE LYCEENNE TOUTE NUE",
        "nue, elle a 15 ans",
        "mineure et nue",
        "nue, quinze ans",
        "raped and naked",
        "naked without consent",
        "violée et nue",
        unicodedata.normalize("NFD", "lycéenne nue"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_what_may_concern_a_minor_or_happens_without_consent_is_never_reworded(language: str, brief: str) -> None:
    for categories in ([], ["sexual"], ["sexual", "violence"]):
        assert soften(brief, language=language, categories=categories) == Softened(brief, ())


@pytest.mark.parametrize(
    "brief", ["she is 27 years old and naked", "naked at 45", "I am 18 and naked", "117 years old, naked"]
)
def test_an_adult_age_is_no_reason_to_offer_nothing(brief: str) -> None:
    assert soften(brief, language="en", categories=["sexual"]).changes == (("naked", "barely dressed"),)


def test_a_filter_that_names_no_category_means_all_tables() -> None:
    assert soften("naked with a gun", language="en", categories=[]).text == "barely dressed with a prop"


def test_only_the_tables_of_the_named_categories_are_used() -> None:
    assert soften("naked with a gun", language="en", categories=["violence"]).text == "naked with a prop"


def test_other_languages_have_the_english_table() -> None:
    assert soften("naked in Berlin", language="de", categories=["sexual"]).text == "barely dressed in Berlin"


def test_every_form_has_its_counterpart_and_stands_once() -> None:
    for language in ("en", "fr"):
        forms = [
            softening.composed(form)
            for category in ALL
            for befores, afters in softening.words()[language][category]
            for form in befores.split("|")
            if len(befores.split("|")) == len(afters.split("|"))
        ]
        assert len(forms) == len(set(forms)) == sum(pair[0] == language for pair in PAIRS)


@pytest.mark.parametrize(("language", "category", "before", "after"), PAIRS)
def test_each_form_is_changed_as_the_table_says_and_its_counterpart_not_at_all(
    language: str, category: str, before: str, after: str
) -> None:
    assert soften(before, language=language, categories=[category]) == Softened(after, ((before, after),))
    assert soften(after, language=language, categories=ALL) == Softened(after, ())


@settings(max_examples=500, deadline=None)
@given(brief=BRIEFS, language=st.sampled_from(["en", "fr", "de", ""]), categories=CATEGORIES)
def test_a_softened_text_is_not_softened_again(brief: str, language: str, categories: list[str]) -> None:
    softened = soften(brief, language=language, categories=categories)

    assert soften(softened.text, language=language, categories=categories) == Softened(softened.text, ())
    assert bool(softened.changes) == (softened.text != brief)


@settings(max_examples=300, deadline=None)
@given(brief=st.text(max_size=200), language=st.text(max_size=3), categories=st.lists(st.text(max_size=8), max_size=3))
def test_any_text_can_be_asked_about(brief: str, language: str, categories: list[str]) -> None:
    assert isinstance(soften(brief, language=language, categories=categories), Softened)


@settings(max_examples=200, deadline=None)
@given(
    around=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["L", "N", "M", "P"]), max_size=8),
        min_size=2,
        max_size=2,
    )
)
def test_what_stands_around_a_word_stays_to_the_byte(around: list[str]) -> None:
    before, after = around
    softened = soften(f"{before} naked {after}", language="en", categories=["sexual"])

    assert softened.text == f"{before} barely dressed {after}"


def test_no_replacement_is_about_a_minor() -> None:
    assert not [after for _, _, _, after in PAIRS if softening.is_beyond_words(after)]
    assert not re.search(softening.AGE, " ".join(after for _, _, _, after in PAIRS))
