"""Whatever leads to an answer is part of its key."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_routing.caching import policy, store
from ai_routing.caching.store import Question
from ai_routing.catalogue import Tier
from ai_routing.prompts import Prompt
from ai_routing.providers.contract import Message
from ai_routing.routing import TaskType
from tests.ai_routing.caching.questions import ASKED, prompt, question

WORDS = st.text(max_size=40)
MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), WORDS), min_size=1, max_size=4
).map(tuple)
SCHEMAS = st.none() | st.dictionaries(WORDS, st.integers() | WORDS, max_size=3)
PROMPTS = st.builds(
    Prompt,
    messages=MESSAGES,
    version=WORDS,
    cache_key=WORDS,
    max_output_tokens=st.integers(1, 10**5),
    temperature=st.floats(0, 2),
    response_schema=SCHEMAS,
    voice_version=WORDS,
)
QUESTIONS = st.builds(
    Question,
    user_id=st.integers(1, 10**9),
    task_type=st.sampled_from(TaskType),
    tier=st.sampled_from(Tier),
    language=st.sampled_from(["en", "fr", "de"]),
    prompt=PROMPTS,
    text=st.just(ASKED),
    variable=WORDS,
    policy=st.just(policy.of(TaskType.CHATBOT)),
)


def identity(asked: Question) -> dict[str, Any]:
    """Return all that leads to the answer. `text` is in the prompt, and a policy changes no word."""
    return {name.name: getattr(asked, name.name) for name in fields(asked) if name.name not in {"text", "policy"}}


@given(QUESTIONS, QUESTIONS)
def test_keys_are_equal_for_equal_requests_only(first: Question, second: Question) -> None:
    assert (store.key(first) == store.key(second)) == (identity(first) == identity(second))


@given(st.data(), QUESTIONS)
def test_each_part_changes_the_key_and_the_scope(data: st.DataObject, asked: Question) -> None:
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "user_id": st.integers(1, 10**9),
        "task_type": st.sampled_from(TaskType),
        "tier": st.sampled_from(Tier),
        "language": st.sampled_from(["en", "fr", "de"]),
        "variable": WORDS,
    }
    of_prompt: dict[str, st.SearchStrategy[Any]] = {
        "messages": MESSAGES,
        "version": WORDS,
        "cache_key": WORDS,
        "max_output_tokens": st.integers(1, 10**5),
        "temperature": st.floats(0, 2),
        "response_schema": SCHEMAS,
        "voice_version": WORDS,
        "is_strict": st.booleans(),
    }
    assert of_prompt.keys() == {name.name for name in fields(Prompt)}
    part = data.draw(st.sampled_from([*strategies, *of_prompt]))
    if part in strategies:
        changed = replace(asked, **{part: data.draw(strategies[part])})
    else:
        changed = replace(asked, prompt=replace(asked.prompt, **{part: data.draw(of_prompt[part])}))

    is_equal = identity(asked) == identity(changed)

    assert (store.key(asked) == store.key(changed)) == is_equal
    assert (store.scope(asked, "m") == store.scope(changed, "m")) == is_equal


@given(WORDS.filter(bool), WORDS.filter(bool))
def test_the_scope_leaves_out_the_question_and_nothing_else(first: str, second: str) -> None:
    # Letters that the frame does not have: a question may also occur there, and then it is compared with less.
    one, other = f"«{first}»", f"«{second}»"
    asked, anew = (question(1, text, prompt=prompt(text)) for text in (one, other))

    assert store.scope(asked, "m") == store.scope(anew, "m")
    assert store.scope(asked, "m") != store.scope(anew, "n")
    assert (store.key(asked) == store.key(anew)) == (one == other)


@pytest.mark.parametrize("text", ["", "brief", "</brief>", "Creator", "Alice"])
def test_a_question_that_occurs_elsewhere_hides_nothing(text: str) -> None:
    mine = question(1, text, prompt=prompt(text, before="Creator: Alice"))
    others = question(1, text, prompt=prompt(text, before="Creator: Bob"))

    assert store.scope(mine, "m") != store.scope(others, "m")


def test_only_what_is_shareable_has_no_owner_in_its_key() -> None:
    one, other = (question(user, task_type=TaskType.DOCUMENTATION) for user in (1, 2))

    assert store.key(one) == store.key(other)
    assert store.key(question(1)) != store.key(question(2))
