"""What tests in a real browser share: who is logged in, and threads in the place of workers."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from accounts.models import User

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDE = {"viewport": {"width": 1440, "height": 900}}
# Set it to a folder to look at the pages that are judged.
PICTURES = os.environ.get("PICTURES", "")


class Corner(NamedTuple):
    """One way in which people see a page."""

    size: str
    theme: str
    language: str

    def __str__(self) -> str:
        return "-".join(self)

    @property
    def options(self) -> dict[str, Any]:
        """What a context of Chromium is opened with."""
        size = PHONE if self.size == "phone" else WIDE
        return {**size, "color_scheme": self.theme, "locale": self.language}


CORNERS = [Corner("wide", "light", "en"), Corner("phone", "dark", "fr")]
"""Every size, theme and language once; with CORNERS=all in the environment, each with each other."""
if os.environ.get("CORNERS") == "all":
    CORNERS = [Corner(*each) for each in itertools.product(("wide", "phone"), ("light", "dark"), ("en", "fr"))]


def faults(page: Page, name: str) -> list[Any]:
    """Return what is wrong with the page that is open: axe's violations, and a page that is wider than the screen."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES, f"{name}.png")), full_page=True)
    found: list[Any] = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("wider than the screen")
    return found


def tab_to(page: Page, target: Locator) -> None:
    """Move the focus there as people without a mouse do."""
    for _n in range(80):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The key Tab does not lead to {target}")


def opened(browser: Browser, live_server: Any, user: User | None, **options: Any) -> BrowserContext:
    """Return a browser of its own with one page, in which the user is logged in without the log-in page."""
    options = {"locale": "en-GB", **WIDE, **options}
    context: BrowserContext = browser.new_context(base_url=live_server.url, **options)
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    context.new_page()
    return context


class Threads:
    """A thread for each row that is handed out, as a worker has a greenlet."""

    def __init__(self, work: Callable[[UUID], object]) -> None:
        self.work = work
        self.started: list[threading.Thread] = []

    def hand_out(self, *row_ids: UUID) -> None:
        for row_id in row_ids:
            self.started.append(threading.Thread(target=self.do, args=[row_id]))
            self.started[-1].start()

    def do(self, row_id: UUID) -> None:
        try:
            self.work(row_id)
        finally:
            connection.close()

    def join(self) -> None:
        for thread in self.started:
            thread.join()
