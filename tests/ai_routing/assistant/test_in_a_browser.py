"""The conversation as a person has it: a real browser, words that arrive, keys that work."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from ai_routing.assistant import answering, tasks
from ai_routing.models import Turn
from ai_routing.models.work import Status
from tests.ai_routing.assistant import talking
from tests.conftest import PASSWORD
from tests.fakes.openai_server import OpenAIServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("workers"),
]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)

# Half a second for each word: time enough to do something in the middle.
WORDS = "One two three four five six seven eight nine ten eleven twelve."


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A thread for each answer, as a worker has a greenlet."""
    settings.AI_STALL_SECONDS = 20
    settings.AI_DEADLINE_SECONDS = 60
    threads: list[threading.Thread] = []

    def work(turn_id: UUID) -> None:
        try:
            answering.answer(turn_id)
        finally:
            connection.close()

    def hand_out(turn_ids: Iterable[UUID]) -> None:
        for turn_id in turn_ids:
            threads.append(threading.Thread(target=work, args=[turn_id]))
            threads[-1].start()

    monkeypatch.setattr(tasks, "hand_out", hand_out)
    yield
    for thread in threads:
        thread.join()


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(browser: Browser, live_server: Any, **options: Any) -> BrowserContext:
    options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
    context: BrowserContext = browser.new_context(base_url=live_server.url, **options)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/app/")
    return context


@pytest.fixture
def page(browser: Browser, live_server: Any, alice: User) -> Iterator[Page]:
    context = opened(browser, live_server)
    page = context.pages[0]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def ask(page: Page, question: str) -> None:
    box = page.locator("[data-question]")
    box.fill(question)
    box.press("Enter")
    page.wait_for_url(re.compile("#turn-"))


def test_words_arrive_and_the_sources_become_links(page: Page, alice: User, provider: OpenAIServer) -> None:
    post = talking.post(alice, "Rain on Sunday")
    provider.script(text=f"Go on with rain [post:{post.pk}] and [post:99] leave the rest.", chunk_delay=0.5, times=None)
    page.goto("/app/assistant")
    expect(page.locator("[data-question]")).to_be_focused()

    ask(page, "Which post was best?")

    answer = page.locator("#turn-0 [data-text]")
    expect(answer).to_contain_text("Go on with")
    expect(page.locator("#turn-0")).to_have_attribute("data-status", "writing")
    expect(page.locator("#turn-0")).to_have_attribute("data-status", "done")
    expect(answer).to_have_text("Go on with rain [1] and leave the rest.")
    expect(page.locator("#spoken")).to_contain_text("Go on with rain [1]")
    expect(page.locator("[data-question]")).to_be_focused()
    expect(page.get_by_role("button", name="Ask")).to_be_enabled()
    answer.get_by_role("link").click()
    page.wait_for_url(f"**/app/create/{post.pk}")


def test_shift_and_enter_begins_a_line_and_a_question_waits_for_the_answer(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=WORDS, chunk_delay=0.5, times=None)
    page.goto("/app/assistant")
    box = page.locator("[data-question]")
    box.fill("First line")
    box.press("Shift+Enter")
    box.press_sequentially("second line")
    box.press("Enter")
    page.wait_for_url(re.compile("#turn-"))
    assert Turn.objects.get().question == "First line\nsecond line"

    box = page.locator("[data-question]")
    box.fill("And then?")
    box.press("Enter")

    assert Turn.objects.count() == 1
    expect(page.locator("#turn-0")).to_have_attribute("data-status", "done")
    expect(box).to_have_value("And then?")
    # A moment after the answer is done, the page takes questions again.
    expect(page.get_by_role("button", name="Ask")).to_be_enabled()
    box.press("Enter")
    page.wait_for_url(re.compile("#turn-1"))


def test_escape_stops_and_what_was_written_stays(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=WORDS, chunk_delay=0.5, times=None)
    page.goto("/app/assistant")
    ask(page, "Count")
    expect(page.locator("#turn-0 [data-text]")).to_contain_text("two")

    page.keyboard.press("Escape")

    expect(page.locator("#turn-0")).to_have_attribute("data-status", "stopped")
    expect(page.locator("#turn-0")).to_contain_text("Stopped.")
    turn = Turn.objects.get()
    assert turn.status == Status.STOPPED
    assert turn.answer.startswith("One two")
    assert not turn.answer.endswith("twelve.")


def test_a_reload_while_it_writes_goes_on(page: Page, provider: OpenAIServer) -> None:
    provider.script(text=WORDS, chunk_delay=0.5, times=None)
    page.goto("/app/assistant")
    ask(page, "Count")
    expect(page.locator("#turn-0 [data-text]")).to_contain_text("two")

    page.reload()

    expect(page.locator("#turn-0 [data-text]")).to_have_text(WORDS)


def test_without_scripts_it_works_by_reloading(
    browser: Browser, live_server: Any, alice: User, provider: OpenAIServer
) -> None:
    provider.script(text=WORDS, times=None)
    context = opened(browser, live_server, java_script_enabled=False)
    page = context.pages[0]
    page.goto("/app/assistant")
    page.locator("[data-question]").fill("Count")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url(re.compile("#turn-"))

    give_up_at = monotonic() + 20
    while not page.locator("#turn-0[data-status=done]").count() and monotonic() < give_up_at:
        page.reload()

    expect(page.locator("#turn-0 [data-text]")).to_have_text(WORDS)
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_everybody_can_use_it(
    browser: Browser, live_server: Any, alice: User, theme: str, width: int
) -> None:
    rows = [
        talking.talk(alice, 2),
        talking.talk(alice, 1, **talking.failed("content_blocked"), question="naked"),
        talking.talk(alice, 1, **talking.STOPPED),
        talking.talk(alice, 1, question="x" * 400, answer="y" * 400, sources=[]),
    ]
    context = opened(browser, live_server, color_scheme=theme, viewport={"width": width, "height": 844})
    page = context.pages[0]

    for path in ["", *(f"/{row.pk}" for row in rows), f"/{rows[0].pk}/delete"]:
        page.goto(f"/app/assistant{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/app/assistant/{rows[0].pk}")
    page.get_by_role("button", name="This conversation").click()
    expect(page.get_by_label("Name of the conversation")).to_be_visible()
    # While it fades in, its words have less contrast than when it is there.
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished)).then(() => true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()
