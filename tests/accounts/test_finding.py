from __future__ import annotations

import pytest

from accounts import finding
from accounts.finding import Found
from accounts.models import User

RAIN = Found("Rain", "/app/posts/1", "notebook-text")


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "SOURCES", {})
    finding.register("posts", "Posts", lambda user, words, most: [RAIN] * most if "ra" in words else [])
    finding.register("media", "Media", lambda user, words, most: [])


def test_sources_are_asked_in_their_order_and_empty_ones_left_out() -> None:
    assert finding.find(User(), " rain ") == [("Posts", [RAIN] * finding.MOST_OF_EACH)]


@pytest.mark.parametrize("words", ["", " ", "r"])
def test_a_single_letter_asks_nobody(words: str) -> None:
    assert finding.find(User(), words) == []
