"""What is due goes out at its minute, once on each channel, whatever dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.models import CreatorProfile, Notification, User
from analytics.models import Event
from content import channels, tasks
from content.models import Asset, Attachment, ChannelText, Content, ProvenanceEntry, Publication
from content.publishing import adapters, due, ending, worker
from content.publishing import states as publishing_states
from content.publishing.adapters import Failed, Published
from tests.content import states
from tests.content.publishing.conftest import DUE

pytestmark = pytest.mark.django_db

Scheduled = Callable[..., Publication]


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def publish(publication: Publication, moment: datetime = DUE) -> Publication:
    with at(moment):
        worker.publish(publication.pk)
    return Publication.objects.get(pk=publication.pk)


def events(name: str) -> int:
    return Event.objects.filter(event=name).count()


def test_the_own_page_has_it_at_the_minute(scheduled: Scheduled, settings: Any) -> None:
    row = publish(scheduled("huntaze"))

    assert (row.state, row.published_at) == ("published", DUE)
    assert row.title == "Post 0"
    assert row.body == states.TEXT
    assert row.url == f"{settings.BASE_URL}/@alice#post-{row.pk}"
    assert row.content.state == "published"
    assert events("publication.published") == 1
    assert Notification.objects.get().kind == "publication-published"
    entry = ProvenanceEntry.objects.get()
    assert (entry.action, entry.channel, entry.content_id) == ("published", "huntaze", row.content_id)


def test_who_may_only_read_by_now_is_published_as_was_planned(scheduled: Scheduled, alice: User) -> None:
    row = scheduled("huntaze")
    User.objects.filter(pk=alice.pk).update(read_only_since=DUE)

    assert publish(row).state == "published"


def test_a_channel_gets_the_text_of_its_own_with_the_origin_of_that(scheduled: Scheduled) -> None:
    publication = scheduled("huntaze")
    channels.set(publication.content, ["huntaze", "x"])
    ChannelText.objects.filter(content=publication.content, channel="huntaze").update(
        customized=True, title="Here alone", body="Only on my page.", origin="ai_assisted"
    )
    row = publish(publication)

    assert (row.title, row.body) == ("Here alone", "Only on my page.\n\n#ai")
    assert ProvenanceEntry.objects.get().origin == "ai_assisted"
    assert row.content.origin == "human"
    assert Event.objects.get(event="publication.published").data["origin"] == "ai_assisted"


def test_elsewhere_the_creator_is_reminded_in_the_app_at_once(scheduled: Scheduled) -> None:
    row = publish(scheduled("onlyfans"))

    assert (row.state, row.reminded_at, row.mailed_at, row.published_at) == ("reminded", DUE, None, None)
    assert row.content.state == "scheduled"
    told = Notification.objects.get()
    assert (told.kind, told.url) == ("publication-due", f"/app/publications/{row.pk}")
    assert not ProvenanceEntry.objects.exists()


def test_nothing_goes_out_before_its_minute(scheduled: Scheduled) -> None:
    row = publish(scheduled("huntaze"), DUE - timedelta(seconds=1))

    assert (row.state, row.claim) == ("scheduled", 0)
    assert due.waiting(now=DUE - timedelta(seconds=1)) == []
    assert due.waiting(now=DUE) == [row.pk]


def test_a_text_that_was_changed_after_scheduling_goes_out_as_it_is_now(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    Content.objects.update(body="Changed my mind.")

    assert publish(row).body == "Changed my mind."


def test_a_task_that_comes_twice_publishes_once(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    publish(row)
    publish(row, DUE + timedelta(minutes=1))

    assert events("publication.published") == ProvenanceEntry.objects.count() == Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_for_one_publication_publish_it_once(scheduled: Scheduled) -> None:
    rows = [scheduled("huntaze"), scheduled("instagram")]
    together = threading.Barrier(8)
    now = DUE + timedelta(seconds=5)

    def race() -> None:
        try:
            together.wait()
            for row in rows:
                worker.publish(row.pk)
        finally:
            connection.close()

    with at(now):
        threads = [threading.Thread(target=race) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(Publication.objects.values_list("state", "claim")) == [("published", 1), ("reminded", 1)]
    assert (events("publication.published"), events("publication.reminded")) == (1, 1)
    assert Notification.objects.count() == 2


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing after it runs."""


def test_a_worker_killed_between_two_channels_leaves_the_second_one_to_another(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scheduled("huntaze")
    second = scheduled("onlyfans", content=first.content)
    publish(first)
    with monkeypatch.context() as patch:
        patch.setattr(ending, "end", lambda *_args, **_more: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            publish(second)
    assert Publication.objects.get(pk=second.pk).state == "publishing"

    # Nobody takes it while the lease lasts, and then it is not lost.
    publish(second, DUE + timedelta(seconds=30))
    assert due.recover(now=DUE + timedelta(seconds=30)) == 0
    later = DUE + due.LEASE
    assert due.recover(now=later) == 1
    row = publish(second, later + ending.PAUSES[0])

    assert (row.state, row.claim) == ("reminded", 2)
    assert (events("publication.published"), events("publication.reminded")) == (1, 1)
    assert Notification.objects.filter(kind="publication-due").count() == 1


def test_a_worker_killed_inside_the_last_transaction_has_published_nothing(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = scheduled("huntaze")
    with monkeypatch.context() as patch:
        patch.setattr("content.publishing.states.refresh", lambda _content: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            publish(row)

    assert Publication.objects.get().state == "publishing"
    assert not ProvenanceEntry.objects.exists()
    assert not Notification.objects.exists()


def test_who_lost_the_claim_has_no_say(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    slow = due.claim(row.pk, now=DUE)
    assert slow is not None
    due.recover(now=DUE + due.LEASE)
    fast = publish(row, DUE + timedelta(minutes=5))

    assert not ending.end(slow, Failed("unexpected"), now=DUE + timedelta(minutes=6))
    assert Publication.objects.get().state == fast.state == "published"
    assert events("publication.failed") == 0


def test_a_worker_whose_clock_is_slow_or_fast_publishes_no_second_time(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    # Its clock is behind: for it, the minute has not come.
    assert publish(row, DUE - timedelta(minutes=3)).state == "scheduled"
    publish(row)
    # Its clock is ahead: it takes leases of others for over, but here there is none left.
    assert due.recover(now=DUE + timedelta(days=1)) == 0
    publish(row, DUE + timedelta(days=1))

    assert events("publication.published") == 1


def test_workers_that_die_again_and_again_end_in_a_failure_that_is_told(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    now = DUE
    for _ in range(len(ending.PAUSES) + 1):
        assert due.claim(row.pk, now=now) is not None
        now += due.LEASE
        assert due.recover(now=now) == 1
        now += timedelta(hours=1)

    row.refresh_from_db()
    assert (row.state, row.error_code) == ("failed", "worker_lost")
    assert Content.objects.get().state == "failed"
    assert Notification.objects.get().kind == "publication-failed"


class Elsewhere:
    """A platform API as an adapter may meet it."""

    def __init__(self, *answers: Any, is_repeatable: bool = True) -> None:
        self.answers = list(answers)
        self.is_repeatable = is_repeatable

    def missing(self, user: User, channel: str) -> list[str]:
        return []

    def publish(self, publication: Publication, text: Any, media: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_what_may_pass_is_tried_again_after_a_while_and_then_succeeds(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Elsewhere(Failed("unexpected", may_pass=True), OSError("reset"), Published("https://x.com/1"))
    monkeypatch.setitem(adapters.ADAPTERS, "x", platform)
    row = scheduled("x")

    row = publish(row)
    assert (row.state, row.attempt_at) == ("scheduled", DUE + timedelta(seconds=30))
    row = publish(row, row.attempt_at)
    assert (row.state, row.attempt_at) == ("scheduled", DUE + timedelta(seconds=150))
    row = publish(row, row.attempt_at)

    assert (row.state, row.url, row.due_at) == ("published", "https://x.com/1", DUE)


def test_what_does_not_pass_fails_at_once(scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(adapters.ADAPTERS, "x", Elsewhere(Failed("not_ready")))

    row = publish(scheduled("x"))

    assert (row.state, row.error_code) == ("failed", "not_ready")


def test_a_platform_that_knows_no_repeats_is_asked_once_and_the_creator_looks(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(adapters.ADAPTERS, "x", Elsewhere(Killed(), OSError("reset"), is_repeatable=False))
    killed, broken = scheduled("x"), scheduled("x")

    with pytest.raises(Killed):
        publish(killed)
    due.recover(now=DUE + due.LEASE)
    publish(broken)

    assert set(Publication.objects.values_list("state", "error_code")) == {("failed", "unknown_outcome")}


@pytest.mark.parametrize(("hours", "state"), [(23, "published"), (25, "failed")])
def test_after_an_outage_a_post_goes_out_late_for_a_day_and_then_not_without_being_asked(
    scheduled: Scheduled, hours: int, state: str
) -> None:
    row = publish(scheduled("huntaze"), DUE + timedelta(hours=hours))

    assert row.state == state
    told = Notification.objects.get()
    if state == "published":
        assert told.data["late"] == hours * 3600
        assert Event.objects.get(event="publication.published").data["seconds_late"] == hours * 3600
    else:
        assert (row.error_code, told.data["code"]) == ("missed", "missed")


def test_a_text_that_no_longer_fits_fails_with_the_reason(scheduled: Scheduled) -> None:
    row = scheduled("x")
    Content.objects.update(body="x" * 500)

    assert publish(row).error_code == "not_ready"


def test_a_text_that_was_changed_to_what_no_platform_allows_does_not_go_out(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    Content.objects.update(body="Barely legal, all night")

    assert publish(row).error_code == "blocked"
    assert Notification.objects.get().kind == "publication-failed"


def test_media_that_are_still_being_prepared_are_waited_for(scheduled: Scheduled, alice: User) -> None:
    row = scheduled("huntaze")
    asset = Asset.objects.create(
        user=alice, name="a.jpg", kind="image", state="processing", size=1, created_at=DUE, updated_at=DUE
    )
    Attachment.objects.create(content=row.content, asset=asset, position=0)

    row = publish(row)
    assert (row.state, row.attempts) == ("scheduled", 1)
    Asset.objects.update(state="ready")
    assert publish(row, row.attempt_at).state == "published"


def test_a_page_whose_name_was_given_up_takes_nothing(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    CreatorProfile.objects.update(handle=None)

    assert publish(row).error_code == "no_page"


def test_what_lies_in_the_bin_is_not_published_and_nobody_is_told(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    Content.objects.update(deleted_at=DUE)

    assert publish(row).state == "canceled"
    assert Content.objects.get().state == "draft"
    assert not Notification.objects.exists()


def test_a_publication_that_is_gone_is_no_error(scheduled: Scheduled) -> None:
    row = scheduled("huntaze")
    pk = row.pk
    row.delete()
    with at(DUE):
        worker.publish(pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_workers")
def test_the_clock_hands_out_what_is_due_and_nothing_else(scheduled: Scheduled) -> None:
    scheduled("huntaze")
    later = scheduled("huntaze", due_at=DUE + timedelta(minutes=1))
    left = scheduled("instagram", state="publishing", claim=1, attempts=1, lease_expires_at=DUE - timedelta(minutes=1))

    with at(DUE):
        tasks.hand_out_due()
    with at(DUE + timedelta(seconds=30)):
        tasks.hand_out_due()

    assert Publication.objects.filter(state="published").count() == 1
    assert Publication.objects.get(pk=later.pk).state == "scheduled"
    assert Publication.objects.get(pk=left.pk).state == "reminded"


def test_the_states_of_a_post_are_told_from_its_publications() -> None:
    told = {
        (): "draft",
        ("canceled",): "draft",
        ("scheduled", "published"): "scheduled",
        ("reminded", "published"): "scheduled",
        ("published", "canceled"): "published",
        ("published", "failed", "scheduled"): "failed",
    }
    assert {found: publishing_states.told_from(found) for found in told} == told
