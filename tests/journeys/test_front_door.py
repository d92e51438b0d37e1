"""Every page between a visitor and their first post, in a real browser: accessible, in both themes and widths."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import handles, profiles
from accounts.models import User
from content.models import Publication
from tests import browsing
from tests.browsing import CORNERS, Corner, faults
from tests.conftest import PASSWORD
from tests.content import states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)

OPEN_PAGES = ["/", "/pricing", "/legal/terms", "/legal/privacy", "/legal/imprint", "/login", "/signup", "/@alice_b"]
OWN_PAGES = ["/app/", "/app/welcome", "/app/settings", "/logout"]


@pytest.fixture
def creator(alice: User) -> User:
    """Alice, with a page and something to do."""
    now = timezone.now()
    handles.take(alice, "alice_b")
    profile = profiles.of(alice)
    profile.bio = "Rain, tea and photographs."
    profile.save()
    for number, (state, channel) in enumerate(
        [("published", "huntaze"), ("failed", "huntaze"), ("reminded", "onlyfans"), ("scheduled", "x")]
    ):
        post = states.post(alice, number, state="scheduled" if state == "reminded" else state, origin="ai_generated")
        Publication.objects.create(
            user=alice,
            content=post,
            channel=channel,
            state=state,
            due_at=now,
            attempt_at=now,
            created_at=now,
            published_at=now if state == "published" else None,
            error_code="unexpected" if state == "failed" else "",
            body=post.body,
        )
    states.post(alice, 9, updated_at=now - timedelta(days=30))
    return alice


def opened(browser: Browser, live_server: Any, **options: Any) -> BrowserContext:
    context: BrowserContext = browser.new_context(base_url=live_server.url, **{"locale": "en-GB", **options})
    return context


def log_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/")


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_everybody_can_use_every_page_and_it_fits(
    browser: Browser, live_server: Any, creator: User, corner: Corner
) -> None:
    User.objects.filter(pk=creator.pk).update(locale=corner.language)
    found = {}
    for user, paths in ((None, OPEN_PAGES), (creator, OWN_PAGES)):
        context = browsing.opened(browser, live_server, user, **corner.options)
        page = context.pages[0]
        for path in paths:
            page.goto(path)
            found[path] = faults(page, f"{path.strip('/').replace('/', '-') or 'front'}-{corner}")
        page.goto("about:blank")
        context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_theme_changes_at_once_and_is_remembered(browser: Browser, live_server: Any, db: None) -> None:
    context = opened(browser, live_server)
    page = context.new_page()
    page.goto("/")
    with page.expect_response("**/theme?theme=dark**"):
        page.get_by_role("link", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("link", name="Dark")).to_have_attribute("aria-current", "true")
    assert page.url.endswith("/")
    page.goto("/pricing")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_a_name_is_checked_while_it_is_typed(browser: Browser, live_server: Any, alice: User, bob: User) -> None:
    handles.take(bob, "bobby")
    context = opened(browser, live_server)
    page = context.new_page()
    log_in(page)
    page.goto("/app/settings/page")
    field, verdict = page.get_by_label("Name of your page"), page.locator("[data-handle-verdict]")
    field.press_sequentially("Bobby")
    expect(verdict).to_have_text("Somebody else has this name.")
    expect(verdict).to_have_attribute("data-free", "false")
    field.fill("@Nadia")
    expect(verdict).to_have_text("It is free.")
    page.get_by_role("button", name="@alice").click()
    expect(field).to_have_value("alice")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(page.locator("#page-address")).to_contain_text("/@alice")
    assert profiles.of(alice).handle == "alice"
    context.close()


def test_the_questions_are_answered_by_keyboard(browser: Browser, live_server: Any, alice: User) -> None:
    context = opened(browser, live_server)
    page = context.new_page()
    log_in(page)
    page.goto("/app/welcome")
    expect(page.get_by_label("Photos")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Videos")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    # From the first answer back to the last one.
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/app/create?first=1")
    profile = profiles.of(alice)
    assert (profile.makes, profile.languages, profile.channels) == (["photos", "videos"], ["en"], [])
    context.close()
