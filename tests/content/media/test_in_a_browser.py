"""The library as a person has it: files dropped and chosen, followed to the end, picked for a post; by mouse and keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from content import media, uploads
from content.media import preparing, receiving
from content.models import Asset, Content
from tests.browsing import Threads, opened
from tests.content.media import files

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    pytest.mark.usefixtures("workers"),
]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)

DROP = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type, lastModified: 1 }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A thread for each file, as a worker has a greenlet."""
    threads = Threads(preparing.prepare)
    monkeypatch.setattr(uploads, "enqueue", threads.hand_out)
    yield
    threads.join()


@pytest.fixture
def page(browser: Browser, live_server: Any, alice: User) -> Iterator[Page]:
    context = opened(browser, live_server, alice, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.pages[0]
    page.set_default_timeout(60_000)
    page.goto("/app/media")
    yield page
    context.close()


def drop(page: Page, name: str, file: bytes, media_type: str) -> None:
    page.evaluate(f"(told) => ({DROP})(told)", [name, media_type, base64.b64encode(file).decode()])


def faults(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_what_is_dropped_and_chosen_is_sent_prepared_and_shown(page: Page, tmp_path: Path) -> None:
    drop(page, "Beach.jpg", files.photo((1200, 900)), "image/jpeg")
    clip = tmp_path / "Walk.mp4"
    clip.write_bytes(files.video(tmp_path, "made.mp4"))
    # A file chosen by the keyboard goes by the same field.
    page.locator("[data-upload-input]").first.focus()
    page.locator("[data-upload-input]").first.set_input_files(str(clip))

    for name in ("Beach", "Walk"):
        expect(page.locator(f".tile[data-state=ready]:has-text('{name}') img")).to_be_visible(timeout=90_000)
    expect(page.locator(".upload")).to_have_count(0)
    assert page.locator(".tile img").first.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
    assert faults(page) == []
    page.get_by_role("link", name="Walk").click()
    expect(page.locator("video")).to_be_visible()
    assert faults(page) == []


def test_what_cannot_be_taken_says_why_and_lets_the_rest_go_on(page: Page) -> None:
    drop(page, "notes.pdf", b"%PDF-1.7", "application/pdf")
    drop(page, "page.png", b"<html>not a picture</html>", "image/png")

    expect(page.get_by_text("This is no image or video that we know").first).to_be_visible()
    expect(page.locator(".tile[data-state=rejected]")).to_have_count(1, timeout=90_000)
    page.get_by_role("button", name="Cancel notes.pdf").click()
    expect(page.locator(".upload")).to_have_count(0)


def test_an_upload_goes_on_after_a_reload_with_the_same_file(page: Page, alice: User) -> None:
    file = files.photo()
    page.route("**/huntaze-media", lambda route: route.abort())
    drop(page, "Beach.jpg", file, "image/jpeg")
    expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=60_000)
    asset = Asset.objects.get()
    page.unroute("**/huntaze-media")
    page.reload()
    expect(page.get_by_text("Interrupted")).to_be_visible()

    drop(page, "Beach.jpg", file, "image/jpeg")
    expect(page.locator(".tile[data-state=ready]")).to_have_count(1, timeout=90_000)
    assert Asset.objects.get().pk == asset.pk
    assert receiving.under_way(alice) == []


def test_files_are_chosen_and_put_away_by_keys_and_come_back(page: Page) -> None:
    drop(page, "Beach.jpg", files.photo(), "image/jpeg")
    expect(page.locator(".tile[data-state=ready]")).to_have_count(1, timeout=90_000)

    page.locator(".tile-check").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Delete", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 file is in the bin")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tile[data-state=ready]")).to_have_count(1)


def test_a_picture_is_uploaded_into_a_post_without_leaving_it(page: Page, alice: User) -> None:
    page.goto("/app/create")
    page.get_by_text("Add media").click()
    dialog = page.get_by_role("dialog", name="Choose media")
    expect(dialog.get_by_label("Search media")).to_be_visible()
    dialog.locator("[data-upload-input]").set_input_files(
        {"name": "Beach.jpg", "mimeType": "image/jpeg", "buffer": files.photo()}
    )
    done = dialog.get_by_role("button", name="Choose 1 file")
    expect(done).to_be_enabled(timeout=90_000)
    assert faults(page) == []
    done.click()

    expect(page.locator("#attached img")).to_be_visible()
    assert [asset.name for asset in media.of(Content.objects.get())] == ["Beach"]
