"""A campaign from one sentence to the calendar: a real browser, and a provider that answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from ai_routing.models import Run
from content.models import Content
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def page(
    browser: Browser,
    alice: User,
    provider: OpenAIServer,
    live_server: Any,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    client = Client()
    client.force_login(alice)
    width, height = request.param
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def assert_sound(page: Page) -> None:
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert Axe().run(page).response["violations"] == []


def test_from_one_sentence_to_the_calendar(page: Page, provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("You post on Mondays.", "kpi:credits"))
    crew.says(provider, crew.plan("Umbrellas", "Puddles", "Boots", platform="x"))
    page.goto("/app/campaigns")
    assert_sound(page)
    page.get_by_role("link", name="Weekly content plan").click()
    assert_sound(page)
    page.get_by_label("What is this week about?").fill("Rain in Lyon")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/app/campaigns/[0-9a-f-]{36}$"))
    page.wait_for_load_state("load")
    run = Run.objects.get()

    # Nobody reloads: each step shows as soon as it has ended.
    crew.work(run, until="plan")
    expect(page.locator("[data-status=done]")).to_have_count(1)
    page.locator("details.step summary").first.click()
    expect(page.get_by_text("You post on Mondays.")).to_be_visible()
    crew.work(run, until="write")
    expect(page.locator(".step-bare").filter(has_text="Puddles")).to_be_visible()
    # What was opened stays open.
    expect(page.get_by_text("You post on Mondays.")).to_be_visible()
    assert_sound(page)
    crew.work(run)

    expect(page.get_by_role("button", name="Approve all")).to_be_visible()
    expect(page.locator(".timeline-stop")).to_have_count(3)
    assert_sound(page)
    third = page.locator(".proposal").nth(2)
    third.get_by_label("Text", exact=True).fill("My own words.")
    first = page.locator(".proposal").first
    first.locator("summary").click()
    first.get_by_label("Why? It is kept with the campaign.").fill("Seen too often")
    assert_sound(page)
    first.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_text("Seen too often")).to_be_visible()
    page.get_by_role("button", name="Approve all").click()
    expect(page.get_by_text("2 of 2 approved posts are on your calendar.")).to_be_visible()
    expect(page.locator("#progress")).to_have_text("Done")
    assert_sound(page)

    posts = Content.objects.order_by("pk")
    assert [(post.state, post.origin) for post in posts] == [
        ("scheduled", "ai_generated"),
        ("scheduled", "ai_assisted"),
    ]
    page.get_by_role("link", name="See the calendar").click()
    page.wait_for_url("**/app/calendar?*")
    for post in posts:
        expect(page.get_by_text(post.title).first).to_be_visible()
    page.goto("/app/campaigns")
    expect(page.get_by_text("2 scheduled")).to_be_visible()
    assert_sound(page)


def test_the_keyboard_starts_watches_and_cancels(page: Page) -> None:
    page.goto("/app/campaigns/new/performance-review")
    page.get_by_label("What do you want to know?").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/app/campaigns/[0-9a-f-]{36}$"))
    page.get_by_role("button", name="Cancel the run").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#progress")).to_contain_text("Cancelled")
    assert Run.objects.get().status == "cancelled"
    assert_sound(page)
