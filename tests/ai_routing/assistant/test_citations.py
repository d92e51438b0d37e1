"""References in answers: what was given stays, what was made up goes, however a model writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_routing.assistant import citations
from ai_routing.assistant.citations import Numbering, References

A = "post:0199aaaa-0000-7000-8000-000000000001"
B = "kpi:posts_x"
REFERENCES = References.of([A, B, "account:plan"])

TEXTS = [
    (f"It rained [{A}].", f"It rained [{A}].", [A]),
    (f"It rained 【{A}】.", f"It rained [{A}].", [A]),
    (f"It rained [{A}, {B}].", f"It rained [{A}][{B}].", [A, B]),
    (f"It rained [{A} and {B}].", f"It rained [{A}][{B}].", [A, B]),
    (f'It rained [ref="{A}"].', f"It rained [{A}].", [A]),
    (f"It rained [{A.upper()}].", f"It rained [{A}].", [A]),
    (f"It rained [see {A}].", f"It rained [see][{A}].", [A]),
    ("It rained [post:12].", "It rained.", []),
    (f"It rained [{A}; post:12].", f"It rained [{A}].", [A]),
    ("It rained [fan:7][invoice:9-1].", "It rained.", []),
    ("It rained (post:12), much.", "It rained, much.", []),
    ("Your post:0199aaaa-0000-7000-8000-00000000dead did.", "Your did.", []),
    ("At [10:30] in [Lyon], [maybe], see [https://example.org/a].", None, []),
    ("[]", None, []),
    ("An open [ bracket", None, []),
    ("The post: 12 likes. Ratio 3:2.", None, []),
]


@pytest.mark.parametrize(("text", "kept", "cited"), TEXTS, ids=[text for text, *_ in TEXTS])
def test_only_what_was_given_may_be_cited(text: str, kept: str | None, cited: list[str]) -> None:
    checked = REFERENCES.check(text)

    assert (checked.text, checked.cited) == (text if kept is None else kept, cited)


def test_what_is_checked_stays_as_it_is() -> None:
    for text, *_ in TEXTS:
        once = REFERENCES.check(text)
        assert REFERENCES.check(once.text).text == once.text


def test_without_material_every_reference_goes() -> None:
    assert References.of([]).check("It rained [post:12].").text == "It rained."


@given(st.text(alphabet="[]【】()post:account:plan 12,;.\n-", max_size=80))
def test_no_text_makes_it_fail_or_keeps_a_strange_reference(text: str) -> None:
    checked = REFERENCES.check(text)

    assert set(checked.cited) <= {A, B, "account:plan"}
    assert "[post:12]" not in checked.text


@pytest.mark.parametrize(("text", "kept", "cited"), TEXTS, ids=[text for text, *_ in TEXTS])
@pytest.mark.parametrize("size", [1, 3, 7, 400])
def test_the_stream_shows_numbers_and_in_the_end_the_same_text(
    text: str, kept: str | None, cited: list[str], size: int
) -> None:
    whole = f"{text} And then {text}"
    numbering = Numbering(REFERENCES)

    shown = "".join(numbering.feed(whole[at : at + size]) for at in range(0, len(whole), size)) + numbering.rest()

    checked = REFERENCES.check(whole)
    assert shown == citations.numbered(checked.text, checked.cited)


@pytest.mark.parametrize("size", [1, 5])
def test_no_half_of_a_reference_is_ever_shown(size: int) -> None:
    numbering = Numbering(REFERENCES)
    text = f"It rained [{A}] and stopped [post:12] at noon."

    pieces = [numbering.feed(text[at : at + size]) for at in range(0, len(text), size)]

    assert not any("post" in piece for piece in pieces)
    assert "".join(pieces) == "It rained [1] and stopped at"


def test_a_long_text_without_spaces_is_not_held_back_for_ever() -> None:
    numbering = Numbering(REFERENCES)

    assert len(numbering.feed("雨" * 500)) == 500


def test_parts_are_numbered_in_the_order_of_the_text() -> None:
    found = citations.parts(f"x [{B}] y [{A}] z [{B}]", [A, B])

    assert [part.number for part in found if part.ref] == [1, 2, 1]
    assert "".join(part.text for part in found if not part.ref) == "x  y  z "


@pytest.mark.parametrize(
    "text",
    [
        "It rained [post:0199-a][kpi:x].",
        "It rained [post:0199-a].",
        "It rained.",
        "It rained. [post:01",
        "It rained. [",
    ],
)
def test_a_beginning_is_shown_without_references(text: str) -> None:
    assert citations.without(text) == "It rained."
