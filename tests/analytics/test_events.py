"""Events are kept with the rows they tell of, and say what was declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier, User
from analytics import events
from analytics.event_types import EVENT_TYPES
from analytics.models import Event

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sample(event: str) -> dict[str, Any]:
    """Return data that is valid for `event`."""
    return {name: kind.sample for name, kind in EVENT_TYPES[event].fields.items()}


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_declared_event_can_be_recorded(event: str, alice: User) -> None:
    events.record(event, user_id=alice.pk, data=sample(event), now=NOW)

    row = Event.objects.get()
    assert (row.user, row.event, row.data, row.created_at) == (alice, event, sample(event), NOW)
    assert row.id.version == 7


def test_one_event_is_one_query(alice: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        events.record("content.edited", user_id=alice.pk, data={"content_id": "1"}, now=NOW)

    (query,) = asked
    assert query["sql"].startswith("INSERT")


def test_an_event_is_undone_with_the_row_that_it_tells_of(alice: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=alice.pk).update(tier=Tier.SCALE)
        events.record("content.edited", user_id=alice.pk, data={"content_id": "1"}, now=NOW)
        transaction.set_rollback(True)

    assert User.objects.get(pk=alice.pk).tier == Tier.PRO
    assert not Event.objects.exists()


def test_events_may_tell_of_nobody() -> None:
    events.record("content.edited", user_id=None, data={"content_id": "1"}, now=NOW)

    assert Event.objects.get().user is None


def test_events_outlive_the_account(bob: User) -> None:
    events.record("content.edited", user_id=bob.pk, data={"content_id": "1"}, now=NOW)
    pk = bob.pk

    bob.delete()

    assert Event.objects.get().user_id == pk


@pytest.mark.parametrize(
    ("event", "data", "why"),
    [
        ("content.burned", {"content_id": "1"}, "content.burned is not declared: add it to analytics/event_types"),
        ("content.edited", {}, "content_id"),
        ("content.edited", {"content_id": "1", "colour": "blue"}, "colour"),
        ("content.edited", {"content_id": 1}, "content_id is int, declared text"),
        ("content.edited", {"content_id": None}, "content_id is NoneType"),
        ("account.signed_up", {"role": "creator", "language": "fr", "method": "form"}, "language, locale"),
    ],
    ids=["unknown", "missing", "too many", "another type", "null", "misnamed"],
)
def test_what_was_not_declared_is_refused(event: str, data: dict[str, Any], why: str) -> None:
    with pytest.raises(events.InvalidEvent, match=why):
        events.record(event, user_id=None, data=data, now=NOW)

    assert not Event.objects.exists()


def test_what_is_named_by_a_key_is_kept_once(alice: User) -> None:
    later = NOW.replace(minute=1)
    for key, at in [("a", NOW), ("a", NOW), ("b", NOW), ("a", later), ("a", NOW)]:
        events.record("content.edited", user_id=alice.pk, data={"content_id": "1"}, now=at, key=key)
    events.record("content.binned", user_id=alice.pk, data={"content_id": "1"}, now=NOW, key="a")

    assert Event.objects.count() == 4


def test_a_row_says_in_which_version_it_was_written(alice: User) -> None:
    data = {"role": "creator", "locale": "fr"}
    events.record("account.signed_up", user_id=alice.pk, data={**data, "method": "form"}, now=NOW)
    Event.objects.create(user=alice, event="account.signed_up", data=data, created_at=NOW)

    new, old = Event.objects.order_by("-version")
    assert (new.version, old.version) == (2, 1)
    assert events.data_of(new)["method"] == "form"
    assert events.data_of(old) == {**data, "method": "unknown"}


def test_a_field_may_be_declared_as_absent() -> None:
    data = sample("generation.finished") | {"content_id": None}

    events.record("generation.finished", user_id=None, data=data, now=NOW)

    assert Event.objects.get().data["content_id"] is None
