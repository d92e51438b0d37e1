"""The first steps: each is ticked by what is there, and by nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts import handles, profiles
from accounts.models import User
from content.home import checklist
from content.models import Asset, Content, Publication, Voice
from tests.content import states

pytestmark = pytest.mark.django_db


def done(user: User) -> set[str]:
    return {step.key for step in checklist.of(user, profiles.read(user)).steps if step.done}


def test_a_new_account_has_done_nothing(alice: User) -> None:
    found = checklist.of(alice, profiles.read(alice))
    assert (found.done, found.percent, found.complete, found.put_away) == (0, 0, False, False)
    assert found.next
    assert found.next.key == "post"


def test_each_step_is_computed_from_its_rows(alice: User, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    post = states.post(alice)
    assert done(alice) == {"post"}
    Voice.objects.create(user=alice, name="Mine", created_at=now, updated_at=now)
    assert done(alice) == {"post", "voice"}
    Asset.objects.create(user=alice, name="a", kind="image", state="ready", size=1, created_at=now, updated_at=now)
    assert done(alice) == {"post", "voice", "media"}
    Publication.objects.create(user=alice, content=post, channel="x", due_at=now, attempt_at=now, created_at=now)
    assert done(alice) == {"post", "voice", "media", "schedule"}
    profile = handles.take(alice, "alice_b")
    with django_assert_num_queries(1):
        found = checklist.of(alice, profile)
    assert found.complete
    assert found.percent == 100


def test_what_was_deleted_or_is_not_ready_does_not_count(alice: User) -> None:
    now = timezone.now()
    states.post(alice, deleted_at=now)
    states.post(alice, body="")
    Voice.objects.create(user=alice, name="Mine", created_at=now, updated_at=now, deleted_at=now)
    Asset.objects.create(user=alice, name="a", kind="image", state="processing", size=1, created_at=now, updated_at=now)
    assert done(alice) == set()


def test_what_others_have_does_not_count(alice: User, bob: User) -> None:
    states.post(bob)
    handles.take(bob, "bobby")
    assert done(alice) == set()


def test_a_canceled_publication_is_no_schedule(alice: User) -> None:
    now = timezone.now()
    Publication.objects.create(
        user=alice,
        content=Content.objects.get(pk=states.post(alice).pk),
        channel="x",
        state="canceled",
        due_at=now,
        attempt_at=now,
        created_at=now,
    )
    assert done(alice) == {"post"}
