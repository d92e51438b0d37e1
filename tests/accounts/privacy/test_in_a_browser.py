"""Privacy as a person has it: readable by everybody, by keyboard alone, on a phone, in both languages and themes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Consent, DataExport, Erasure, User
from accounts.privacy import archive, consents, erasing
from tests import browsing
from tests.accounts.privacy import seeds
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

expect.set_options(timeout=20_000)

URL = "/app/settings/privacy"


@pytest.fixture
def contexts(browser: Browser, live_server: Any) -> Iterator[Any]:
    made: list[BrowserContext] = []

    def open_page(user: User | None, path: str, **options: Any) -> Page:
        context = browsing.opened(browser, live_server, user, **options)
        made.append(context)
        context.pages[0].goto(path)
        return context.pages[0]

    yield open_page
    for context in made:
        context.close()


def fine(page: Page, name: str) -> None:
    """No violation, nothing wider than the window."""
    assert browsing.faults(page, name) == [], name


@pytest.fixture
def person(alice: User) -> User:
    now = timezone.now()
    consents.give_required(alice, way=Consent.Way.SIGN_UP, now=now)
    consents.give(alice, ["product_mails"], way=Consent.Way.SETTINGS, now=now)
    for state in ("expired", "failed", "ready"):
        DataExport.objects.create(
            user=alice,
            state=state,
            size=48_123_000,
            file="none",
            created_at=now,
            ready_at=now,
            expires_at=now + timedelta(days=7),
        )
    return alice


@pytest.mark.parametrize("corner", browsing.CORNERS, ids=str)
def test_every_page_is_readable_by_everybody(
    contexts: Any, person: User, live_server: Any, corner: browsing.Corner
) -> None:
    User.objects.filter(pk=person.pk).update(locale=corner.language)
    page = contexts(person, URL, **corner.options)
    fine(page, f"privacy-{corner}")
    page.goto(f"{URL}/erase")
    fine(page, f"erase-{corner}")
    page.goto("/legal/privacy")
    fine(page, f"notice-{corner}")
    User.objects.filter(pk=person.pk).update(agreed="")
    page.goto("/app/posts")
    fine(page, f"agree-{corner}")
    User.objects.filter(pk=person.pk).update(agreed=consents.PRESENT)
    erasing.ask(person, now=timezone.now())
    page.goto("/app/posts")
    fine(page, f"leaving-{corner}")
    page.goto(URL)
    fine(page, f"leaving-privacy-{corner}")
    visitor = contexts(None, f"/signup?lang={corner.language}", **corner.options)
    fine(visitor, f"signup-{corner}")


def test_signing_up_by_keyboard_alone(contexts: Any, db: None) -> None:
    page = contexts(None, "/signup")
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
    assert consents.is_up_to_date(User.objects.get())


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_fan_has_the_same_rights_outside_the_app(contexts: Any, charlie: User, size: str) -> None:
    options = browsing.PHONE if size == "phone" else {}
    page = contexts(charlie, URL, **options)
    fine(page, f"fan-{size}")
    erasing.ask(charlie, now=timezone.now())
    page.reload()
    fine(page, f"fan-leaving-{size}")
    page.get_by_role("button", name="Keep my account").click()

    expect(page.get_by_role("button", name="Keep my account")).to_have_count(0)


def test_leaving_and_staying_by_keyboard_alone(contexts: Any, person: User) -> None:
    page = contexts(person, URL)
    link = page.get_by_role("link", name="Erase my account…")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{URL}/erase")
    page.get_by_role("button", name="Erase my account").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/again?**")
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{URL}")
    expect(page.get_by_text("This account will be erased on").first).to_be_visible()
    assert Erasure.objects.get().state == Erasure.State.ASKED
    page.get_by_role("button", name="Keep my account").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your account stays. Welcome back.")).to_be_visible()
    assert Erasure.objects.get().state == Erasure.State.KEPT


def test_the_pages_of_a_copy_are_readable_too(contexts: Any, alice: User, tmp_path: Path) -> None:
    seeds.sow(alice)
    file = tmp_path / "copy.zip"
    with file.open("wb") as sink:
        archive.write(sink, alice, now=timezone.now(), beat=lambda: None)
    with zipfile.ZipFile(file) as found:
        found.extractall(tmp_path)
    page = contexts(None, "/login", viewport={"width": 390, "height": 844})

    page.goto(f"file://{tmp_path}/index.html")
    fine(page, "copy-index")
    page.get_by_role("link", name="Contents", exact=True).click()
    expect(page.get_by_role("heading", name="Contents")).to_be_visible()
    fine(page, "copy-contents")
    page.goto(f"file://{tmp_path}/pages/content/Asset.html")
    assert page.get_by_role("link", name="original.png").count() == 1
