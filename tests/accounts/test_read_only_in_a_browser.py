"""A creator who may only read, at their own pages: told everywhere, led to where it is paid, and no word of theirs lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from content.models import Content
from tests import browsing
from tests.content import states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

expect.set_options(timeout=20_000)

# Set it to a folder to look at the pages.
PICTURES = os.environ.get("READ_ONLY_PICTURES", "")


@pytest.fixture
def opened(browser: Browser, live_server: Any, alice: User) -> Iterator[Any]:
    made: list[BrowserContext] = []
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())

    def open_page(path: str, **options: Any) -> Page:
        context = browsing.opened(browser, live_server, alice, **options)
        made.append(context)
        context.pages[0].goto(path)
        return context.pages[0]

    yield open_page
    for context in made:
        context.close()


def fine(page: Page, name: str) -> None:
    """No violation, nothing wider than the window."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES, f"{name}.png")))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name


@pytest.mark.parametrize(
    ("locale", "options"),
    [("en", {"color_scheme": "light"}), ("fr", {**browsing.PHONE, "color_scheme": "dark"})],
)
def test_a_form_that_is_sent_says_why_and_leads_to_billing(
    opened: Any, alice: User, locale: str, options: dict[str, Any]
) -> None:
    User.objects.filter(pk=alice.pk).update(locale=locale)
    page = opened("/app/templates/new", **options)
    expect(page.locator("#read-only-notice")).to_be_visible()
    fine(page, f"form-{locale}")

    page.locator("[name=name]").fill("Rain")
    page.locator("[name=body]").fill("Rain on the roof.")
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    expect(page.locator(".empty-title")).to_be_visible()
    fine(page, f"refused-{locale}")
    page.locator(".empty-actions a").first.click()

    page.wait_for_url("**/app/billing")
    expect(page.locator("#read-only-notice")).to_be_visible()
    fine(page, f"billing-{locale}")


def test_what_is_typed_in_the_composer_stays_and_is_not_saved(opened: Any, alice: User) -> None:
    content = states.post(alice)
    page = opened(f"/app/create/{content.pk}")

    page.locator("#id_body").fill("Words of a Sunday.")
    told = page.locator("#toasts").get_by_text("This account is read-only")
    expect(told).to_be_visible()
    assert page.locator("#toasts a[href='/app/billing']").count() == 1
    page.locator("#id_body").fill("Words of a Sunday, and more.")
    page.wait_for_timeout(1500)

    assert told.count() == 1
    assert page.locator("#id_body").input_value() == "Words of a Sunday, and more."
    assert Content.objects.get(pk=content.pk).body == content.body
    fine(page, "composer")


def test_asking_for_a_text_is_refused_beside_the_brief(opened: Any, alice: User) -> None:
    content = states.post(alice)
    page = opened(f"/app/create/{content.pk}")

    page.locator("#brief").evaluate("brief => (brief.open = true)")
    page.locator("#id_prompt").fill("Rain in Lyon")
    page.locator("#write").click()

    expect(page.locator("#toasts").get_by_text("This account is read-only")).to_be_visible()
    fine(page, "composer-brief")
