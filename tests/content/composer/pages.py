"""The composer in a browser: logged in, begun, saved."""

from __future__ import annotations

import re
from typing import Final
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Page, Request, expect

DRAFT: Final = re.compile(r"/app/create/[0-9a-f-]{36}$")
WORDS: Final = "It rains on the roofs of Lyon. Tonight at nine I show you what happens before the picture."
SHORTER: Final = "It rains on Lyon. Tonight at nine, before the picture."
UNDER_WAY: Final[WeakKeyDictionary[BrowserContext, set[Request]]] = WeakKeyDictionary()
"""What the pages of a context have asked, and not been answered."""

# A browser is slow beside other tests.
expect.set_options(timeout=15_000)


def watch(context: BrowserContext) -> None:
    under_way = UNDER_WAY[context] = set()

    def begins(request: Request) -> None:
        # A stream of events is closed by the page, and ends by itself.
        if request.resource_type != "eventsource":
            under_way.add(request)

    def ends(request: Request) -> None:
        under_way.discard(request)

    context.on("request", begins)
    context.on("requestfinished", ends)
    context.on("requestfailed", ends)


def left(page: Page) -> None:
    """Leave the page: it has saved, and what it still asked of the server is answered before the tables are emptied."""
    kept = "Object.keys(localStorage).some((name) => name.startsWith('huntaze.draft.'))"
    for _ in range(100):
        if not UNDER_WAY.get(page.context) and not page.evaluate(kept):
            break
        page.wait_for_timeout(50)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")


def begun(page: Page, body: str = "Rain.") -> Page:
    page.goto("/app/create")
    page.locator("#id_body").fill(body)
    expect(page).to_have_url(DRAFT)
    saved(page)
    return page


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("Saved")
