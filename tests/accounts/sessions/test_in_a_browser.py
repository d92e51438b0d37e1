"""Sessions, keys and activity as a person has them, in a real browser: by keyboard, on a phone, in the dark, in French."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts import api_keys, audit
from accounts.models import Session, User
from accounts.sessions import clients
from tests.browsing import CORNERS, Corner, faults, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

expect.set_options(timeout=20_000)

PAGES = ("sessions", "keys", "activity", "security")
CURL = "curl/8.12.1"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def lived_in(alice: User) -> None:
    """Sessions, keys and entries of some length."""
    now = timezone.now()
    for program in (SAFARI, CURL):
        pair = clients.begin(alice, request=HttpRequest(), now=now)
        Session.objects.filter(pk=pair.session.pk).update(user_agent=program, address="203.0.113.9", country="FR")
    api_keys.create(alice, name="Newsletter of every Sunday evening", now=now)
    api_keys.create(alice, name="feed", scopes=["usage", "content:read"], now=now, expires_at=now + timedelta(days=30))
    audit.record(alice, "role_changed", actor=User.objects.create_superuser("operator@example.org", "x"), now=now)


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_the_pages_are_accessible_and_fit(corner: Corner, browser: Browser, live_server: Any, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(locale=corner.language)
    context = opened(browser, live_server, alice, **corner.options)
    page = context.pages[0]
    for name in PAGES:
        page.goto(f"/app/settings/{name}")
        assert faults(page, f"{name}-{corner}") == [], name
    page.goto("about:blank")
    context.close()


def test_a_session_and_then_all_others_are_ended_by_keyboard(browser: Browser, live_server: Any, alice: User) -> None:
    context = opened(browser, live_server, alice)
    page: Page = context.pages[0]
    page.goto("/app/settings/sessions")

    page.get_by_role("button", name="End the session: Mobile Safari on iOS").press("Enter")
    expect(page.get_by_text("Session ended. That device is signed out from now on.")).to_be_visible()
    expect(page.get_by_text("Mobile Safari on iOS")).to_have_count(0)
    page.get_by_role("button", name="End all others").press("Enter")
    expect(page.get_by_text("1 session ended.")).to_be_visible()

    expect(page.get_by_role("button", name="End all others")).to_have_count(0)
    assert Session.objects.filter(ended_at=None).count() == 1
    page.goto("about:blank")
    context.close()
