from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import User
from ai_routing.caching import policy, store
from ai_routing.catalogue import Tier
from ai_routing.models import Cache, CachedAnswer, LedgerEntry
from ai_routing.prices import Tokens
from ai_routing.providers.contract import Message
from ai_routing.routing import TaskType
from tests.ai_routing.caching import questions
from tests.ai_routing.caching.questions import ANSWER, ASKED, ASKED_ANEW, NOW, question
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db
DOCUMENTATION = TaskType.DOCUMENTATION


def hit(asked: store.Question, *, later: timedelta = timedelta(0)) -> Cache | None:
    found = store.find(asked, now=NOW + later).hit
    return found.cache if found else None


# --- Exact ----------------------------------------------------------------------------------------------------------


def test_the_same_request_gets_its_answer_again(alice: User) -> None:
    questions.keep(question(alice.pk))

    found = store.find(question(alice.pk), now=NOW)

    assert found.hit == store.Hit(
        cache=Cache.EXACT,
        text=ANSWER,
        provider="azure",
        model="gpt-4o-mini",
        tokens=Tokens(input=1_200, output=80),
        finish_reason="stop",
        similarity=1.0,
    )
    assert found.embedded is None


@pytest.mark.parametrize("task", list(TaskType))
def test_every_task_keeps_exact_answers_for_its_creator_alone(alice: User, bob: User, task: TaskType) -> None:
    questions.keep(question(alice.pk, task_type=task))

    assert hit(question(alice.pk, task_type=task)) is Cache.EXACT
    assert hit(question(bob.pk, task_type=task)) is (Cache.EXACT if task is DOCUMENTATION else None)


@pytest.mark.parametrize("text", ["How do I answer Emma?", "What is @luna?", 'What does "hello" mean?', "so " * 200])
def test_what_may_be_a_creators_own_is_not_shared(alice: User, bob: User, text: str) -> None:
    questions.keep(question(alice.pk, text, task_type=DOCUMENTATION))

    assert hit(question(alice.pk, text, task_type=DOCUMENTATION)) is Cache.EXACT
    assert hit(question(bob.pk, text, task_type=DOCUMENTATION)) is None


def test_a_prompt_that_names_the_creator_is_not_shared(alice: User, bob: User) -> None:
    questions.keep(question(alice.pk, task_type=DOCUMENTATION))

    named = question(bob.pk, task_type=DOCUMENTATION, prompt=questions.prompt(ASKED, before="Creator: Bob"))

    assert hit(named) is None


@pytest.mark.parametrize("task", list(TaskType))
def test_an_answer_lives_as_long_as_its_policy_says(alice: User, task: TaskType) -> None:
    questions.keep(question(alice.pk, task_type=task))
    ttl = policy.of(task).ttl

    assert hit(question(alice.pk, task_type=task), later=ttl - timedelta(seconds=1)) is Cache.EXACT
    assert hit(question(alice.pk, task_type=task), later=ttl) is None


def test_a_bypass_neither_looks_nor_keeps(alice: User, embeds: OpenAIServer) -> None:
    questions.keep(question(alice.pk, policy=policy.BYPASS))
    assert not CachedAnswer.objects.exists()

    questions.keep(question(alice.pk))
    embeds.reset()
    assert store.find(question(alice.pk, policy=policy.BYPASS), now=NOW) == store.NOTHING
    assert embeds.requests == []


# --- Semantic -------------------------------------------------------------------------------------------------------


def test_the_same_question_in_other_words_gets_the_answer(alice: User, embeds: OpenAIServer) -> None:
    questions.keep(question(alice.pk))

    found = store.find(question(alice.pk, ASKED_ANEW), now=NOW)

    assert found.hit is not None
    assert (found.hit.cache, found.hit.text) == (Cache.SEMANTIC, ANSWER)
    assert 0.9 <= found.hit.similarity < 1
    assert found.embedded is not None
    assert found.embedded.outcome is LedgerEntry.Outcome.COMPLETED
    assert found.embedded.tokens.input > 0


@pytest.mark.parametrize("task", list(TaskType))
def test_only_questions_and_verdicts_are_compared_by_meaning(alice: User, all_alike: None, task: TaskType) -> None:
    questions.keep(question(alice.pk, task_type=task))

    expected = Cache.SEMANTIC if policy.of(task).semantic else None

    assert hit(question(alice.pk, ASKED_ANEW, task_type=task)) is expected


@pytest.mark.parametrize(("task", "expected"), [(DOCUMENTATION, Cache.SEMANTIC), (TaskType.CHATBOT, None)])
def test_another_creator_is_answered_by_what_is_shareable_only(
    alice: User, bob: User, all_alike: None, task: TaskType, expected: Cache | None
) -> None:
    questions.keep(question(alice.pk, task_type=task))

    assert hit(question(bob.pk, ASKED_ANEW, task_type=task)) is expected


def test_material_history_voice_and_settings_must_be_equal(alice: User, all_alike: None) -> None:
    questions.keep(question(alice.pk))
    other = questions.prompt(ASKED_ANEW)
    changed = [
        question(alice.pk, ASKED_ANEW, prompt=questions.prompt(ASKED_ANEW, before="Revenue: 12 euros")),
        question(alice.pk, ASKED_ANEW, prompt=questions.prompt(ASKED_ANEW, history=(Message("user", "Hello"),))),
        question(alice.pk, ASKED_ANEW, prompt=replace(other, voice_version="7.2")),
        question(alice.pk, ASKED_ANEW, prompt=replace(other, version="assistant.en.v2")),
        question(alice.pk, ASKED_ANEW, prompt=replace(other, response_schema={"type": "object"})),
        question(alice.pk, ASKED_ANEW, variable="gpt-4o"),
        question(alice.pk, ASKED_ANEW, tier=Tier.PREMIUM),
        question(alice.pk, ASKED_ANEW, language="fr"),
        question(alice.pk, ASKED_ANEW, task_type=TaskType.BASIC_ANALYTICS),
    ]

    assert hit(question(alice.pk, ASKED_ANEW)) is Cache.SEMANTIC
    assert [hit(asked) for asked in changed] == [None] * len(changed)


def test_a_question_that_is_not_in_the_prompt_as_it_stands_is_not_compared(alice: User, all_alike: None) -> None:
    fenced = questions.prompt("(a text that was changed on its way)")
    questions.keep(question(alice.pk, prompt=fenced))

    altered = replace(fenced, messages=(*fenced.messages[:-1], Message("user", "another one")))

    assert hit(question(alice.pk, ASKED_ANEW, prompt=altered)) is None


def test_a_long_text_is_not_compared(alice: User, all_alike: None) -> None:
    questions.keep(question(alice.pk, "so " * 200))

    assert store.find(question(alice.pk, "so " * 201), now=NOW) == store.NOTHING


def test_an_expired_answer_is_not_compared(alice: User, all_alike: None) -> None:
    questions.keep(question(alice.pk))

    assert hit(question(alice.pk, ASKED_ANEW), later=timedelta(hours=24)) is None


def test_another_models_vectors_are_not_compared(alice: User, embeds: OpenAIServer, settings: Any) -> None:
    questions.keep(question(alice.pk))
    settings.AI_EMBEDDING_MODEL = "openai:text-embedding-ada-002"
    settings.AI_SEMANTIC_THRESHOLDS = {settings.AI_EMBEDDING_MODEL: {"similarity": 0.5, "measured": "here"}}

    assert hit(question(alice.pk, ASKED_ANEW)) is None


def test_the_nearest_of_the_newest_is_given(alice: User, embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    near, nearer = questions.embedded(1.0, 0.3), questions.embedded(1.0, 0.1)
    questions.keep(question(alice.pk, "How do I cancel it?"), text="nearer", embedded=nearer)
    questions.keep(
        question(alice.pk, "How may I cancel it?"), text="near", embedded=near, now=NOW + timedelta(minutes=1)
    )
    asked = question(alice.pk, "How could I cancel it?")

    def given() -> str:
        answer = store.similar(asked, questions.embedded(1.0), now=NOW)
        return answer.text if answer else ""

    assert given() == "nearer"
    monkeypatch.setattr(store, "MOST_COMPARED", 1)
    assert given() == "near"


@pytest.mark.parametrize(("numbers", "is_hit"), [((1.0, 0.48), True), ((1.0, 0.49), False), ((-1.0,), False)])
def test_the_threshold_decides(alice: User, embeds: OpenAIServer, numbers: tuple[float, ...], is_hit: bool) -> None:
    questions.keep(question(alice.pk), embedded=questions.embedded(*numbers))

    answer = store.similar(question(alice.pk, ASKED_ANEW), questions.embedded(1.0), now=NOW)

    assert (answer is not None) is is_hit


# --- What is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refused",
    [
        {"finish_reason": "length"},
        {"finish_reason": "content_filter"},
        {"finish_reason": ""},
        {"finish_reason": "tool_calls"},
        {"text": ""},
        {"text": " \n"},
        {"faults": ["too_short"]},
    ],
    ids=str,
)
def test_what_is_not_a_whole_answer_is_not_kept(alice: User, refused: dict[str, Any]) -> None:
    questions.keep(question(alice.pk), **refused)

    assert not CachedAnswer.objects.exists()


def test_the_newer_answer_replaces_the_older(alice: User) -> None:
    questions.keep(question(alice.pk), text="older")
    assert hit(question(alice.pk)) is Cache.EXACT
    questions.keep(question(alice.pk), text="newer", now=NOW + timedelta(hours=1))

    row = CachedAnswer.objects.get()

    assert (row.text, row.hits, row.created_at) == ("newer", 0, NOW + timedelta(hours=1))
    assert row.expires_at == NOW + timedelta(hours=25)


def test_hits_are_counted(alice: User, all_alike: None) -> None:
    questions.keep(question(alice.pk))
    for text in [ASKED, ASKED, ASKED_ANEW, "What about Emma?"]:
        store.find(question(alice.pk, text), now=NOW)

    assert CachedAnswer.objects.get().hits == 3


# --- Forgetting -----------------------------------------------------------------------------------------------------


def test_a_creators_answers_can_be_forgotten(alice: User, bob: User) -> None:
    for user in [alice, bob]:
        questions.keep(question(user.pk))
        questions.keep(question(user.pk, "Another one?"))

    assert store.forget(alice.pk) == 2
    assert (hit(question(alice.pk)), hit(question(bob.pk))) == (None, Cache.EXACT)


def test_they_go_with_the_account(alice: User) -> None:
    questions.keep(question(alice.pk))
    alice.delete()

    assert not CachedAnswer.objects.exists()


def test_a_prompt_version_can_be_withdrawn(alice: User) -> None:
    questions.keep(question(alice.pk))
    newer = question(alice.pk, prompt=replace(questions.prompt(ASKED), version="assistant.en.v2"))
    questions.keep(newer)

    assert store.forget_prompt("assistant.en.v1") == 1
    assert (hit(question(alice.pk)), hit(newer)) == (None, Cache.EXACT)


def test_expired_answers_are_purged_oldest_first_and_so_many_at_most(alice: User) -> None:
    for age in range(5):
        questions.keep(question(alice.pk, f"Idea {age}?"), now=NOW - timedelta(hours=age))

    def left() -> int:
        return CachedAnswer.objects.count()

    assert store.purge_expired(NOW + timedelta(hours=22), at_most=10) == 3
    assert store.purge_expired(NOW + timedelta(hours=22), at_most=10) == 0
    assert store.purge_expired(NOW + timedelta(days=2), at_most=1) == 1
    assert [row.created_at for row in CachedAnswer.objects.all()] == [NOW]
    assert left() == 1


# --- What it costs, and what may be away ----------------------------------------------------------------------------


def test_a_lookup_takes_a_fixed_number_of_queries(alice: User, all_alike: None, django_assert_num_queries: Any) -> None:
    questions.keep(question(alice.pk))
    with django_assert_num_queries(2):
        assert hit(question(alice.pk)) is Cache.EXACT
    with django_assert_num_queries(3):
        assert hit(question(alice.pk, ASKED_ANEW)) is Cache.SEMANTIC
    with django_assert_num_queries(2):
        assert hit(question(alice.pk, "How do I cancel 2 posts?")) is None
    with django_assert_num_queries(1):
        assert hit(question(alice.pk, task_type=TaskType.LEGAL)) is None
    with django_assert_num_queries(1):
        questions.keep(question(alice.pk, "Another one?"), embedded=None)


def test_a_database_that_is_away_is_no_hit(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(store, "exact", away)

    assert store.find(question(alice.pk), now=NOW) == store.NOTHING
