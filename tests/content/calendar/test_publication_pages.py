"""The page on which a creator posts by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import CreatorProfile, User
from content.models import Publication
from tests.content import states
from tests.content.publishing.conftest import DUE, store

pytestmark = pytest.mark.django_db

NOW = DUE + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def ten_minutes_later() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reminded(alice: User, client: Client) -> Callable[..., Publication]:
    client.force_login(alice)
    return partial(store, alice, channel="onlyfans", state="reminded", reminded_at=DUE, mailed_at=DUE)


def page(client: Client, row: Publication) -> str:
    return client.get(reverse("content:publication", args=[row.pk])).content.decode()


def act(client: Client, row: Publication, name: str, **fields: str) -> Publication:
    response = client.post(reverse(f"content:publication-{name}", args=[row.pk]), fields)
    assert response.status_code == 302, response.content
    return Publication.objects.get(pk=row.pk)


def test_each_part_can_be_copied_and_the_platform_opened(client: Client, alice: User, reminded) -> None:
    post = states.post(alice, title="Rain", body="Come by #lyon #rain", origin="ai_generated")
    shown = page(client, reminded(channel="reddit", content=post))

    for part in ("part-title", "part-text", "part-hashtags"):
        assert f'data-copy="{part}"' in shown
    assert "#lyon #rain" in shown
    assert "since AI had a part in it" in shown
    assert 'href="https://www.reddit.com/submit"' in shown
    assert "never asks for your password" in shown


def test_the_own_page_has_nothing_to_copy_and_cannot_be_marked(client: Client, reminded) -> None:
    shown = page(client, reminded(channel="huntaze", state="published", published_at=NOW, title="T", body="As it was"))

    assert "As it was" in shown
    assert "data-copy" not in shown
    assert "Mark as posted" not in shown


def test_marking_as_posted_is_undone_by_the_toast(client: Client, reminded) -> None:
    row = act(client, reminded(), "posted", url="onlyfans.com/1")
    assert (row.state, row.url) == ("published", "https://onlyfans.com/1")
    shown = page(client, row)
    assert reverse("content:publication-unposted", args=[row.pk]) in shown
    assert "See the post" in shown

    assert act(client, row, "unposted").state == "reminded"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "x" * 600])
def test_an_address_that_is_none_is_refused(client: Client, reminded, url: str) -> None:
    row = reminded()
    response = client.post(reverse("content:publication-posted", args=[row.pk]), {"url": url})

    assert response.status_code == 422
    assert Publication.objects.get().state == "reminded"


def test_a_reminder_is_put_off(client: Client, reminded) -> None:
    row = act(client, reminded(), "snooze", minutes="60")

    assert (row.state, row.due_at) == ("scheduled", NOW + timedelta(hours=1))


def test_what_is_taken_out_comes_back_as_it_was(client: Client, reminded) -> None:
    row = act(client, reminded(), "skip")
    assert row.state == "canceled"
    assert "Taken out" in page(client, row)

    row = act(client, row, "back")
    assert (row.state, row.reminded_at) == ("reminded", DUE)


def test_a_failure_says_what_happened_and_what_to_do(client: Client, reminded) -> None:
    CreatorProfile.objects.create(user=User.objects.get(), handle=None)
    row = reminded(channel="huntaze", state="failed", error_code="no_page", reminded_at=None)

    shown = page(client, row)
    assert "You have no public page yet." in shown
    assert "Choose a name for your page" in shown
    assert act(client, row, "retry").state == "scheduled"


def test_what_is_tried_again_says_when(client: Client, reminded) -> None:
    row = reminded(state="scheduled", reminded_at=None, attempts=1, attempt_at=NOW + timedelta(minutes=2))

    assert "tried again by itself at 09:12" in page(client, row)


def test_a_mail_that_does_not_leave_is_told_where_the_creator_looks(client: Client, reminded) -> None:
    row = reminded(mailed_at=None)
    assert "Our mail server does not answer" in page(client, row)

    Publication.objects.update(mailed_at=NOW)
    assert "Our mail server does not answer" not in page(client, row)
    Publication.objects.update(mailed_at=None)
    CreatorProfile.objects.create(user=User.objects.get(), mail_reminders=False)
    assert "Our mail server does not answer" not in page(client, row)


def test_what_went_out_late_says_so(client: Client, reminded) -> None:
    late: datetime = DUE + timedelta(hours=3)
    row = reminded(channel="huntaze", state="published", published_at=late, body="x")

    assert "Published late, 2 March 2027, 12:00" in page(client, row)
