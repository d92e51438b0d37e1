from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.channels import Counting, counting


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("hello", 5),
        ("déjà vu’s — “quoted”", 20),
        ("こんにちは", 10),
        ("👋", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇫🇷", 2),
        ("1️⃣", 2),
        ("©", 1),
        ("https://example.org/a/very/long/address?with=a&query=string", 23),
        ("http://a.fr", 23),
        ("see example.com/photos.", 28),
        ("tonight.see you there", 21),
        ("mail me@example.com", 19),
        ("e\u0301", 1),
    ],
)
def test_x_weighs_addresses_emoji_and_wide_letters(text: str, weight: int) -> None:
    assert counting.length(text, Counting.WEIGHTED) == weight


def test_threads_counts_an_emoji_as_its_bytes_and_a_letter_as_one() -> None:
    assert counting.length("é👋", Counting.EMOJI_BYTES) == 5


def test_instagram_counts_utf16_units() -> None:
    assert counting.length("é👋", Counting.UTF16) == 3


@given(st.text(max_size=80), st.sampled_from(list(Counting)))
def test_a_text_in_lines_is_as_long_as_its_lines_and_what_lies_between_them(text: str, how: Counting) -> None:
    assert counting.length(f"{text}\n{text}", how) == 2 * counting.length(text, how) + 1


@given(st.text(alphabet=st.characters(max_codepoint=0x1100, categories=["L", "Nd"]), max_size=80))
def test_plain_letters_count_one_each_everywhere(text: str) -> None:
    normalized = unicodedata.normalize("NFC", text)
    assert {counting.length(normalized, how) for how in Counting} == {len(normalized)}


def test_hashtags_have_a_letter_and_stand_at_the_beginning_of_a_word() -> None:
    assert counting.hashtags("#one, #été #2 a#b &#39; https://x.org/#c #deux2") == ["one", "été", "deux2"]


def test_mentions_are_names_and_not_mail_addresses() -> None:
    assert counting.mentions("@lea and me@example.org, @zoe.") == ["lea", "zoe."]
