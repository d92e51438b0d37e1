"""What the frame around every page tells."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import CreatorProfile, Notification, User
from billing import quota
from huntaze import context
from huntaze.context import Frame

pytestmark = pytest.mark.django_db


def frame(user: User, path: str = "/app/posts", **cookies: str) -> Frame:
    request = RequestFactory().get(path)
    request.user = user
    request.COOKIES.update(cookies)
    return Frame(request)


def test_only_pages_that_are_there_are_linked() -> None:
    assert context.leads_somewhere("/app/posts")
    assert not context.leads_somewhere("/app/nowhere")


def test_the_page_shown_is_marked_and_home_only_on_itself(alice: User) -> None:
    current = {
        entry.url for entry in frame(alice, "/app/posts/018f0000-0000-7000-8000-000000000000").pages if entry.current
    }

    assert current == {"/app/posts"}


def test_no_two_pages_have_the_same_key(alice: User) -> None:
    keys = [entry[3] for entry in [*context.PAGES, *context.SETTINGS]]

    assert len(set(keys)) == len(keys)


def test_a_phone_finds_every_page_in_the_bar_or_in_the_sheet(alice: User) -> None:
    shown = frame(alice, "/app/settings")

    assert {*shown.tabs, *shown.more} == set(shown.pages)
    assert len(shown.tabs) <= 4
    assert shown.is_under_more


def test_shortcuts_and_unread_take_one_query(alice: User, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    Notification.objects.create(user=alice, kind="x", created_at=now)
    Notification.objects.create(user=alice, kind="x", created_at=now, read_at=now)

    shown = frame(alice)
    with django_assert_num_queries(1):
        assert (shown.shortcuts, shown.unread) == (True, 1)


def test_shortcuts_can_be_off(alice: User) -> None:
    CreatorProfile.objects.create(user=alice, shortcuts=False)

    assert frame(alice).shortcuts is False


def test_the_sidebar_stays_folded(alice: User) -> None:
    assert frame(alice, sidebar="folded").is_folded
    assert not frame(alice).is_folded


@pytest.mark.parametrize(("used", "notice"), [(79, ""), (80, "high"), (99, "high"), (100, "full")])
def test_the_frame_tells_of_credits_that_run_out(alice: User, used: int, notice: str, monkeypatch: Any) -> None:
    now = timezone.now()
    status = quota.status(alice, now=now)
    period = quota.status(alice, now=now)
    credits = status.limit * used // 100
    monkeypatch.setattr(
        quota, "status", lambda user, now: type(period)(**{**fields(period), "used": credits, "reserved": 0})
    )

    shown = frame(alice)

    assert shown.notice == notice
    put_away = frame(alice, notice=shown.notice_key).notice
    # What is used up cannot be put away: the reader would wonder why nothing is written.
    assert put_away == ("full" if notice == "full" else "")


def fields(status: Any) -> dict[str, Any]:
    return {name: getattr(status, name) for name in type(status).__dataclass_fields__}
