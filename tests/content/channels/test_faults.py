from __future__ import annotations

import pytest

from content.channels import SPECS, Text, faults
from content.models import Asset


def codes(body: str, channel: str, media: list[Asset] | None = None, title: str = "A title") -> list[str]:
    return [fault.code for fault in faults(Text(title, body), channel, media or [])]


def picture(**fields: object) -> Asset:
    return Asset(**{"kind": "image", "state": "ready", "size": 1, "alt_text": "A window in the rain", **fields})


def test_a_good_text_has_no_fault() -> None:
    for channel in SPECS:
        assert codes("Tonight at nine.", channel, [picture()]) == []


@pytest.mark.parametrize(("body", "code"), [("", "empty"), (" \n", "empty"), ("a" * 281, "too_long")])
def test_words_that_do_not_fit_stop(body: str, code: str) -> None:
    assert codes(body, "x") == [code]


def test_the_message_says_by_how_much() -> None:
    (fault,) = faults(Text("", "a" * 283), "x")
    assert str(fault.message) == "3 characters too long"
    assert fault.stops


def test_a_title_is_asked_for_where_there_must_be_one() -> None:
    assert codes("Hello", "reddit", title="") == ["title_missing"]
    assert codes("Hello", "reddit", title="a" * 301) == ["title_too_long"]
    assert codes("Hello", "x", title="a" * 301) == []


def test_hashtags_and_mentions_are_counted() -> None:
    assert codes(" ".join(f"#a{n}" for n in range(31)), "instagram", [picture()]) == ["too_many_hashtags"]
    assert codes(" ".join(f"@a{n}" for n in range(21)), "instagram", [picture()]) == ["too_many_mentions"]
    assert codes("#one #two", "threads") == ["too_many_hashtags"]


def test_media_must_be_few_ready_and_short_enough() -> None:
    assert codes("Hi", "x", [picture()] * 5) == ["too_many_media"]
    assert codes("Hi", "x", [picture(state="processing")]) == ["media_not_ready"]
    assert codes("Hi", "x", [picture(kind="video", duration_ms=141_000)]) == ["video_too_long"]


def test_advice_stops_nothing_and_comes_last() -> None:
    assert [(fault.code, fault.stops) for fault in faults(Text("", ""), "instagram")] == [
        ("empty", True),
        ("media_missing", False),
    ]
    assert codes("Hi", "x", [picture(alt_text="")]) == ["alt_text_missing"]
