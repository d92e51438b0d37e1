"""From sign-up to a saved post, as a newcomer does it: a real browser, and the real local model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.content.media import files
from tests.processes.product import PARTS, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# The tests beside this one take the processor from the model.
WRITING_MS = 200_000
PREPARING_MS = 180_000

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("journey"), parts=f"{PARTS},worker-media")
    try:
        running.up()
        yield running
    finally:
        running.stack.close()


@pytest.fixture
def page(product: Product, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=product.url, locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_a_newcomer_signs_up_and_has_a_post_written_by_keyboard_alone(page: Page, product: Product) -> None:
    page.goto("/")
    reach(page, "a[href='/signup']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signup")
    expect(page.get_by_label("Name")).to_be_focused()
    for text in ("Nadia", "nadia@example.org", "a rainy day in lyon"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.get_by_label("I am 18 or older")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    page.wait_for_url("**/app/welcome")
    expect(page.get_by_label("Photos")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/app/create?first=1")
    expect(page.locator("textarea[name=prompt]")).to_have_value(re.compile("^New photo set tonight at nine"))
    expect(page.locator("textarea[name=prompt]")).to_be_focused()
    assert product.one("SELECT time_zone FROM users WHERE email = 'nadia@example.org'") == "Europe/Paris"
    press_write(page)

    expect(page).to_have_url(re.compile("/app/create/[0-9a-f-]{36}$"))
    card = page.locator("#variant-0")
    expect(card).to_have_attribute("data-status", "done", timeout=WRITING_MS)
    text = card.locator("[data-text]").inner_text()
    assert len(text) > 20
    expect(card).to_contain_text("smollm2-135m")
    expect(card).to_contain_text("saved n/a")

    page.get_by_role("link", name="Posts").first.click()
    expect(page.locator("main")).to_contain_text(text.split()[0])
    ((model, credits, tokens),) = product.rows(
        "SELECT model, credits, output_tokens FROM ai_routing_ledgerentry JOIN users ON users.id = user_id"
        " WHERE email = 'nadia@example.org' AND outcome = 'completed'"
    )
    assert (model, credits) == ("smollm2-135m", 1)
    assert tokens > 0
    saved = product.one("SELECT body FROM content JOIN users ON users.id = user_id WHERE email = 'nadia@example.org'")
    assert " ".join(saved.split()) == " ".join(text.split())


def test_a_newcomer_schedules_a_post_with_an_image_and_finds_it_on_the_calendar(page: Page, product: Product) -> None:
    tomorrow = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    page.goto("/")
    page.locator("a[href='/signup']").first.click()
    page.get_by_label("Name").fill("Lucie")
    page.get_by_label("Email").fill("lucie@example.org")
    page.get_by_label("Password", exact=True).fill("a rainy day in lyon")
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("I agree to the terms of use").check()
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/app/welcome")
    page.get_by_label("Photos", exact=True).check()
    page.get_by_label("OnlyFans", exact=True).check()
    page.get_by_role("button", name="To my first post").click()
    page.wait_for_url("**/app/create?first=1")
    expect(page.locator("[data-choose=onlyfans]")).to_be_checked()
    page.get_by_role("textbox", name="Text", exact=True).fill("Rain on the roofs of Lyon, tonight at nine.")

    page.get_by_text("Add media").click()
    dialog = page.get_by_role("dialog", name="Choose media")
    expect(dialog.get_by_label("Search media")).to_be_visible()
    dialog.locator("[data-upload-input]").set_input_files(
        {"name": "Roofs.jpg", "mimeType": "image/jpeg", "buffer": files.photo((1200, 900))}
    )
    choose = dialog.get_by_role("button", name="Choose 1 file")
    expect(choose).to_be_enabled(timeout=PREPARING_MS)
    choose.click()
    expect(page.locator("#attached img")).to_be_visible()
    expect(page.locator("[data-preview=onlyfans] [data-preview-media] img")).to_be_visible()

    page.get_by_role("button", name="Schedule…").click()
    plan = page.get_by_role("dialog", name="Schedule")
    expect(plan.get_by_role("checkbox", name="OnlyFans")).to_be_checked()
    plan.get_by_label("Day", exact=True).fill(f"{tomorrow:%Y-%m-%d}")
    plan.get_by_label("Time", exact=True).fill("18:30")
    plan.get_by_role("button", name="Schedule", exact=True).click()

    expect(plan).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="Scheduled for")).to_be_visible()
    page.get_by_role("link", name="Calendar", exact=True).first.click()
    page.wait_for_url("**/app/calendar")
    page.get_by_role("link", name="List", exact=True).click()
    card = page.locator(f".event[data-day='{tomorrow:%Y-%m-%d}']")
    expect(card).to_contain_text("18:30")
    expect(card).to_contain_text("Rain on the roofs of Lyon")
    card.click()
    page.wait_for_url("**/app/publications/**")
    picture = page.locator(".hand-media img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
    ((channel, state, due_at),) = product.rows(
        "SELECT channel, state, due_at FROM content_publication JOIN users ON users.id = user_id"
        " WHERE email = 'lucie@example.org'"
    )
    assert (channel, state) == ("onlyfans", "scheduled")
    assert due_at == datetime.combine(tomorrow, time(18, 30), ZoneInfo("Europe/Paris"))


def test_a_reload_in_mid_generation_loses_nothing(page: Page, product: Product) -> None:
    sign_in(page)
    page.locator("textarea[name=prompt]").fill("Write about the sea in the morning, slowly.")
    page.locator("select[name=length], [name=length]").first.select_option("long")
    press_write(page)
    card = page.locator("#variant-0")
    expect(card.locator("[data-text]")).not_to_be_empty(timeout=WRITING_MS)

    page.reload()

    expect(card).to_have_attribute("data-status", "done", timeout=WRITING_MS)
    shown = card.locator("[data-text]").inner_text()
    saved = product.one("SELECT body FROM content_variant ORDER BY id DESC LIMIT 1")
    assert " ".join(saved.split()) == " ".join(shown.split())


def test_stop_keeps_what_was_written(page: Page, product: Product) -> None:
    sign_in(page)
    page.locator("textarea[name=prompt]").fill("Write a long text about mountains.")
    page.locator("select[name=length], [name=length]").first.select_option("long")
    press_write(page)
    card = page.locator("#variant-0")
    expect(card.locator("[data-text]")).not_to_be_empty(timeout=WRITING_MS)

    page.keyboard.press("Escape")

    expect(card).to_have_attribute("data-status", re.compile("stopped|done"), timeout=WRITING_MS)
    assert product.one("SELECT body FROM content_variant ORDER BY id DESC LIMIT 1")


def reach(page: Page, selector: str) -> None:
    """Press Tab until the first element that the selector names has the focus."""
    for _stop in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not reach {selector}")


def press_write(page: Page) -> None:
    # The shortcut needs the page's script, which a busy machine loads late.
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/app/create/[0-9a-f-]{36}$"))


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill("demo@huntaze.example")
    page.get_by_label("Password", exact=True).fill("write-something-good")
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/")
    page.goto("/app/create")
