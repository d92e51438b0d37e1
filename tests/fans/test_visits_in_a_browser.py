"""A page tells of its visitor in a real browser: what was seen, without a cookie, and nothing of who does not want it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts import handles, profiles
from accounts.models import User
from analytics.collector import programs
from tests.analytics.visits import FIREFOX, PHONE, forget_all, waiting
from tests.browsing import opened
from tests.fans.test_public import publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def nadia(alice: User) -> User:
    handles.take(alice, "nadia")
    profile = profiles.of(alice)
    profile.bio = "Rain, tea and photographs."
    profile.save()
    forget_all()
    return alice


def within(page: Page, found: Callable[[], bool]) -> None:
    for _ in range(60):
        if found():
            return
        page.wait_for_timeout(100)
    raise AssertionError([one.data for one in waiting()])


def seen() -> list[str | None]:
    return [one.data["content_id"] for one in waiting() if one.data["page"] == "post"]


def test_a_view_and_the_posts_that_were_looked_at_are_told(
    nadia: User, browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is sent when a page is left has Chromium's own User-Agent, which is that of a robot.
    monkeypatch.setattr(programs, "is_robot", lambda _program: False)
    rows = [publish(nadia, "Rain. " * 200, at=timezone.now() - timedelta(hours=hours)) for hours in range(4)]
    context = opened(browser, live_server, None, user_agent=FIREFOX)
    (page,) = context.pages
    page.goto("/@nadia")
    within(page, lambda: len(waiting()) == 1)
    (view,) = waiting()
    assert (view.data["page"], view.data["device"], view.data["referrer_host"]) == ("creator", "desktop", "")

    page.locator(f"#post-{rows[0].pk}").scroll_into_view_if_needed()
    page.wait_for_timeout(2_000)
    page.goto("/pricing")

    within(page, lambda: str(rows[0].content_id) in seen())
    assert str(rows[3].content_id) not in seen()
    assert not [cookie for cookie in context.cookies() if cookie["name"] != "csrftoken"]
    context.close()


def test_the_owner_is_not_counted_and_others_who_are_signed_in_are(
    nadia: User, bob: User, browser: Browser, live_server: Any
) -> None:
    for user, count in [(nadia, 0), (bob, 1)]:
        context = opened(browser, live_server, user, user_agent=PHONE)
        context.pages[0].goto("/@nadia")
        context.pages[0].wait_for_load_state("networkidle")
        context.pages[0].wait_for_timeout(300)
        assert len(waiting()) == count
        context.close()
    assert waiting()[0].data["device"] == "phone"


@pytest.mark.parametrize("wish", ["doNotTrack", "globalPrivacyControl"])
def test_who_does_not_want_it_sends_nothing(wish: str, nadia: User, browser: Browser, live_server: Any) -> None:
    context = opened(browser, live_server, None, user_agent=FIREFOX)
    value = "'1'" if wish == "doNotTrack" else "true"
    context.add_init_script(f"Object.defineProperty(Navigator.prototype, '{wish}', {{get: () => {value}}})")
    (page,) = context.pages
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/collect") else None)
    page.goto("/@nadia")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert sent == []
    assert waiting() == []
    context.close()
