"""Whatever changes what a public page shows is written down with it, and told to the caches until they know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import handles, profiles
from accounts.models import PageChange, User
from content.models import Asset, Attachment, ChannelText, Content, Publication
from huntaze.edge import changes, tasks
from huntaze.edge.failing import NotForgotten
from huntaze.edge_settings import Edge
from tests.fans.test_public import publish

pytestmark = pytest.mark.django_db


class Remembering:
    """A cache that notes what it was told to forget; `fails` is how many more times it does not."""

    def __init__(self, *rounds: int, fails: int = 0) -> None:
        self.rounds: Sequence[timedelta] = [timedelta(seconds=each) for each in rounds or (0,)]
        self.at_once = True
        self.fails = fails
        self.told: list[list[str]] = []

    def forget(self, tags: Sequence[str]) -> None:
        if self.fails:
            self.fails -= 1
            raise NotForgotten("away")
        self.told.append(list(tags))


@pytest.fixture
def nadia(alice: User) -> User:
    handles.take(alice, "nadia")
    profile = profiles.of(alice)
    profile.bio = "Rain, tea and photographs."
    profile.save()
    return alice


@pytest.fixture
def row(nadia: User) -> Publication:
    shown = publish(nadia)
    asset = Asset.objects.create(
        user=nadia,
        name="a.jpg",
        kind="image",
        state="ready",
        key="media/1/1/1/original.jpg",
        size=1,
        width=8,
        height=6,
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
    Attachment.objects.create(content=shown.content, asset=asset, position=0)
    ChannelText.objects.create(content=shown.content, channel="huntaze", customized=True, origin="human")
    PageChange.objects.all().delete()
    return shown


def touched() -> list[str]:
    return sorted(PageChange.objects.values_list("tag", flat=True))


def published(user: User) -> Any:
    return Publication.objects.filter(user=user, channel="huntaze")


CHANGES: dict[str, Callable[[User, Publication], object]] = {
    "a post is published": lambda nadia, _row: publish(nadia, "Another."),
    "a post is taken back": lambda nadia, _row: published(nadia).update(state="canceled"),
    "a post is deleted": lambda nadia, _row: published(nadia).delete(),
    "what was published is mended": lambda nadia, _row: published(nadia).update(body="Mended."),
    "a post goes into the bin": lambda _nadia, row: Content.objects.filter(pk=row.content_id).update(
        deleted_at=timezone.now()
    ),
    "a post is for followers now": lambda _nadia, row: Content.objects.filter(pk=row.content_id).update(
        audience="followers"
    ),
    "who wrote it is corrected": lambda _nadia, row: ChannelText.objects.filter(content=row.content_id).update(
        origin="ai_generated"
    ),
    "a picture goes into the bin": lambda nadia, _row: Asset.objects.filter(user=nadia).update(
        deleted_at=timezone.now()
    ),
    "a picture is described": lambda nadia, _row: Asset.objects.filter(user=nadia).update(alt_text="Rain"),
    "a picture is taken off": lambda _nadia, row: Attachment.objects.filter(content=row.content_id).delete(),
    "the creator has another name": lambda nadia, _row: User.objects.filter(pk=nadia.pk).update(name="N."),
    "the creator leaves": lambda nadia, _row: User.objects.filter(pk=nadia.pk).update(leaves_at=timezone.now()),
    "the account is closed": lambda nadia, _row: User.objects.filter(pk=nadia.pk).update(is_active=False),
    "the address is not confirmed any more": lambda nadia, _row: User.objects.filter(pk=nadia.pk).update(
        email_verified_at=None
    ),
    "the creator tells something else": lambda nadia, _row: type(nadia.profile).objects.update(bio="Tea."),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_the_page_shows_is_seen_by_whatever_way_it_changes(
    nadia: User, row: Publication, change: Callable[[User, Publication], object]
) -> None:
    change(nadia, row)
    assert touched() == ["@nadia"]


def test_a_page_that_is_renamed_touches_both_names(nadia: User, row: Publication) -> None:
    handles.take(nadia, "nadia_paris")
    assert touched() == ["@nadia", "@nadia_paris"]


def test_an_account_that_is_erased_takes_its_page_along(nadia: User, row: Publication) -> None:
    nadia.delete()
    assert "@nadia" in touched()


@pytest.mark.parametrize(
    "change",
    [
        lambda nadia, row: Content.objects.filter(pk=row.content_id).update(body="A draft of the next.", revision=2),
        lambda nadia, row: publish(nadia, "Elsewhere.", channel="x"),
        lambda nadia, row: publish(nadia, "Later.", state="scheduled", published_at=None),
        lambda nadia, row: User.objects.filter(pk=nadia.pk).update(theme="dark", tier="free"),
        lambda nadia, row: type(nadia.profile).objects.update(shortcuts=False),
        lambda nadia, row: Publication.objects.filter(pk=row.pk).update(attempts=3),
        lambda nadia, row: User.objects.filter(pk=nadia.pk).update(name=nadia.name),
    ],
    ids=["a draft", "another channel", "a plan", "a preference", "a shortcut", "a try", "the same again"],
)
def test_what_the_page_does_not_show_leaves_it_alone(
    nadia: User, row: Publication, change: Callable[[User, Publication], object]
) -> None:
    change(nadia, row)
    assert touched() == []


def test_who_has_no_page_has_none_to_forget(bob: User) -> None:
    publish(bob)
    assert touched() == []


def test_a_transaction_that_touches_a_page_often_writes_one_row(nadia: User, row: Publication) -> None:
    for number in range(20):
        publish(nadia, f"Post {number}.")
    assert touched() == ["@nadia"]


def test_every_table_that_the_page_reads_is_watched(nadia: User, row: Publication, client: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get("/@nadia").status_code == 200
    tables = {table for table in connection.introspection.table_names() for one in asked if f'"{table}"' in one["sql"]}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE %s",
            ["pgtrigger_page_%"],
        )
        watched = {name for (name,) in cursor.fetchall()}
    # Renditions are made before their media file is ready, and anew only with another key or size.
    assert tables - {"content_rendition"} == watched
    assert len(tables) > 6


class TestTelling:
    def test_each_page_is_told_of_once(self, nadia: User, row: Publication) -> None:
        for tag in ("@nadia", "@lea", "@nadia", "@nadia"):
            changes.touch(tag)
        cache = Remembering()
        assert changes.spread(cache, now=timezone.now()) == 2
        assert cache.told == [["@lea", "@nadia"]]
        assert touched() == []

    def test_a_cache_that_is_away_is_told_again(self) -> None:
        changes.touch("@nadia")
        cache, now = Remembering(fails=2), timezone.now()
        assert changes.spread(cache, now=now) == 0
        assert changes.spread(cache, now=now + timedelta(seconds=1)) == 0
        assert cache.fails == 1
        assert changes.spread(cache, now=now + timedelta(seconds=6)) == 0
        assert changes.spread(cache, now=now + timedelta(seconds=12)) == 1
        assert cache.told == [["@nadia"]]

    def test_a_worker_that_dies_is_followed_by_another(self) -> None:
        changes.touch("@nadia")
        now = timezone.now()
        assert len(changes.take(Remembering(), now=now)) == 1
        cache = Remembering()
        assert changes.spread(cache, now=now + timedelta(seconds=1)) == 0
        assert changes.spread(cache, now=now + changes.LEASE) == 1

    def test_what_was_being_made_meanwhile_is_forgotten_too(self) -> None:
        changes.touch("@nadia")
        cache, now = Remembering(0, 10), timezone.now()
        assert changes.spread(cache, now=now) == 1
        assert changes.spread(cache, now=now + timedelta(seconds=9)) == 0
        assert changes.spread(cache, now=now + timedelta(seconds=10)) == 1
        assert changes.spread(cache, now=now + timedelta(seconds=60)) == 0
        assert cache.told == [["@nadia"], ["@nadia"]]

    def test_a_cache_that_is_paid_by_the_call_is_told_when_all_is_answered(self) -> None:
        changes.touch("@nadia")
        cache, now = Remembering(5), timezone.now()
        assert changes.spread(cache, now=now) == 0
        assert changes.spread(cache, now=now + timedelta(seconds=6)) == 1
        assert touched() == []

    def test_without_a_cache_nothing_waits(self) -> None:
        changes.touch("@nadia")
        assert changes.spread(None, now=timezone.now()) == 0
        assert touched() == []


@pytest.mark.parametrize(
    ("arguments", "tags"), [([], ["site"]), (["@Nadia", "lea"], ["@lea", "@nadia"]), (["--all"], ["page"])]
)
def test_operators_and_releases_have_pages_forgotten(arguments: list[str], tags: list[str]) -> None:
    call_command("forget_pages", *arguments, stdout=StringIO())
    assert touched() == tags


class TestHearing:
    @pytest.fixture
    def nudges(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        settings.EDGE = Edge(("http://127.0.0.1:9",), "key")
        sent: list[float] = []
        monkeypatch.setattr(tasks, "nudge", lambda countdown=0.0: sent.append(countdown))
        return sent

    @pytest.mark.django_db(transaction=True)
    def test_a_worker_is_nudged_once_the_change_is_committed(self, nadia: User, nudges: list[float]) -> None:
        del nudges[:]
        with transaction.atomic():
            publish(nadia)
            publish(nadia)
            assert nudges == []
        assert nudges == [0.0]

    @pytest.mark.django_db(transaction=True)
    def test_a_change_that_is_taken_back_nudges_nobody(self, nadia: User, nudges: list[float]) -> None:
        del nudges[:]
        with transaction.atomic():
            publish(nadia)
            transaction.set_rollback(True)
        assert nudges == []

    @pytest.mark.django_db(transaction=True)
    def test_a_statement_by_itself_is_heard_of_after_it(self, nadia: User, nudges: list[float]) -> None:
        del nudges[:]
        User.objects.filter(pk=nadia.pk).update(name="N.")
        assert nudges == [0.1]

    @pytest.mark.django_db(transaction=True)
    def test_one_without_a_cache_hears_nothing(self, nadia: User, nudges: list[float], settings: Any) -> None:
        del nudges[:]
        settings.EDGE = Edge()
        publish(nadia)
        assert nudges == []

    def test_the_publishing_worker_sees_to_it(self) -> None:
        assert current_app.conf.task_routes[tasks.purge_changed_pages.name] == {"queue": "publishing"}
