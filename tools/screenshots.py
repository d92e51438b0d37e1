"""Take pictures of every page of the running product: wide and on a phone, light and dark, English and French.

    make run                                          in one terminal
    python tools/screenshots.py FOLDER                in another: all of them, as PNG, the whole length of each page
    python tools/screenshots.py docs/screenshots --documents     the first screen of each, small, for the documents

`manage.py seed_pictures` makes the creator whose pages they are. Chromium is found on the PATH.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = {"wide": (1440, 900), "phone": (390, 844)}
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
LANGUAGES: Final = ("en", "fr")
VISITOR: Final = {
    "front": "/",
    "pricing": "/pricing",
    "login": "/login",
    "signup": "/signup",
    "login-link": "/login/link",
    "login-reset": "/login/reset",
    "terms": "/legal/terms",
    "privacy": "/legal/privacy",
    "imprint": "/legal/imprint",
    "public-page": "/@{handle}",
}
CREATOR: Final = {
    "home": "/app/",
    "welcome": "/app/welcome",
    "create": "/app/create",
    "create-draft": "/app/create/{draft}",
    "calendar": "/app/calendar",
    "calendar-week": "/app/calendar?view=week",
    "calendar-list": "/app/calendar?view=list",
    "queue": "/app/calendar/queue",
    "publication": "/app/publications/{publication}",
    "posts": "/app/posts",
    "posts-chosen": "/app/posts#chosen",
    "bin": "/app/posts?bin=1",
    "tags": "/app/tags",
    "templates": "/app/templates",
    "template": "/app/templates/{template}",
    "media": "/app/media",
    "media-detail": "/app/media/{asset}",
    "voices": "/app/voice",
    "voice-new": "/app/voice/new",
    "voice": "/app/voice/{voice}",
    "review": "/app/review/{review}",
    "campaigns": "/app/campaigns",
    "campaign-choose": "/app/campaigns/new",
    "campaign-new": "/app/campaigns/new/weekly-plan",
    "campaign": "/app/campaigns/{run}",
    "assistant": "/app/assistant",
    "notifications": "/app/notifications",
    "billing": "/app/billing",
    "settings": "/app/settings",
    "settings-page": "/app/settings/page",
    "settings-preferences": "/app/settings/preferences",
    "settings-notifications": "/app/settings/notifications",
    "settings-plan": "/app/settings/plan",
    "settings-keys": "/app/settings/keys",
    "settings-sessions": "/app/settings/sessions",
    "settings-privacy": "/app/settings/privacy",
    "settings-erase": "/app/settings/privacy/erase",
    "settings-activity": "/app/settings/activity",
    "security": "/app/settings/security",
    "security-email": "/app/settings/security/email",
    "security-password": "/app/settings/security/password",
    "security-app": "/app/settings/security/app",
    "security-passkey": "/app/settings/security/passkeys/new",
    "components": "/app/_components",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: where the product runs, where pictures go, and which."""

    address: str
    folder: Path
    documents: bool
    only: tuple[str, ...]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the product runs")
    parser.add_argument("--documents", action="store_true", help="the first screen of each, small, for docs/")
    parser.add_argument("--only", default="", help="these pages, comma-separated")
    parser.add_argument(
        "--data", type=Path, help="keep what seed_pictures told in this file, and use it when it is there"
    )
    options = parser.parse_args(words)
    only = tuple(name for name in options.only.split(",") if name)
    wish = Wish(options.address.rstrip("/"), options.folder, options.documents, only)
    wish.folder.mkdir(parents=True, exist_ok=True)
    told = seeded(options.data)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is missing: apt-get install chromium, or brew install --cask chromium")
    with sync_playwright() as playwright:
        # As root, in a container, Chromium has no sandbox; it visits nothing but this machine.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        for language in LANGUAGES:
            visit(browser, wish, told, language)
        browser.close()
    return 0


def seeded(kept: Path | None) -> dict[str, Any]:
    """Return what `manage.py seed_pictures` tells of the account that it made."""
    if kept is not None and kept.exists():
        return dict(json.loads(kept.read_text()))
    command = [sys.executable, "-m", "devstack", "exec", "--state", "dev", "--parts", "postgres,valkey,s3", "--"]
    done = subprocess.run(
        [*command, sys.executable, "manage.py", "seed_pictures"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = done.stdout.strip().splitlines()[-1]
    if kept is not None:
        kept.write_text(line)
    return dict(json.loads(line))


def visit(browser: Browser, wish: Wish, told: dict[str, Any], language: str) -> None:
    """Take every page in a language; first as a visitor, then as the creator."""
    context = browser.new_context(base_url=wish.address, locale="fr-FR" if language == "fr" else "en-GB")
    # Local servers on a busy machine take their time.
    context.set_default_timeout(60_000)
    page = context.new_page()
    for name, path in wanted(VISITOR, wish):
        take(page, wish, name, path.format(**told), language)
    log_in(context, page, told, language)
    for name, path in wanted(CREATOR, wish):
        if "{asset}" in path and not told["asset"]:
            continue
        take(page, wish, name, path.format(**told), language)
    context.close()


def wanted(pages: dict[str, str], wish: Wish) -> Iterator[tuple[str, str]]:
    return ((name, path) for name, path in pages.items() if not wish.only or name in wish.only)


def log_in(context: BrowserContext, page: Page, told: dict[str, Any], language: str) -> None:
    page.goto("/login")
    page.locator("input[name=login]").fill(told["email"])
    page.locator("input[name=password]").fill(told["password"])
    page.locator("form[data-busy] button").click()
    page.wait_for_url("**/app/**")
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    context.request.post(
        "/language",
        form={"csrfmiddlewaretoken": token, "language": language, "next": "/app/"},
        headers={"Referer": page.url},
    )


def take(page: Page, wish: Wish, name: str, path: str, language: str) -> None:
    """Open a page in every size, as it would open there, and take it in every theme."""
    address, _, act = path.partition("#")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address, wait_until="load")
        page.wait_for_timeout(400)
        if act == "chosen":
            for box in page.locator("input[type=checkbox][name=ids]").all()[:2]:
                box.check()
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_timeout(350)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                print(f"{name} is wider than its window: {size}, {language}")
            keep(page, wish, f"{name}-{size}-{theme}-{language}")


def keep(page: Page, wish: Wish, name: str) -> None:
    picture = page.screenshot(full_page=not wish.documents)
    if not wish.documents:
        (wish.folder / f"{name}.png").write_bytes(picture)
        return
    Image.open(io.BytesIO(picture)).convert("RGB").save(wish.folder / f"{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
