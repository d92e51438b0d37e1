"""What is in the stream gets into the table once; what can never be stored is set aside, and the rest goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts import handles
from accounts.models import User
from analytics import ids, tasks
from analytics.collector import stream
from analytics.collector.stream import Entry
from analytics.ingest import reading, storing
from analytics.models import Event
from tests.analytics.visits import tell, told_in, waiting

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLICK = {"block_id": "bio", "host": "example.org", "visitor": 7}


@pytest.fixture
def nadia(alice: User) -> User:
    handles.take(alice, "nadia")
    return alice


def click(**fields: Any) -> Entry:
    return Entry(
        **{
            "id": ids.fresh(NOW),
            "event": "link.clicked",
            "version": 1,
            "data": CLICK,
            "at": NOW,
            "handle": "nadia",
            **fields,
        }
    )


def add(*entries: Entry | str) -> None:
    for one in entries:
        packed = one if isinstance(one, str) else one.packed()
        reading.client().xadd(stream.STREAM, {stream.FIELD: packed})


def dead() -> list[str]:
    return [fields["why"] for fields in told_in(stream.DEAD)]


def test_a_visit_is_stored_as_an_event_of_the_creator(nadia: User) -> None:
    assert tell(view=True, came_from="example.org") == 204
    (entry,) = waiting()

    assert reading.run().stored == 1

    event = Event.objects.get()
    assert (event.id, event.user, event.event, event.data) == (entry.id, nadia, "page.viewed", entry.data)
    assert event.created_at == entry.at.replace(microsecond=entry.at.microsecond // 1_000 * 1_000)
    assert waiting() == []
    assert not reading.run()


def test_it_reads_all_that_is_there_in_batches(nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 3)
    add(*(click() for _ in range(8)))

    assert reading.run().stored == 8
    assert Event.objects.filter(user=nadia).count() == 8


def test_a_batch_takes_the_same_statements_however_many_events_it_has(nadia: User) -> None:
    def asked(count: int) -> int:
        add(*(click() for _ in range(count)))
        with CaptureQueriesContext(connection) as queries:
            reading.run()
        return len(queries)

    assert asked(1) == asked(30)


def test_what_comes_twice_is_stored_once(nadia: User) -> None:
    one = click()
    add(one, one)

    done = reading.run()
    add(one)

    assert (done.stored, done.known) == (1, 1)
    assert (reading.run().stored, Event.objects.count()) == (0, 1)


@pytest.mark.parametrize("handle", ["nobody", "nadia"])
def test_a_page_of_nobody_or_of_somebody_who_is_leaving_is_not_counted(nadia: User, handle: str) -> None:
    if handle == "nadia":
        User.objects.filter(pk=nadia.pk).update(leaves_at=NOW)
    add(click(handle=handle))

    assert reading.run().known == 1
    assert not Event.objects.exists()
    assert waiting() == []


def test_other_events_may_take_the_same_way(nadia: User) -> None:
    add(click(handle=None, user_id=nadia.pk), click(handle=None, user_id=None))

    assert reading.run().stored == 2
    assert set(Event.objects.values_list("user_id", flat=True)) == {nadia.pk, None}


def test_what_can_never_be_stored_is_set_aside_with_its_reason(nadia: User) -> None:
    add(
        click(),
        "no event",
        click(event="link.burned"),
        click(data={**CLICK, "visitor": "7"}),
        click(version=2),
        click(data={**CLICK, "host": "a\x00b"}),
        click(),
    )

    done = reading.run()

    assert (done.stored, len(done.dead)) == (2, 5)
    assert Event.objects.count() == 2
    assert waiting() == []
    unreadable, undeclared, wrong, version, nul = dead()
    assert unreadable.startswith("Unreadable")
    assert "link.burned is not declared" in undeclared
    assert "visitor is str" in wrong
    assert "has no version 2" in version
    assert "NUL" in nul


def test_one_that_the_database_refuses_does_not_take_others_with_it(
    nadia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, bad = storing.store, click()

    def picky(entries: Any) -> int:
        if bad in entries:
            raise IntegrityError
        return store(entries)

    monkeypatch.setattr(storing, "store", picky)
    add(*(click() for _ in range(5)), bad, *(click() for _ in range(4)))

    done = reading.run()

    assert (done.stored, Event.objects.count()) == (9, 9)
    assert list(done.dead.values()) == ["IntegrityError: refused by the database"]


def test_while_postgresql_is_away_all_stays_in_the_stream(nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_entries: Any) -> int:
        raise OperationalError

    add(click(), click())
    with monkeypatch.context() as patch:
        patch.setattr(storing, "store", away)
        tasks.ingest_visits()
        assert len(waiting()) == 2
    assert reading.run().stored == 0, "they belong to whoever read them"
    monkeypatch.setattr(reading, "ABANDONED_MS", 0)

    assert reading.run().stored == 2
    assert waiting() == []


def test_a_task_without_valkey_does_nothing(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reading.client.cache_clear()
    with pytest.raises(redis.RedisError):
        reading.run()

    tasks.ingest_visits()


def test_a_valkey_that_lost_everything_begins_anew(nadia: User) -> None:
    add(click())
    assert reading.run().stored == 1
    reading.client().flushdb()
    add(click())
    assert reading.run().stored == 1


def test_the_dead_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DEAD_KEPT", 3)
    add(*(json.dumps(number) for number in range(5)))
    reading.run()
    assert len(dead()) == 3
