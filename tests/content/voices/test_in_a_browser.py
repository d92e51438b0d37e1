"""A voice as a creator makes and tries it, in a real browser: by mouse, by keyboard, on a phone, in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from content.models import Content, Voice
from tests.browsing import CORNERS, Corner, faults, opened
from tests.content import states
from tests.content.voices.samples import FRENCH, voice
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("writers"),
]

expect.set_options(timeout=20_000)


@pytest.fixture
def page(browser: Browser, live_server: Any, alice: User) -> Iterator[Page]:
    context = opened(browser, live_server, alice)
    page = context.pages[0]
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    context.close()
    assert complaints == []


def test_a_voice_is_made_by_keyboard_and_tried_with_and_without(page: Page, provider: OpenAIServer) -> None:
    page.goto("/app/voice/new")
    page.get_by_label("Paste one to five texts of yours").fill("\n---\n".join(FRENCH))
    page.get_by_label("Name").fill("Soir")
    page.get_by_role("button", name="Read my samples").press("Enter")
    page.wait_for_url(re.compile(r"/app/voice/[0-9a-f-]{36}$"))
    expect(page.get_by_label("Tone")).to_have_value(re.compile("Tutoie"))

    page.get_by_label("What should the text be about?").fill("Rain tonight")
    page.get_by_role("button", name="Write both").press("Enter")
    page.wait_for_url(re.compile("/try/"))

    for index in (0, 1):
        expect(page.locator(f"#variant-{index}")).to_have_attribute("data-status", "done")
        expect(page.locator(f"#variant-{index} .variant-details")).to_contain_text("$")
    expect(page.get_by_text("In the voice “Soir”")).to_be_visible()
    assert not Content.objects.exists()

    page.locator("#variant-0").get_by_role("button", name="Use this").click()
    page.wait_for_url(re.compile("/app/create/"))
    assert Content.objects.get().voice == Voice.objects.get()


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_nothing_hinders_anybody(
    browser: Browser, live_server: Any, alice: User, provider: OpenAIServer, corner: Corner
) -> None:
    User.objects.filter(pk=alice.pk).update(locale=corner.language)
    row = voice(alice, never_say=("gratuit",))
    bad = states.post(alice, body="Barely legal: my tax return. Tip me on PayPal.", title="")
    context = opened(browser, live_server, alice, **corner.options)
    page = context.pages[0]
    pages = {"voices": "voice", "voice-new": "voice/new", "voice": f"voice/{row.pk}", "review": f"review/{bad.pk}"}
    for name, path in pages.items():
        page.goto(f"/app/{path}")
        assert faults(page, f"{name}-{corner}") == [], path
    page.goto("about:blank")
    context.close()
