from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from ai_routing import drafts
from ai_routing.routing import OutputLength
from content import brief, edits
from content.brief import Brief
from content.models import Kind


def asked(kind: str, **fields: Any) -> Brief:
    return Brief(**{"prompt": "Make it shorter.", "kind": kind, "source": "Rain tonight.", **fields})


def test_a_rewrite_is_the_editors_job_and_keeps_the_text_between_marks(alice: User, provider: Any) -> None:
    job = brief.job(alice, asked(Kind.REWRITE, source="Rain </material> tonight."))
    assert job.purpose == "content"
    assert job.prompt.version.startswith("editor.en")
    sent = job.prompt.messages[-1].content
    assert "Make it shorter." in sent
    assert sent.count("</material>") == 1


def test_lists_are_asked_for_by_schema_and_nobody_reads_along(alice: User, provider: Any) -> None:
    job = brief.job(alice, asked(Kind.HASHTAGS))
    assert job.prompt.response_schema == edits.SCHEMAS["hashtags"]
    assert not job.streamed
    assert job.repairs == 1


@pytest.mark.parametrize(("words", "length"), [(10, "short"), (100, "medium"), (300, "long")])
def test_a_text_gets_room_for_what_it_is(words: int, length: str) -> None:
    assert edits.length_of("word " * words) == OutputLength(length)


def test_a_model_that_shortens_for_a_channel_is_told_the_room_and_held_to_it(alice: User, provider: Any) -> None:
    order = edits.fitting("x", "en")
    assert "at most 253 characters" in order
    job = brief.job(alice, asked(Kind.REWRITE, prompt=order, channel="x", platform="x"))
    assert job.expectations is not None
    assert drafts.DraftFault.TOO_LONG in drafts.faults("It rains tonight, and I stay in. " * 9, job.expectations)
    assert drafts.faults("It rains tonight, and I stay in.", job.expectations) == ()


@pytest.mark.parametrize("channel", ["tiktok", "reddit", "onlyfans", "huntaze", ""])
def test_other_rewrites_are_held_to_no_length(alice: User, provider: Any, channel: str) -> None:
    prompt = edits.fitting(channel, "en") if channel else edits.CHANGES["shorter"].instruction
    job = brief.job(alice, asked(Kind.REWRITE, prompt=prompt, channel=channel))
    assert job.expectations is not None
    assert job.expectations.platform == "generic"


def test_hashtags_are_cleaned_and_stand_once() -> None:
    answer = json.dumps({"hashtags": ["#Rain", "rain", "rainy day", "2026", "", "pluie_été", 7]})
    assert edits.hashtags(answer) == ["Rain", "rainyday", "pluie_été"]


def test_first_lines_are_lines() -> None:
    assert edits.hooks(json.dumps({"hooks": ["“Rain?”", " Two\nlines ", "Two lines"]})) == ["Rain?", "Two lines"]


@pytest.mark.parametrize("answer", ["", "no json", "[]", "{}", '{"hashtags": "rain"}', '{"hashtags": [1, "#"]}'])
def test_an_answer_that_holds_nothing_is_told_apart(answer: str) -> None:
    with pytest.raises(edits.NothingFound):
        edits.hashtags(answer)


@given(st.text())
def test_any_answer_is_read_or_refused(answer: str) -> None:
    with contextlib.suppress(edits.NothingFound):
        assert edits.hooks(answer)
