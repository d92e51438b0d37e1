"""A real browser, logged in as Alice without the log-in page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from tests import browsing

Opener = Callable[..., Page]


def dropped(text: str) -> bool:
    """Whether htmx tells of a request that it dropped itself, for a newer one or because its page is left."""
    return text.startswith("htmx:") and "Error" not in text


@pytest.fixture
def opened(browser: Browser, live_server: Any, alice: User) -> Iterator[Opener]:
    """Open an address as Alice. What the page complains of in its console fails the test, unless it is expected."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str, *, user: User | None = alice, quiet: bool = False, expected: str | None = None, **options: Any
    ) -> Page:
        def hear(text: str) -> None:
            if not dropped(text) and not (expected and expected in text):
                complaints.append(text)

        context = browsing.opened(browser, live_server, user, **{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.pages[0]
        if not quiet:
            page.on("console", lambda message: hear(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
