"""The composer in a browser: logged in, begun, saved."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Page, expect

DRAFT: Final = re.compile(r"/app/create/[0-9a-f-]{36}$")
WORDS: Final = "It rains on the roofs of Lyon. Tonight at nine I show you what happens before the picture."
SHORTER: Final = "It rains on Lyon. Tonight at nine, before the picture."

# A browser is slow beside other tests.
expect.set_options(timeout=15_000)


def left(page: Page) -> None:
    """Leave the page: what it still asked of the server has an answer before the tables are emptied."""
    page.wait_for_load_state("networkidle")
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
