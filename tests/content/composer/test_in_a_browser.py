"""The composer as a creator has it: a real browser, tabs that collide, connections that break, words that stay."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from content import channels, history
from content.channels import Counting, counting
from content.history import Draft, OwnText
from content.models import ContentVersion, Generation
from tests.browsing import CORNERS, Corner, faults, opened
from tests.content.composer.pages import DRAFT, SHORTER, WORDS, begun, left, saved
from tests.content.composer.waiting import stored, until
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("writers"),
]


def test_the_first_word_makes_a_draft_that_is_saved_from_then_on(page: Page) -> None:
    begun(page, "R")
    page.locator("#id_body").press_sequentially("ain tonight.")
    page.locator("#id_title").fill("Tonight")
    page.keyboard.press("Control+s")
    saved(page)
    until(lambda: stored().title == "Tonight")
    assert (stored().title, stored().body) == ("Tonight", "Rain tonight.")


def test_a_lost_connection_and_a_reload_lose_nothing(page: Page) -> None:
    begun(page)
    page.context.set_offline(True)
    page.locator("#id_body").fill("Rain. Typed in a tunnel.")
    expect(page.locator("#save-trouble")).to_contain_text("kept on this device")
    assert stored().body == "Rain."

    page.context.set_offline(False)
    saved(page)
    expect(page.locator("#save-trouble")).to_be_empty()
    assert stored().body == "Rain. Typed in a tunnel."

    # The server is away, and the tab is thrown away with it.
    page.route("**/save", lambda route: route.abort())
    page.locator("#id_body").fill("Rain. Typed when nothing was there.")
    expect(page.locator("#save-trouble")).to_contain_text("kept on this device")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_body")).to_have_value("Rain. Typed when nothing was there.")
    expect(page.locator("#restored")).to_be_visible()
    page.unroute("**/save")
    page.keyboard.press("Control+s")
    expect(page.locator("#save-trouble")).to_be_empty()
    saved(page)
    assert stored().body == "Rain. Typed when nothing was there."


def test_words_typed_before_there_was_a_draft_come_back_too(page: Page) -> None:
    page.goto("/app/create")
    page.route("**/app/create", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("#id_body").fill("First words.")
    expect(page.locator("#save-trouble")).to_contain_text("kept on this device")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_body")).to_have_value("First words.")
    page.unroute("**/app/create")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(DRAFT)
    assert stored().body == "First words."


def test_two_tabs_collide_and_both_texts_are_there(page: Page) -> None:
    begun(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#id_body").fill("The other tab.")
    saved(other)
    expect(other.locator("#id_revision")).to_have_value("2")

    page.locator("#id_body").fill("This tab.")
    sheet = page.locator("#conflict-sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator("[data-theirs]")).to_have_text("The other tab.")
    assert stored().body == "The other tab."

    sheet.get_by_role("button", name="Put both into the text").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("#save-trouble")).to_be_empty()
    expect(page.locator("#id_revision")).to_have_value("3")
    assert stored().body == "The other tab.\n\nThis tab."


def test_written_used_shortened_and_undone(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=SHORTER, containing="about half as long", times=None)
    provider.script(text=WORDS, chunk_delay=0.02, times=None)
    page.goto("/app/create")
    page.locator("#id_prompt").fill("Rain in Lyon, tonight at nine.")
    page.locator("#id_variants").select_option("2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#variant-1")).to_have_attribute("data-status", "done")
    # The first one goes into a draft that is still empty.
    expect(page.locator("#id_body")).to_have_value(WORDS)
    expect(page.locator(".preview[data-shown] [data-preview-text]")).to_contain_text("#ai")
    assert stored().origin == "ai_generated"

    page.locator("[data-tools] [data-change=shorter]").click()
    expect(page.locator(".rewriting .diff del").first).to_be_visible()
    expect(page.locator(".rewriting .diff ins").first).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#id_body")).to_have_value(SHORTER)
    until(lambda: stored().body == SHORTER)
    page.keyboard.press("Control+z")
    expect(page.locator("#id_body")).to_have_value(WORDS)
    page.keyboard.press("Control+s")
    until(lambda: stored().body == WORDS)
    assert {"generated", "rewritten"} <= set(ContentVersion.objects.values_list("reason", flat=True))


def test_one_more_version_is_written_and_edited(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=WORDS, chunk_delay=0.02, times=None)
    page.goto("/app/create")
    page.locator("#id_prompt").fill("Rain in Lyon")
    page.locator("#write").click()
    expect(page.locator("#variant-0")).to_have_attribute("data-status", "done")
    expect(page.locator("#id_body")).to_have_value(WORDS)
    page.locator("#id_body").fill("My own words.")
    page.locator("#variant-0").get_by_role("button", name="Again").click()
    more = page.locator("article[id^=more-]")
    expect(more).to_have_attribute("data-status", "done")
    expect(page.locator("#results-title")).to_have_text("2 versions")
    expect(page.locator("#id_body")).to_have_value("My own words.")
    more.get_by_role("button", name="Edit").click()
    expect(page.locator("#id_body")).to_have_value(WORDS)
    expect(page.locator("#id_body")).to_be_focused()
    page.keyboard.type(" More.")
    until(lambda: stored().body == f"{WORDS} More.")
    more.locator("summary").press("Enter")
    expect(more.locator(".details-why p")).to_be_visible()


def test_it_is_scheduled_where_it_is_written_and_taken_back(page: Page) -> None:
    begun(page, "Tip me on PayPal tonight, I show you the roofs.")
    page.get_by_role("button", name="Schedule…").click()
    sheet = page.locator("#plan-sheet")
    expect(sheet).to_be_visible()
    sheet.locator("[name=channels]:checked").first.uncheck()
    sheet.locator("[name=channels][value=x]").check()
    expect(sheet.locator("mark")).to_have_text("PayPal")
    sheet.get_by_role("button", name="I have read this, go on").click()
    expect(sheet.locator("mark")).to_have_count(0)
    assert Axe().run(page).violations_count == 0
    sheet.locator(".plan-acts button[value=at]").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("#post-state")).to_have_text("Scheduled")
    expect(page.locator("[data-choose=x]")).to_be_checked()
    assert stored().publications.get().channel == "x"
    saved(page)
    there = page.get_by_role("link", name="See it on the calendar")
    expect(there).to_have_attribute("href", re.compile(r"^/app/calendar\?day=20\d\d-\d\d-\d\d$"))
    # Taken out of the draft, it goes out all the same, and says so.
    time = page.locator("[data-standing=x] a")
    expect(time.locator("time")).to_be_visible()
    expect(time.get_by_text("Still on the calendar:")).to_be_hidden()
    page.locator("[data-choose=x]").uncheck()
    expect(time.get_by_text("Still on the calendar:")).to_be_visible()
    page.locator("[data-choose=x]").check()
    until(lambda: "x" in channels.of(stored()))
    page.locator("#toasts [data-undo] button").click()
    page.wait_for_url(DRAFT)
    expect(page.locator("#id_body")).to_have_value("Tip me on PayPal tonight, I show you the roofs.")
    assert stored().publications.get().state == "canceled"


def test_only_the_selection_is_rewritten(page: Page, provider: OpenAIServer) -> None:
    provider.script(text="It pours on Lyon.", times=None)
    begun(page, WORDS)
    page.evaluate(
        "document.getElementById('id_body').focus(); document.getElementById('id_body').setSelectionRange(0, 30)"
    )
    expect(page.locator("[data-scope]")).to_have_text("Selection")
    page.locator("[data-instruction]").fill("Make it stronger")
    page.evaluate("document.getElementById('id_body').setSelectionRange(0, 30)")
    page.locator("[data-instruction]").press("Enter")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#id_body")).to_have_value(f"It pours on Lyon.{WORDS[30:]}")
    assert Generation.objects.get().source == WORDS[:30]


def test_hashtags_are_picked_one_by_one_and_a_poor_answer_is_kindly_told(page: Page, provider: OpenAIServer) -> None:
    provider.script(text='{"hashtags": ["rain", "#Lyon", "behind the scenes"]}', times=1)
    begun(page)
    page.locator("[data-suggest=hashtags]").click()
    page.get_by_role("button", name="#rain").click()
    page.get_by_role("button", name="#behindthescenes").click()
    expect(page.locator("#id_body")).to_have_value("Rain.\n\n#rain #behindthescenes")
    saved(page)

    provider.script(text="I would rather not.", times=None)
    page.locator("[data-suggest=hooks]").click()
    expect(page.locator("#suggestion")).to_contain_text(re.compile("could not be read|No model could answer"))
    expect(page.locator("#id_body")).to_have_value("Rain.\n\n#rain #behindthescenes")


def test_a_channel_says_something_else(page: Page) -> None:
    begun(page)
    page.locator("[data-choose=x]").check()
    page.locator("[data-tab=x]").click()
    page.locator("[data-own=x]").check()
    area = page.locator("[name=body-x]")
    expect(area).to_have_value("Rain.")
    area.fill("Rain on X, see https://example.org/a/long/address")
    expect(page.locator("[data-count=x]")).to_have_text("38 / 280")
    expect(page.locator("[data-preview=x] [data-preview-text]")).to_contain_text("Rain on X")
    expect(page.locator("[data-dot=x]")).to_be_visible()
    saved(page)
    page.locator("[data-tab=all]").press("Control+s")
    until(lambda: history.draft_of(stored()).own.get("x", history.OwnText()).body.startswith("Rain on X"))
    page.reload()
    expect(page.locator("[data-dot=x]")).to_be_visible()


def test_by_keyboard_alone(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=WORDS, chunk_delay=0.4, times=None)
    page.goto("/app/create")
    expect(page.locator("#id_prompt")).to_be_focused()
    page.keyboard.type("Rain in Lyon")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#variant-0 [data-text]")).to_contain_text("It rains")
    page.keyboard.press("Escape")
    expect(page.locator("#variant-0")).to_have_attribute("data-status", "stopped")
    expect(page.locator("#id_body")).to_have_value(re.compile("^It rains"))
    page.locator("#tab-all").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-instagram")).to_be_focused()
    expect(page.locator("#own-instagram-panel")).to_be_visible()


def test_an_earlier_version_is_compared_and_restored(page: Page) -> None:
    begun(page, "A paragraph that took a long while, and that nobody wants to lose by accident, ever.")
    page.locator("#id_body").fill("Gone.")
    saved(page)
    until(lambda: stored().body == "Gone.")
    page.locator("#history").click()
    page.get_by_role("link", name="Compare and restore").first.click()
    expect(page.locator(".history-chosen ins")).to_contain_text("took a long while")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#id_body")).to_have_value(re.compile("took a long while"))


def test_without_scripts_it_writes_and_saves(
    browser: Browser, live_server: Any, alice: User, provider: OpenAIServer
) -> None:
    provider.script(text=WORDS, times=None)
    context = opened(browser, live_server, alice, java_script_enabled=False)
    page = context.pages[0]
    provider.script(text=WORDS, chunk_delay=0.02, times=None)
    page.goto("/app/create")
    page.locator("#id_prompt").fill("Rain in Lyon")
    page.locator("#write").click()
    page.wait_for_url(re.compile("/app/create/[0-9a-f-]{36}#results"))
    for _ in range(40):
        if page.locator("#variant-0[data-status=done]").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(page.locator("#id_body")).to_have_value(WORDS)
    page.locator("#id_body").fill("My own words.")
    page.locator("#save").click()
    expect(page.locator("#id_body")).to_have_value("My own words.")
    assert stored().body == "My own words."
    expect(page.locator("[data-tools]")).to_be_hidden()
    page.get_by_role("switch", name="Customize for Instagram").check()
    page.locator("[name=body-instagram]").fill("Only on Instagram.")
    page.locator("#save").click()
    expect(page.locator("[data-preview=instagram]")).to_contain_text("Only on Instagram.")
    assert history.draft_of(stored()).own["instagram"].body == "Only on Instagram."
    left(page)
    context.close()


SAMPLES = [
    "déjà vu 👩‍👩‍👧‍👦 👍🏽 🇫🇷 1️⃣ © ™ ☀️",
    "see example.com/photos. tonight.see you, me@example.org",
    "https://example.org/a?b=c#d (http://x.fr) こんにちは — “quoted”",
    "#été x.co/y’s e\u0301",
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_page_counts_as_the_server_does(page: Page, sample: str) -> None:
    page.goto("/app/create")
    found = page.evaluate(
        "async ([text, ways]) => { const { count } = await import('/static/js/composer-count.js');"
        " return ways.map((how) => count(text, how)); }",
        [sample, [str(how) for how in Counting]],
    )
    assert found == [counting.length(sample, how) for how in Counting]


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_it_fits_and_everybody_can_use_it(browser: Browser, live_server: Any, alice: User, corner: Corner) -> None:
    User.objects.filter(pk=alice.pk).update(locale=corner.language)
    own = {"x": OwnText(customized=True, body="x " * 200), "huntaze": OwnText(), "reddit": OwnText()}
    content = history.begin(alice, Draft(body=WORDS, own=own), key="", now=timezone.now())
    context = opened(browser, live_server, alice, **corner.options)
    page = context.pages[0]
    for name, path in {"create": "", "draft": f"/{content.pk}", "history": f"/{content.pk}/history"}.items():
        page.goto(f"/app/create{path}")
        page.wait_for_load_state("networkidle")
        assert faults(page, f"{name}-{corner}") == [], path
    left(page)
    context.close()
