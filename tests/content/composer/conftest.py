from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import User
from content import tasks, writer
from tests.content.composer.pages import left, opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "Chromium is missing: apt-get install chromium, or brew install --cask chromium"
    expect.set_options(timeout=15_000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the thread in which the tests look at the rows.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # As root, in a container, Chromium has no sandbox; it visits nothing but this machine.
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield running
        running.close()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A thread for each variant, as a worker has a greenlet."""
    settings.AI_STALL_SECONDS = 20
    settings.AI_DEADLINE_SECONDS = 60
    threads: list[threading.Thread] = []

    def work(variant_id: UUID) -> None:
        try:
            writer.write(variant_id)
        finally:
            connection.close()

    def hand_out(variant_ids: Iterable[UUID], **_: Any) -> None:
        for variant_id in variant_ids:
            threads.append(threading.Thread(target=work, args=[variant_id]))
            threads[-1].start()

    monkeypatch.setattr(tasks, "hand_out", hand_out)
    yield
    for thread in threads:
        thread.join()


@pytest.fixture
def page(browser: Browser, live_server: Any, alice: User) -> Iterator[Page]:
    context = opened(browser, live_server)
    page = context.pages[0]
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    left(page)
    context.close()
    assert complaints == []
