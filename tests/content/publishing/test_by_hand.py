"""What creators do with a reminder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from analytics.models import Event
from content.models import Content, ProvenanceEntry, Publication
from content.publishing import by_hand
from tests.content.publishing.conftest import DUE

pytestmark = pytest.mark.django_db

Scheduled = Callable[..., Publication]


def reminded(scheduled: Scheduled, **fields) -> Publication:
    return scheduled("onlyfans", **{"state": "reminded", "reminded_at": DUE, "mailed_at": DUE, **fields})


def test_what_was_posted_by_hand_is_published_with_its_address(scheduled: Scheduled) -> None:
    row = by_hand.mark_posted(reminded(scheduled), url="https://onlyfans.com/1", now=DUE + timedelta(minutes=4))

    assert (row.state, row.url, row.title) == ("published", "https://onlyfans.com/1", "")
    assert row.body
    assert Content.objects.get().state == "published"
    assert ProvenanceEntry.objects.get().channel == "onlyfans"
    assert Event.objects.get(event="publication.published").data["seconds_late"] == 240


def test_marking_twice_is_marking_once(scheduled: Scheduled) -> None:
    row = reminded(scheduled)
    by_hand.mark_posted(row, now=DUE)
    by_hand.mark_posted(row, now=DUE)

    assert ProvenanceEntry.objects.count() == 1


def test_a_mark_can_be_taken_back_and_mails_nobody_again(scheduled: Scheduled) -> None:
    row = by_hand.mark_posted(reminded(scheduled), url="https://onlyfans.com/1", now=DUE)
    row = by_hand.unmark_posted(row, now=DUE)

    assert (row.state, row.url, row.body, row.published_at) == ("reminded", "", "", None)
    assert row.mailed_at == DUE
    assert Content.objects.get().state == "scheduled"


def test_what_was_posted_before_its_time_waits_for_it_again(scheduled: Scheduled) -> None:
    row = by_hand.mark_posted(scheduled("onlyfans"), now=DUE - timedelta(hours=1))
    assert row.state == "published"
    row = by_hand.unmark_posted(row, now=DUE - timedelta(minutes=59))

    assert (row.state, row.attempt_at) == ("scheduled", DUE)


def test_a_reminder_is_put_off_and_comes_again(scheduled: Scheduled) -> None:
    row = by_hand.snooze(reminded(scheduled), 60, now=DUE + timedelta(seconds=40))

    assert (row.state, row.due_at) == ("scheduled", DUE + timedelta(hours=1))
    assert row.reminded_at is row.mailed_at is None


def test_a_failure_is_tried_again_at_once(scheduled: Scheduled) -> None:
    later = DUE + timedelta(days=2)
    row = by_hand.retry(scheduled("huntaze", state="failed", error_code="missed", attempts=1), now=later)

    assert (row.state, row.attempt_at, row.attempts, row.error_code) == ("scheduled", later, 0, "")


@pytest.mark.parametrize(
    ("act", "channel", "state"),
    [
        ("mark_posted", "huntaze", "scheduled"),
        ("mark_posted", "onlyfans", "canceled"),
        ("mark_posted", "onlyfans", "publishing"),
        ("unmark_posted", "onlyfans", "scheduled"),
        ("unmark_posted", "huntaze", "published"),
        ("snooze", "onlyfans", "scheduled"),
        ("retry", "onlyfans", "reminded"),
    ],
)
def test_what_makes_no_sense_is_refused(scheduled: Scheduled, act: str, channel: str, state: str) -> None:
    row = scheduled(channel, state=state, published_at=DUE)
    arguments = {"minutes": 15} if act == "snooze" else {}

    with pytest.raises(by_hand.NotNow):
        getattr(by_hand, act)(row, **arguments, now=DUE)

    assert Publication.objects.get().state == state
