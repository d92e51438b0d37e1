"""The pages of figures in a real browser: by keyboard, on a phone, in both themes and languages, judged by axe."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from analytics.pages import overview, people, rows
from content.pages import week
from tests import browsing
from tests.analytics import hand
from tests.analytics.hand import NOW
from tests.browsing import CORNERS, Corner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

PAGES = {
    "overview": "/app/analytics?range=30d",
    "empty": "/app/analytics?from=2026-01-01&to=2026-01-07",
    "rows": "/app/analytics/rows/earning.net?range=30d",
    "people": "/app/analytics/people/paying?range=30d",
    "week": "/app/analytics/week",
}


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=lambda: NOW)
    for module in (overview, people, rows, week):
        monkeypatch.setattr(module, "timezone", clock)


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_everybody_can_read_the_figures(corner: Corner, browser: Browser, live_server: Any, alice: User) -> None:
    alice.locale = corner.language
    alice.theme = corner.theme
    alice.save()
    hand.live(alice)
    context = browsing.opened(browser, live_server, alice, **corner.options)
    page = context.pages[0]
    found = {}
    for name, path in PAGES.items():
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        if name == "overview":
            expect(page.locator("#week")).to_be_visible()
        found[name] = browsing.faults(page, f"figures-{name}-{corner}")
    context.close()

    assert found == {name: [] for name in PAGES}


def test_the_range_changes_in_place_and_can_be_kept(browser: Browser, live_server: Any, alice: User) -> None:
    hand.live(alice)
    context = browsing.opened(browser, live_server, alice, **CORNERS[0].options)
    page = context.pages[0]
    page.goto("/app/analytics?range=30d")
    page.evaluate("window.kept = true")

    page.locator("#range-7d").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#range-7d")).to_have_attribute("aria-current", "true")
    expect(page.locator(".kpi-value").first).to_contain_text("€24.00")
    assert page.evaluate("window.kept") is True
    assert "range=7d" in page.url
    page.reload()
    expect(page.locator(".kpi-value").first).to_contain_text("€24.00")
    page.locator(".kpi-value a").first.click()
    expect(page.locator(".figures-total")).to_have_text("€24.00")
    context.close()
