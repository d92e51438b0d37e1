"""Two questions that are not the same never get each other's answer, whatever their vectors say."""

from __future__ import annotations

import pytest

from accounts.models import User
from ai_routing.caching import embedding, evaluation, store
from ai_routing.caching.evaluation import Pair
from ai_routing.caching.store import Question
from ai_routing.models import Cache
from tests.ai_routing.caching import questions
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


def asked(user: User, pair: Pair, text: str) -> Question:
    # The pair's topic and number keep the pairs from answering each other.
    return questions.question(
        user.pk, text, prompt=questions.prompt(text), language=pair.language, variable=f"{pair.a} / {pair.b}"
    )


def hits(user: User, pairs: list[Pair]) -> list[Pair]:
    """Keep an answer to the first question of each pair; return the pairs whose second question gets it."""
    for pair in pairs:
        questions.keep(asked(user, pair, pair.a), text=pair.a)
    found = [store.find(asked(user, pair, pair.b), now=questions.NOW).hit for pair in pairs]
    assert all(hit.text == pair.a for pair, hit in zip(pairs, found, strict=True) if hit)
    assert all(hit.cache is Cache.SEMANTIC for hit in found if hit)
    return [pair for pair, hit in zip(pairs, found, strict=True) if hit]


def pairs(*reasons: str) -> list[Pair]:
    return [pair for pair in evaluation.pairs() if pair.reason in reasons]


@pytest.mark.timeout(120)
def test_no_different_question_is_answered_by_the_model_of_the_tests(alice: User, embeds: OpenAIServer) -> None:
    assert hits(alice, pairs(*evaluation.REASONS)) == []


@pytest.mark.parametrize("reason", ["number", "name", "negation", "direction"])
def test_no_near_miss_is_answered_by_a_model_that_finds_all_alike(alice: User, all_alike: None, reason: str) -> None:
    assert hits(alice, pairs(reason)) == []


def test_paraphrases_are_answered_when_the_model_finds_them_alike(alice: User, all_alike: None) -> None:
    same = pairs("paraphrase")

    assert len(hits(alice, same)) > 0.85 * len(same)


def test_what_is_no_near_miss_is_for_the_model_to_tell_apart(alice: User, all_alike: None) -> None:
    # The guard reads words, not meanings: with vectors that say nothing, topics do get mixed up.
    assert embedding.configured() == questions.EMBEDS
    assert hits(alice, pairs("topic")) != []
