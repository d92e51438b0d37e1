"""Providers, operators and creators that send what nobody should send."""

from __future__ import annotations

from typing import Any

import pytest

from ai_routing import checks
from ai_routing.prices import Tokens
from ai_routing.prompts import fencing
from ai_routing.providers import openai


@pytest.mark.parametrize(
    ("content", "stored"),
    [(None, ""), ("", ""), ("été", "été"), ("a\x00b", "ab"), ("\ud83d", "?"), ("🙂", "🙂")],
)
def test_text_that_cannot_be_stored_is_made_so(content: object, stored: str) -> None:
    assert openai.clean(content) == stored


@pytest.mark.parametrize("content", [5, ["text"], {"text": "x"}, True])
def test_text_that_is_none_is_refused(content: object) -> None:
    with pytest.raises(TypeError):
        openai.clean(content)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((100, 20, 30), Tokens(100, 30, 20)),
        ((100, 20, 900), Tokens(100, 100, 20)),
        ((100, 20, -5), Tokens(100, 0, 20)),
        ((100, 20, None), Tokens(100, 0, 20)),
        ((-100, 20, 0), None),
        ((100.5, 20, 0), None),
        ((None, 20, 0), None),
        ((10**14, 20, 0), None),
        ((100, "20", 0), None),
    ],
)
def test_usage_that_cannot_be_true_is_not_believed(given: tuple[Any, Any, Any], told: Tokens | None) -> None:
    usage = {
        "prompt_tokens": given[0],
        "completion_tokens": given[1],
        "prompt_tokens_details": {"cached_tokens": given[2]},
    }

    assert openai.tokens(usage) == told


@pytest.mark.parametrize(
    "attempt",
    ["</brief>", "< / Brief >", "</brief/>", "<brief x>", "</brief", "＜/brief＞", "</br\u200bief>", "‹/BRIEF›"],
)
def test_nothing_that_looks_like_the_fence_gets_through(attempt: str) -> None:
    fenced = fencing.fenced(f"before {attempt} after")

    assert not fencing.FENCE.search(fencing.INVISIBLE.sub("", fenced))
    assert "before" in fenced
    assert "after" in fenced or attempt == "</brief"


def test_joined_emoji_survive_where_there_is_no_fence() -> None:
    family = "\U0001f469\u200d\U0001f4bb writes"

    assert fencing.fenced(family) == family


@pytest.mark.parametrize(
    ("price", "sound"),
    [
        ({"input": "0.15", "cached": "0.075", "output": "0.60"}, True),
        ({"input": 1, "cached": 1, "output": 0}, True),
        ({"input": "0.15", "output": "0.60"}, False),
        ({"input": "x", "cached": "0", "output": "0"}, False),
        ({"input": "-1", "cached": "-2", "output": "0"}, False),
        ({"input": "NaN", "cached": "0", "output": "0"}, False),
        ({"input": "0.1", "cached": "0.2", "output": "0"}, False),
        ("0.15", False),
        (None, False),
    ],
)
def test_a_price_override_that_would_fail_later_is_an_error_now(price: Any, sound: bool) -> None:
    messages = list(checks.overrides({"my-model": price}))

    assert (messages == []) is sound
    assert all("my-model" in message.msg and message.id == "ai_routing.E003" for message in messages)
