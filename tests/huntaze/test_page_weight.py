"""No page ships more than 120 kB of scripts or 60 kB of styles over the wire."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User

# kB are thousands of bytes, gzipped as the server sends them where a browser takes no Brotli.
MOST_SCRIPTS = 120_000
MOST_STYLES = 60_000
PAGES = ["/", "/pricing", "/app/", "/app/create", "/app/calendar", "/app/posts", "/app/media", "/app/voice"]

SCRIPT = re.compile(r"<script\b[^>]*\bsrc=\"([^\"]+)\"")
STYLE = re.compile(r"<link\b(?=[^>]*\brel=\"stylesheet\")[^>]*\bhref=\"([^\"]+)\"")


IMPORT = re.compile(r"^import\b[^;]*?\"(\./[^\"]+)\"", re.MULTILINE)


def file(address: str) -> Path:
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    assert isinstance(found, str), f"{address} is no static file"
    return Path(found)


def with_imports(files: set[Path]) -> set[Path]:
    """Return the files with the modules that they import, and those that these import."""
    found: set[Path] = set()
    while files - found:
        one = (files - found).pop()
        found.add(one)
        files = files | {one.parent / name for name in IMPORT.findall(one.read_text())}
    return found


def on_the_wire(addresses: list[str]) -> int:
    return sum(len(gzip.compress(one.read_bytes())) for one in with_imports({file(address) for address in addresses}))


def test_what_a_module_imports_is_weighed_with_it() -> None:
    names = {one.name for one in with_imports({file("/static/js/composer.js")})}
    assert {"composer.js", "composer-ai.js", "composer-save.js", "composer-count.js"} <= names


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_within_its_budget(path: str, client: Client, alice: User) -> None:
    if path.startswith("/app/"):
        client.force_login(alice)
    page = client.get(path).content.decode()

    scripts, styles = SCRIPT.findall(page), STYLE.findall(page)

    assert scripts
    assert styles
    assert on_the_wire(scripts) <= MOST_SCRIPTS
    assert on_the_wire(styles) <= MOST_STYLES
