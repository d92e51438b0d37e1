"""What counting tells of a few texts."""

from __future__ import annotations

import pytest

from content.models import SentenceLength
from content.voices import stylometry
from tests.content.voices.samples import ENGLISH, FRENCH


def test_a_short_french_voice_is_seen_with_its_habits() -> None:
    profile = stylometry.read(FRENCH, language="en")

    assert profile.language == "fr"
    assert profile.sentence_length == SentenceLength.SHORT
    assert profile.address == "tu"
    assert profile.favourite_emoji[0] == "💋"
    assert profile.emoji == pytest.approx(4 / 3)
    assert profile.favourite_hashtags == ("#coulisses",)
    assert profile.openings == ("Coucou toi",)
    assert "Petit secret" in [phrase.capitalize() for phrase in profile.phrases]


def test_long_sentences_are_seen() -> None:
    profile = stylometry.read(ENGLISH, language="en")

    assert profile.sentence_length in {SentenceLength.LONG, SentenceLength.MIXED}
    assert profile.words_in_sentence > stylometry.LONG
    assert (profile.emoji, profile.hashtags) == (0, 0)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([4, 5, 6, 7], SentenceLength.SHORT),
        ([18, 20, 22, 19], SentenceLength.LONG),
        ([3, 4, 25, 30], SentenceLength.MIXED),
        ([12, 13, 12], SentenceLength.MIXED),
        ([], SentenceLength.MIXED),
    ],
)
def test_the_length_of_sentences_has_three_names(lengths: list[int], expected: str) -> None:
    assert stylometry.sentence_length(lengths) == expected


def test_vous_is_told_from_tu() -> None:
    assert stylometry.address(["Je vous attends ce soir, votre place est là."], "fr") == "vous"
    assert stylometry.address(["Je t’attends, tu viens avec ta copine ?"], "fr") == "tu"
    assert stylometry.address(["Le temps passe."], "fr") == ""


def test_a_phrase_counts_once_it_comes_back_in_another_text() -> None:
    assert stylometry.phrases(["slow mornings, slow mornings"]) == ()
    assert stylometry.phrases(["I love slow mornings here", "Slow mornings again"]) == ("slow mornings",)


def test_words_that_say_nothing_are_no_phrase() -> None:
    assert stylometry.phrases(["it is in the", "so it is in the"]) == ()


def test_a_family_of_emoji_is_one_emoji() -> None:
    assert len(stylometry.EMOJI.findall("👩‍👩‍👧 ❤️ 🇫🇷 👍🏽")) == 4


@pytest.mark.parametrize("texts", [(), ("",), ("🔥🔥🔥",), ("#tag #tag",), ("...",)])
def test_no_text_is_too_odd(texts: tuple[str, ...]) -> None:
    profile = stylometry.read(texts, language="fr")

    assert profile.language == "fr"
    assert stylometry.told(profile)


def test_the_habits_are_told_in_the_language_of_the_texts() -> None:
    assert "Tutoie" in stylometry.told(stylometry.read(FRENCH, language="en"))
    assert "No hashtags." in stylometry.told(stylometry.read(ENGLISH, language="en"))


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("one\n---\ntwo\n\n\nstill two\n-----\nthree", ["one", "two\n\n\nstill two", "three"]),
        ("one\n\nstill one\n\n\ntwo", ["one\n\nstill one", "two"]),
        ("  only one  ", ["only one"]),
        ("\n\n---\n\n", []),
    ],
)
def test_samples_in_one_box_are_told_apart(pasted: str, expected: list[str]) -> None:
    assert stylometry.split(pasted) == expected
