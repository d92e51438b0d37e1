"""A real browser, logged in as Alice without the log-in page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "Chromium is missing: apt-get install chromium, or brew install --cask chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the thread in which the tests look at the rows.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # As root, in a container, Chromium has no sandbox; it visits nothing but this machine.
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield running
        running.close()


def dropped(text: str) -> bool:
    """Whether htmx tells of a request that it dropped itself, for a newer one or because its page is left."""
    return text.startswith("htmx:") and "Error" not in text


@pytest.fixture
def opened(browser: Browser, live_server: Any, alice: User) -> Iterator[Opener]:
    """Open an address as Alice. What the page complains of in its console fails the test, unless it is expected."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, *, user: User | None = alice, quiet: bool = False, **options: Any) -> Page:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        if not quiet:
            page.on("console", lambda message: complaints.append(message.text) if not dropped(message.text) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
