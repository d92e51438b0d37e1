"""One text for several channels, and what some of them say instead: customized, shortened, shared again, collided."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from content import channels, history
from content.history import Draft, OwnText
from content.models import Content, ContentVersion, Generation
from tests.browsing import opened
from tests.content.composer.pages import DRAFT, begun, left, saved
from tests.content.composer.waiting import stored, until
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("writers"),
]

LONG = "It rains on the roofs of Lyon, and I stay in with the camera and low light. " * 5
FITS = "It rains on Lyon, and I stay in with the camera. Tonight at nine."
TOO_LONG = "It rains on Lyon, and I stay in with the camera. " * 6


def own(channel: str) -> OwnText:
    return history.draft_of(stored()).own.get(channel, OwnText())


def for_channels(page: Page, body: str, *names: str) -> None:
    begun(page, body)
    for name in ["instagram", *names]:
        page.locator(f"[data-choose={name}]").check()
    until(lambda: set(channels.of(stored())) == {"instagram", *names})


def test_a_channel_says_what_all_say_until_it_is_customized_and_does_again(page: Page) -> None:
    for_channels(page, "Rain.", "x", "reddit")
    page.locator("[data-tab=reddit]").click()
    expect(page.locator("[data-panel=reddit] [data-mirror]")).to_have_text("Rain.")
    page.get_by_role("switch", name="Customize for Reddit").check()
    area = page.locator("[name=body-reddit]")
    expect(area).to_have_value("Rain.")
    expect(area).to_be_focused()
    area.fill("Rain, at length, for Reddit.")
    until(lambda: own("reddit").body == "Rain, at length, for Reddit.")
    assert (stored().body, own("x").customized) == ("Rain.", False)

    page.get_by_role("switch", name="Customize for Reddit").uncheck()
    until(lambda: not own("reddit").customized)
    toast = page.locator("[data-toast]", has_text="Reddit says what all channels say again.")
    toast.get_by_role("button", name="Undo").click()
    expect(area).to_have_value("Rain, at length, for Reddit.")
    until(lambda: own("reddit").customized)

    # Taken out by mistake, with its text.
    page.locator("[data-choose=reddit]").uncheck()
    until(lambda: "reddit" not in channels.of(stored()))
    page.locator("[data-toast]", has_text="is taken out").get_by_role("button", name="Undo").click()
    until(lambda: own("reddit") == OwnText(customized=True, body="Rain, at length, for Reddit."))


def test_what_is_too_long_for_one_is_shortened_for_that_one_alone(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=FITS, containing="at most", times=None)
    for_channels(page, LONG, "x")
    over = page.locator("[data-limit=x]")
    expect(over).to_contain_text("X takes 280 characters:")
    expect(page.locator("[data-limit=instagram]")).to_be_hidden()
    page.get_by_role("button", name="Shorten for X").click()
    expect(page.locator("#suggestion")).to_contain_text("Only on X")
    # With the label that tells of AI.
    expect(page.locator("[data-fits=x]")).to_have_text(f"{len(FITS) + 5} / 280")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("[name=body-x]")).to_have_value(FITS)
    expect(page.locator("#tab-x")).to_have_attribute("aria-selected", "true")
    expect(over).to_be_hidden()
    expect(page.locator("#id_body")).to_have_value(LONG)
    until(lambda: own("x").body == FITS)
    # What is hers says so, and what a model had a part in says that.
    content = stored()
    assert (content.origin, channels.origin_of(content, "x")) == ("human", "ai_assisted")
    assert channels.text(content, "instagram").label == ""
    expect(page.locator("[data-preview=x] [data-preview-text]")).to_contain_text("#ai")

    page.keyboard.press("Control+z")
    expect(page.get_by_role("switch", name="Customize for X")).not_to_be_checked()
    until(lambda: not own("x").customized)


def test_an_answer_that_is_still_too_long_is_shortened_once_more(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=TOO_LONG, containing="at most", times=None)
    for_channels(page, LONG, "x")
    page.get_by_role("button", name="Shorten for X").click()
    expect(page.locator("[data-fits=x]")).to_have_attribute("data-over-limit", "")
    page.get_by_role("button", name="Shorten more").click()
    until(lambda: Generation.objects.filter(source=TOO_LONG.strip(), channel="x").exists())


def test_tools_and_versions_work_on_the_text_that_is_shown(page: Page, provider: OpenAIServer) -> None:
    provider.script(text="Rain for X.", containing="about half as long", times=None)
    provider.script(text="A version for X.", times=None)
    for_channels(page, "Rain in Lyon, tonight.", "x")
    page.locator("[data-tab=x]").click()
    expect(page.locator("[data-scope]")).to_have_text("Only on X")
    page.locator("[data-tools] [data-change=shorter]").click()
    page.get_by_role("button", name="Accept").click()
    until(lambda: own("x").body == "Rain for X.")
    assert stored().body == "Rain in Lyon, tonight."

    expect(page.locator("[data-write-for]")).to_have_text("Only on X")
    page.locator("#id_prompt").fill("Rain in Lyon")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#variant-0")).to_have_attribute("data-status", "done")
    expect(page.locator("#results")).to_contain_text("Only on X")
    page.locator("[data-tab=all]").click()
    page.locator("#variant-0").get_by_role("button", name="Use this").click()
    expect(page.locator("[name=body-x]")).to_have_value("A version for X.")
    until(lambda: own("x").body == "A version for X.")
    content = stored()
    assert (content.body, content.origin) == ("Rain in Lyon, tonight.", "human")
    assert channels.origin_of(content, "x") == "ai_generated"
    assert Generation.objects.get(kind="text").platform == "x"


def test_two_tabs_collide_over_what_a_channel_says(page: Page) -> None:
    for_channels(page, "Rain.", "x")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[data-tab=x]").click()
    other.get_by_role("switch", name="Customize for X").check()
    other.locator("[name=body-x]").fill("The other tab on X.")
    until(lambda: own("x").body == "The other tab on X.")

    page.locator("[data-tab=x]").click()
    page.get_by_role("switch", name="Customize for X").check()
    page.locator("[name=body-x]").fill("This tab on X.")
    sheet = page.locator("#conflict-sheet")
    expect(sheet.get_by_role("heading", name="X", exact=True)).to_be_visible()
    expect(sheet.locator("[data-theirs=x]")).to_have_text("The other tab on X.")
    sheet.get_by_role("button", name="Take the saved one").click()
    expect(page.locator("[name=body-x]")).to_have_value("The other tab on X.")
    expect(page.locator("#save-trouble")).to_be_empty()
    left(other)
    kept = [version.channels.get("x", {}).get("body") for version in ContentVersion.objects.all()]
    assert "This tab on X." in kept


def test_an_own_text_comes_back_after_a_crash_and_from_the_history(page: Page) -> None:
    for_channels(page, "Rain.", "x")
    page.locator("[data-tab=x]").click()
    page.get_by_role("switch", name="Customize for X").check()
    page.locator("[name=body-x]").fill("Short.")
    until(lambda: own("x").body == "Short.")
    page.route("**/save", lambda route: route.abort())
    page.locator("[name=body-x]").fill("Typed when nothing was there.")
    expect(page.locator("#save-trouble")).to_contain_text("kept on this device")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    expect(page.locator("[name=body-x]")).to_have_value("Typed when nothing was there.")
    page.unroute("**/save")
    page.keyboard.press("Control+s")
    until(lambda: own("x").body == "Typed when nothing was there.")

    # However short it is: what a channel said alone is a version once it is gone.
    page.locator("[data-choose=x]").uncheck()
    until(lambda: "x" not in channels.of(stored()))
    page.locator("#history").click()
    page.get_by_role("link", name="Compare and restore").first.click()
    expect(page.locator(".history-chosen").get_by_role("heading", name="X", exact=True)).to_be_visible()
    expect(page.locator(".history-chosen ins").first).to_contain_text("Typed when nothing was")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("[data-dot=x]")).to_be_visible()
    until(lambda: own("x").body == "Typed when nothing was there.")


def narrow(browser: Browser, live_server: Any, alice: User, theme: str = "light") -> tuple[Page, Content]:
    texts = {"x": OwnText(customized=True, body="x " * 200), "huntaze": OwnText(), "reddit": OwnText()}
    content = history.begin(alice, Draft(body=LONG, own=texts), key="", now=timezone.now())
    context = opened(
        browser, live_server, alice, color_scheme=theme, viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.pages[0]
    page.goto(f"/app/create/{content.pk}")
    return page, content


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_the_preview_is_a_sheet(browser: Browser, live_server: Any, alice: User, theme: str) -> None:
    page, _ = narrow(browser, live_server, alice, theme)
    opener = page.get_by_role("button", name="Preview")
    expect(page.locator("#previews")).to_be_hidden()
    opener.press("Enter")
    sheet = page.get_by_role("dialog", name="Preview")
    expect(sheet).to_be_visible()
    assert page.evaluate("document.getElementById('preview-sheet').contains(document.activeElement)")
    sheet.get_by_role("button", name="X", exact=True).click()
    expect(sheet.locator("[data-preview=x]")).to_be_visible()
    expect(sheet.locator("[data-preview=x] [data-used=x]")).to_have_attribute("data-over-limit", "")
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    # Turned, or made wider: the preview stands beside the text.
    sheet_opened = page.locator("#previews")
    opener.click()
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(sheet).to_be_hidden()
    expect(sheet_opened).to_be_visible()
    left(page)
    page.context.close()


def test_on_a_phone_a_channel_is_customized_and_saved(browser: Browser, live_server: Any, alice: User) -> None:
    page, content = narrow(browser, live_server, alice)
    page.locator("[data-tab=reddit]").tap()
    page.get_by_text("Customize for Reddit").tap()
    page.locator("[name=body-reddit]").fill("Rain on Reddit.")
    saved(page)
    until(lambda: own("reddit").body == "Rain on Reddit.")
    expect(page).to_have_url(DRAFT)
    assert re.search(str(content.pk), page.url)
    left(page)
    page.context.close()
