"""Mails of the entrance, as a worker sends them, and strict templates."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests import browsing
from tests.conftest import PASSWORD
from tests.strict_templates import refuse_unknown_variables


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class Mailbox:
    """What was mailed since it was last looked into."""

    def take(self) -> list[EmailMultiAlternatives]:
        found: list[Any] = list(mail.outbox)
        mail.outbox.clear()
        return found

    def only(self) -> EmailMultiAlternatives:
        (found,) = self.take()
        return found


@pytest.fixture
def mailbox(eager_workers: None, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    # A test is one transaction, which is never committed.
    monkeypatch.setattr(transaction, "on_commit", lambda call, **_options: call())
    return Mailbox()


def link_in(message: EmailMultiAlternatives) -> str:
    """Return the path of the button's address, which both kinds have, under our own name."""
    html = str(message.alternatives[0][0])
    address = re.search(r'class="button" href="([^"]+)"', html)
    assert address is not None
    assert address[1] in message.body.splitlines()
    assert address[1].startswith(f"{settings.BASE_URL}/")
    return address[1].removeprefix(settings.BASE_URL)


def is_in(client: Client) -> bool:
    return client.get("/app/settings/security").status_code == 200


def without_tokens(page: str) -> str:
    """Return a page without what is new in every one."""
    lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(lines)


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


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page at localhost, a name that passkeys take. What it complains of in its console fails the test."""
    complaints: list[str] = []
    ours = live_server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=ours, locale="en-GB")
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text) if is_ours(message, ours) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


Look = Callable[..., None]


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Look]:
    """Judge the page at this path, or with `named` the one that is open; tell at the end what is wrong with which."""
    wrong: dict[str, Any] = {}

    def judge(page: Page, path: str = "", *, named: str = "") -> None:
        if path:
            page.goto(path)
        name = named or path
        picture = f"{name.strip('/').replace('/', '-')[:60]}-{request.node.callspec.id}"
        if found := browsing.faults(page, picture):
            wrong[name] = found
        assert page.locator("h1").count() == 1, name

    yield judge
    assert wrong == {}


def is_ours(message: ConsoleMessage, ours: str) -> bool:
    return message.type == "error" and str(message.location["url"]).startswith(ours)


def log_in(page: Page, email: str = "alice@example.org") -> None:
    page.goto("/login")
    # By their names, which are the same in every language.
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
