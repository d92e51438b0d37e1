"""Many at once, each on a connection of its own."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from accounts.models import User
from ai_routing.caching import store
from ai_routing.models import CachedAnswer
from tests.ai_routing.caching import questions
from tests.ai_routing.caching.questions import NOW, question
from tests.billing import crowd

pytestmark = pytest.mark.django_db(transaction=True)


def keep(user_id: int, text: str) -> None:
    with transaction.atomic():
        questions.keep(question(user_id), text=text)


def test_answers_kept_at_once_are_one_whole_answer(alice: User) -> None:
    texts = [f"answer {number}" for number in range(crowd.CROWD)]

    crowd.all_at_once([partial(keep, alice.pk, text) for text in texts])

    assert CachedAnswer.objects.get().text in texts


def test_two_that_keep_in_other_orders_do_not_wait_for_each_other_for_ever(alice: User, bob: User) -> None:
    crowd.all_at_once([partial(keep, user.pk, "text") for user in [alice, bob] * 10])

    assert CachedAnswer.objects.count() == 2


def test_a_count_that_is_being_written_keeps_nobody_waiting(alice: User) -> None:
    questions.keep(question(alice.pk))

    with transaction.atomic():
        CachedAnswer.objects.select_for_update().get()
        found = crowd.at_once(lambda: store.find(question(alice.pk), now=NOW), times=3)

    assert all(each.hit for each in found)
    assert CachedAnswer.objects.get().hits == 0


def test_hits_at_once_are_counted_without_going_astray(alice: User) -> None:
    questions.keep(question(alice.pk))

    crowd.at_once(lambda: store.find(question(alice.pk), now=NOW))

    assert 1 <= CachedAnswer.objects.get().hits <= crowd.CROWD


def test_purges_at_once_delete_each_answer_once(alice: User) -> None:
    for number in range(20):
        questions.keep(question(alice.pk, f"Idea {number}?"))
    later = NOW.replace(year=2027)

    assert sum(crowd.at_once(lambda: store.purge_expired(later, 20), times=4)) == 20
