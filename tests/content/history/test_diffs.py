from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from content.history import diff

WORDS = st.lists(st.sampled_from(["rain", "tonight", "at", "nine", " ", "\n", ".", "é"]), max_size=40).map("".join)


@given(WORDS, WORDS)
def test_a_diff_holds_both_texts_whole(before: str, after: str) -> None:
    found = diff(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after
    assert all(piece.text for piece in found)


def test_a_changed_word_is_one_change() -> None:
    assert [(piece.kind, piece.text) for piece in diff("Rain at nine.", "Rain at ten.")] == [
        ("same", "Rain at "),
        ("gone", "nine"),
        ("new", "ten"),
        ("same", "."),
    ]


def test_words_changed_in_a_row_are_one_change() -> None:
    assert [piece.kind for piece in diff("the cold rain falls", "a warm rain falls")] == ["gone", "new", "same"]


def test_a_very_long_text_is_compared_by_line_in_no_time() -> None:
    before = "one two three four five\n" * 2_000
    assert len(diff(before, f"{before}six\n")) == 2
