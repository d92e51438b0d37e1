"""The calendar's pages: what their forms do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import undo
from accounts.models import CreatorProfile, User
from content import planning
from content.models import Content, Publication, Slot
from content.planning import slots
from tests.content import states
from tests.content.calendar.reading import NOW, text, toasts
from tests.content.publishing.conftest import store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wednesday")]


def test_a_post_moves_to_another_time_of_the_creators_clock_and_back(paris: Client, alice: User) -> None:
    row = store(alice, due_at=NOW + timedelta(days=1))
    here = f"{reverse('content:calendar')}?view=week"
    url = reverse("content:publication-move", args=[row.pk])

    response = paris.post(url, {"day": "2027-03-28", "at": "02:30", "next": here}, follow=True)

    row.refresh_from_db()
    assert row.due_at == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert response.redirect_chain == [(here, 302)]
    assert "there is no 02:30" in toasts(response)[0]
    undo = response.content.decode().partition("data-undo")[0].rpartition('action="')[2].partition('"')[0]
    paris.post(undo.replace("&amp;", "&"))
    row.refresh_from_db()
    assert row.due_at == NOW + timedelta(days=1)


def test_a_queued_post_that_is_moved_back_is_queued_again(paris: Client, alice: User) -> None:
    slots.add(alice, [5], time(9))
    (row,) = planning.enqueue(states.post(alice), ["x"], now=NOW)
    response = paris.post(
        reverse("content:publication-move", args=[row.pk]), {"day": "2027-03-29", "at": "10:00"}, follow=True
    )
    assert Publication.objects.get().from_queue is False
    undo = response.content.decode().partition("data-undo")[0].rpartition('action="')[2].partition('"')[0]
    paris.post(undo.replace("&amp;", "&"))
    assert Publication.objects.get().from_queue is True


def test_the_form_to_move_works_without_a_script_and_says_what_is_wrong(paris: Client, alice: User) -> None:
    row = store(alice, due_at=NOW + timedelta(days=1))
    url = reverse("content:publication-move", args=[row.pk])
    assert 'value="13:00"' in text(paris.get(url))
    assert paris.post(url, {"day": "x", "at": "y"}).status_code == 422
    response = paris.post(url, {"day": "2020-01-01", "at": "09:00", "next": "https://evil.example/"}, follow=True)
    assert "has passed" in toasts(response)[0]
    assert response.redirect_chain[0][0] == reverse("content:calendar")


def test_a_draft_that_is_meant_for_a_day_moves_too(paris: Client, alice: User) -> None:
    post = states.post(alice, planned_for=NOW + timedelta(days=1))
    paris.post(reverse("content:plan-move", args=[post.pk]), {"day": "2027-03-30", "at": "18:00"})

    assert Content.objects.get().planned_for == datetime(2027, 3, 30, 16, tzinfo=UTC)
    assert Content.objects.get().state == "draft"


def schedule(client: Client, post: Content, **fields: Any) -> Any:
    return client.post(reverse("content:schedule", args=[post.pk]), fields, follow=True)


def undo_of(response: Any) -> str:
    return next(undo.address(message.extra_tags) for message in response.context["messages"])


def test_a_post_is_scheduled_queued_or_published_at_once(paris: Client, alice: User) -> None:
    CreatorProfile.objects.create(user=alice, handle="alice")
    slots.add(alice, [5], time(9))
    first, second, third = (states.post(alice, number) for number in range(3))

    response = schedule(paris, first, how="at", day="2027-10-31", at="02:30", channels=["instagram"])
    assert "comes twice" in toasts(response)[0]
    schedule(paris, second, how="queue", channels=["huntaze", "x"])
    schedule(paris, third, how="now", channels=["huntaze"])

    assert sorted(Publication.objects.values_list("channel", "due_at", "from_queue")) == [
        ("huntaze", NOW, False),
        ("huntaze", datetime(2027, 3, 27, 8, tzinfo=UTC), True),
        ("instagram", datetime(2027, 10, 31, 0, 30, tzinfo=UTC), False),
        ("x", datetime(2027, 3, 27, 8, tzinfo=UTC), True),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"how": "at", "day": "2027-03-30", "at": "09:00"}, "Choose where it goes"),
        ({"how": "at", "channels": ["x"]}, "This field is required"),
        ({"how": "queue", "channels": ["x"]}, "There is no free slot"),
        ({"how": "at", "day": "2027-03-30", "at": "09:00", "channels": ["huntaze"]}, "You have no public page yet"),
        ({"how": "at", "day": "2020-01-01", "at": "09:00", "channels": ["x"]}, "That time has passed"),
    ],
)
def test_what_keeps_a_post_from_going_out_stands_in_the_dialog(
    paris: Client, alice: User, fields: dict[str, Any], words: str
) -> None:
    response = schedule(paris, states.post(alice), **fields)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Publication.objects.exists()


def test_the_dialog_tells_of_posts_that_are_close(paris: Client, alice: User) -> None:
    slots.add(alice, [3], time(9))
    store(alice, "x", content=states.post(alice, 7), due_at=datetime(2027, 3, 25, 8, 20, tzinfo=UTC))
    post = states.post(alice, 8, platform="x")

    whole = text(paris.get(reverse("content:schedule", args=[post.pk])))
    part = text(paris.get(reverse("content:schedule", args=[post.pk]), headers={"X-Requested-With": "fetch"}))

    assert "Within half an hour" in whole
    assert "Post 7" in part
    assert "<html" not in part


def test_a_post_begun_on_a_free_slot_is_planned_for_it_and_its_schedule_opens_there(paris: Client, alice: User) -> None:
    slots.add(alice, [4], time(18))
    calendar = text(paris.get(reverse("content:calendar")))
    assert f"{reverse('content:create')}?day=2027-03-26&amp;at=18:00" in calendar

    composer = paris.get(reverse("content:create"), {"day": "2027-03-26", "at": "18:00"})
    assert "For Fri 26 Mar, 18:00" in text(composer)
    sent = composer.context["form"]["planned_for"].value()
    answer = paris.post(reverse("content:create"), {"do": "schedule", "body": "Rain.", "planned_for": sent})
    page = text(paris.get(answer.headers["Location"]))

    post = Content.objects.get()
    assert post.planned_for == datetime(2027, 3, 26, 17, tzinfo=UTC)
    assert 'value="2027-03-26"' in page
    assert 'value="18:00"' in page
    assert "For Fri 26 Mar, 18:00" in text(paris.get(reverse("content:compose", args=[post.pk])))


@pytest.mark.parametrize(
    "asked",
    [
        {"day": "9999-12-31"},
        {"day": "0001-01-01", "at": "00:00"},
        {"day": "soon"},
        {"at": "18:00"},
        {"day": "2027-03-20"},
    ],
)
def test_a_post_begun_on_a_day_that_cannot_be_planned_has_no_plan(paris: Client, asked: dict[str, str]) -> None:
    page = paris.get(reverse("content:create"), asked)
    assert page.context["planned_for"] is None
    paris.post(reverse("content:create"), {"do": "save", "body": "Rain.", "planned_for": "2027-03-20T17:00:00+00:00"})
    assert Content.objects.get().planned_for is None


def test_undo_takes_a_scheduled_post_back(paris: Client, alice: User) -> None:
    post = states.post(alice)
    response = schedule(paris, post, how="at", day="2027-03-30", at="09:00", channels=["x", "instagram"])
    paris.post(undo_of(response))

    assert set(Publication.objects.values_list("state", flat=True)) == {"canceled"}
    assert Content.objects.get().state == "draft"


def test_undo_takes_back_only_what_was_just_added(paris: Client, alice: User) -> None:
    post = states.post(alice)
    schedule(paris, post, how="at", day="2027-03-30", at="09:00", channels=["x"])
    response = schedule(paris, post, how="at", day="2027-03-31", at="10:00", channels=["instagram"])
    paris.post(undo_of(response))

    assert sorted(Publication.objects.values_list("channel", "state")) == [
        ("instagram", "canceled"),
        ("x", "scheduled"),
    ]
    assert Content.objects.get().state == "scheduled"


def test_undo_gives_a_moved_channel_its_time_back(paris: Client, alice: User) -> None:
    post = states.post(alice)
    schedule(paris, post, how="at", day="2027-03-30", at="09:00", channels=["x"])
    response = schedule(paris, post, how="at", day="2027-03-31", at="10:00", channels=["x"])
    paris.post(undo_of(response))

    assert Publication.objects.get().due_at == datetime(2027, 3, 30, 7, tzinfo=UTC)


def test_undo_works_once_and_for_nobody_else(paris: Client, alice: User, bob: User) -> None:
    post = states.post(alice)
    address = undo_of(schedule(paris, post, how="at", day="2027-03-30", at="09:00", channels=["x"]))
    stranger = Client()
    stranger.force_login(bob)
    stranger.post(address)
    assert Publication.objects.get().state == "scheduled"

    paris.post(address, follow=True)
    assert Publication.objects.get().state == "canceled"
    assert "There is nothing to take back any more." in toasts(paris.post(address, follow=True))


AS_PART = {"X-Requested-With": "fetch"}


def test_a_script_gets_the_toast_in_place_of_the_calendar(paris: Client, alice: User) -> None:
    post = states.post(alice)
    fields = {"how": "at", "day": "2027-03-30", "at": "09:00", "channels": ["x"]}
    answer = paris.post(reverse("content:schedule", args=[post.pk]), fields, headers=AS_PART).json()

    assert "09:00" in answer["text"]
    assert (answer["state"], "x" in answer["channels"]) == ("scheduled", True)
    response = paris.post(answer["undo"])
    assert response.headers["Location"] == f"/app/create/{post.pk}"
    assert Publication.objects.get().state == "canceled"


def test_warnings_are_read_in_the_dialog_and_the_choice_stays(paris: Client, alice: User) -> None:
    post = states.post(alice, body="Tip me on PayPal tonight", platform="x")
    fields = {"day": "2027-03-30", "at": "09:00", "channels": ["x"]}
    address = reverse("content:schedule", args=[post.pk])

    refused = paris.post(address, {**fields, "how": "at"}, headers=AS_PART)
    assert refused.status_code == 422
    assert "PayPal</mark>" in refused.text
    read = paris.post(address, {**fields, "how": "read"}, headers=AS_PART)
    assert (read.status_code, "PayPal</mark>" in read.text, 'value="09:00"' in read.text) == (200, False, True)
    assert not Publication.objects.exists()
    assert paris.post(address, {**fields, "how": "at"}, headers=AS_PART).status_code == 200
    assert Publication.objects.count() == 1


def test_faults_are_told_of_each_channel_while_it_is_chosen(paris: Client, alice: User) -> None:
    post = states.post(alice, body="x " * 200)
    fields = {"day": "2027-03-30", "at": "09:00", "channels": ["x", "threads"], "how": "look"}
    part = paris.post(reverse("content:schedule", args=[post.pk]), fields, headers=AS_PART)

    assert part.status_code == 200
    assert "<strong>X:</strong>" in part.text
    assert "<strong>Threads:</strong>" not in part.text
    assert not Publication.objects.exists()


def test_slots_are_added_for_several_days_and_removed(paris: Client, alice: User, bob: User) -> None:
    slots.add(bob, [0], time(9))
    paris.post(reverse("content:slot-add"), {"weekdays": ["0", "4"], "at": "18:00"})
    assert "18:00" in text(paris.get(reverse("content:queue")))
    assert Slot.objects.for_user(alice).count() == 2

    for slot in Slot.objects.order_by("pk"):
        paris.post(reverse("content:slot-remove"), {"slot": slot.pk})
    assert list(Slot.objects.values_list("user", flat=True)) == [bob.pk]


def test_the_queue_is_reordered_by_its_buttons_and_what_is_taken_out_comes_back(paris: Client, alice: User) -> None:
    slots.add(alice, [0, 1, 2, 3, 4, 5, 6], time(9))
    posts = [states.post(alice, number) for number in range(3)]
    for post in posts:
        planning.enqueue(post, ["x"], now=NOW)

    def order() -> list[str]:
        return [item.title for item in paris.get(reverse("content:queue")).context["queued"]]

    paris.post(reverse("content:queue-move", args=[posts[2].pk]), {"position": "0"})
    assert order() == ["Post 2", "Post 0", "Post 1"]
    skip = reverse("content:publication-skip", args=[(row := posts[0].publications.get()).pk])
    paris.post(skip, {"next": reverse("content:queue")})
    assert order() == ["Post 2", "Post 1"]
    paris.post(reverse("content:publication-back", args=[row.pk]))
    assert order() == ["Post 2", "Post 0", "Post 1"]
