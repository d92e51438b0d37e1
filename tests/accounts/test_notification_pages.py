"""The bell, its panel, and the list."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import notifications
from accounts.models import Notification, User
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)
    monkeypatch.setattr(notifications, "KINDS", {})
    notifications.declare("post-due", icon="clock", text=lambda data: f"Post “{data['title']}”")


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def tell(user: User, many: int = 1, url: str = "/app/create") -> None:
    for number in range(many):
        notifications.notify(user, "post-due", {"title": f"<b>{number}"}, url=url, now=timezone.now())


def test_the_bell_counts_what_is_unread(page: Client, alice: User) -> None:
    assert "bell-count" not in page.get("/app/notifications").text.replace('id="bell-count"', "")
    tell(alice, 2)

    text = page.get("/app/create").text

    assert '<span class="bell-count" aria-hidden="true">2</span>' in text
    assert "2 unread" in text


def test_nothing_yet_is_said_in_words(page: Client) -> None:
    assert "All quiet" in page.get("/app/notifications").text
    assert "All quiet" in page.get("/app/notifications/panel").text


@pytest.mark.parametrize("path", ["/app/notifications", "/app/notifications/panel"])
def test_what_was_told_is_escaped_and_only_ones_own(page: Client, alice: User, bob: User, path: str) -> None:
    tell(alice)
    tell(bob, 2)

    text = page.get(path).text

    assert "Post “&lt;b&gt;0”" in text
    assert "&lt;b&gt;1" not in text


def test_the_list_has_pages(page: Client, alice: User) -> None:
    tell(alice, notifications.PAGE + 1)

    first = page.get("/app/notifications")
    second = page.get(f"/app/notifications?before={first.context['older']}")

    assert first.text.count('<li class="notification') == notifications.PAGE
    assert second.text.count('<li class="notification') == 1
    assert second.context["older"] is None
    assert page.get("/app/notifications?before=nonsense").status_code == 200


def test_the_queries_do_not_grow_with_the_rows(page: Client, alice: User, django_assert_num_queries: Any) -> None:
    for many in (1, 29):
        tell(alice, many)
        page.get("/app/notifications")
        with django_assert_num_queries(5):
            page.get("/app/notifications")


def test_opening_one_marks_it_read_and_leads_to_its_place(page: Client, alice: User) -> None:
    tell(alice)
    row = Notification.objects.get()

    response = page.post(f"/app/notifications/{row.pk}/read")

    assert response.headers["Location"] == "/app/create"
    assert notifications.unread_count(alice) == 0


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/", "//elsewhere.example"])
def test_no_notification_leads_elsewhere(page: Client, alice: User, url: str) -> None:
    tell(alice, url=url)

    response = page.post(f"/app/notifications/{Notification.objects.get().pk}/read")

    assert response.headers["Location"] == "/app/notifications"


def test_all_are_marked_read_by_a_form_or_in_the_panel(page: Client, alice: User) -> None:
    tell(alice, 2)
    assert page.post("/app/notifications/read").headers["Location"] == "/app/notifications"
    assert notifications.unread_count(alice) == 0

    tell(alice)
    response = page.post("/app/notifications/read", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert 'hx-swap-oob="true"' in response.text
    assert "notification-unread" not in response.text
