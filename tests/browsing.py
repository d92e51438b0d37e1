"""What tests in a real browser share: who is logged in, and threads in the place of workers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from accounts.models import User

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def opened(browser: Browser, live_server: Any, user: User | None, **options: Any) -> BrowserContext:
    """Return a browser of its own with one page, in which the user is logged in without the log-in page."""
    options = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
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
