"""The calendar feed: what it holds, at an address that can be renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import CreatorProfile, User
from content import planning
from content.models import Publication
from content.planning import feed
from tests.content import states

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 22, 12, tzinfo=UTC)
SUNDAY = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.fixture
def profile(alice: User) -> CreatorProfile:
    return CreatorProfile.objects.create(user=alice, feed_enabled=True, handle="alice")


def address(profile: CreatorProfile) -> str:
    return reverse("content:calendar-feed", args=[feed.token(profile)])


def events(document: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(document).walk("VEVENT"))


def test_it_holds_what_is_planned_with_titles_and_without_texts(alice: User, profile: CreatorProfile) -> None:
    post = states.post(alice, title="Rain, and “more”; later", body="A secret " * 20)
    nameless = states.post(alice, title="", body="Another secret")
    planning.schedule(post, ["instagram"], SUNDAY, now=NOW)
    planning.schedule(nameless, ["onlyfans"], SUNDAY + timedelta(hours=1), now=NOW)
    states.post(alice, 3, planned_for=SUNDAY + timedelta(hours=2))

    document = feed.document(alice, now=NOW)

    assert b"ecret" not in document
    assert [(str(event["SUMMARY"]), str(event["STATUS"])) for event in events(document)] == [
        ("Instagram: Rain, and “more”; later", "CONFIRMED"),
        ("OnlyFans: Post", "CONFIRMED"),
        ("Post 3", "TENTATIVE"),
    ]
    assert all(len(line) <= 75 for line in document.split(b"\r\n"))


def test_a_moment_is_the_same_on_every_clock(alice: User, profile: CreatorProfile) -> None:
    User.objects.update(time_zone="Europe/Paris")
    alice.refresh_from_db()
    planning.schedule(states.post(alice), ["instagram"], SUNDAY, now=NOW)

    document = feed.document(alice, now=NOW)

    # Clocks are put forward half an hour before it.
    assert b"DTSTART:20270328T013000Z" in document
    assert b"X-WR-TIMEZONE:Europe/Paris" in document


def test_a_post_keeps_its_name_when_it_moves_and_goes_when_it_is_taken_out(
    alice: User, profile: CreatorProfile
) -> None:
    (row,) = planning.schedule(states.post(alice), ["instagram"], SUNDAY, now=NOW)
    (before,) = events(feed.document(alice, now=NOW))
    planning.reschedule(row, SUNDAY + timedelta(days=1), now=NOW)
    (after,) = events(feed.document(alice, now=NOW))
    assert before["UID"] == after["UID"]
    assert before.decoded("DTSTART") + timedelta(days=1) == after.decoded("DTSTART")

    planning.unschedule(Publication.objects.get(), now=NOW)
    assert events(feed.document(alice, now=NOW)) == []


def test_a_calendar_program_opens_it_without_a_session_and_is_told_when_nothing_changed(
    client: Client, alice: User, profile: CreatorProfile
) -> None:
    planning.schedule(states.post(alice), ["instagram"], datetime.now(UTC) + timedelta(days=1), now=datetime.now(UTC))

    first = client.get(address(profile))
    again = client.get(address(profile), headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert first["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in first
    assert len(events(first.content)) == 1
    assert (again.status_code, again.content) == (304, b"")


def test_an_address_that_is_forged_renewed_or_switched_off_shows_nothing(
    client: Client, alice: User, bob: User, profile: CreatorProfile
) -> None:
    good = address(profile)
    assert client.get(good).status_code == 200
    assert client.get(good.replace(".ics", "x.ics")).status_code == 404
    assert client.get("/calendar/nonsense.ics").status_code == 404

    feed.renew(alice)
    assert client.get(good).status_code == 404
    profile.refresh_from_db()
    good = address(profile)
    assert client.get(good).status_code == 200
    feed.switch(alice, on=False)
    assert client.get(good).status_code == 404
    feed.switch(alice, on=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(good).status_code == 404


def test_it_is_switched_on_renewed_and_off_on_its_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = reverse("content:feed")
    assert "/calendar/" not in client.get(page).content.decode().replace("/app/calendar/", "")

    client.post(page, {"act": "on"})
    profile = CreatorProfile.objects.get()
    assert address(profile) in client.get(page).content.decode()

    client.post(page, {"act": "renew"})
    assert address(profile) not in client.get(page).content.decode()

    client.post(page, {"act": "off"})
    assert not CreatorProfile.objects.get().feed_enabled


def test_the_number_of_queries_does_not_grow_with_the_posts(
    alice: User, profile: CreatorProfile, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        planning.schedule(states.post(alice, number), ["instagram"], SUNDAY, now=NOW)
    with django_assert_num_queries(2):
        feed.document(alice, now=NOW)
