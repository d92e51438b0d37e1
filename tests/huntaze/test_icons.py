"""The mark in all its sizes, and the files that tell browsers of it."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from huntaze.templatetags import components

STATIC = settings.BASE_DIR / "huntaze" / "static"
SIZES = {
    "apple-touch-icon.png": 180,
    "icon-192.png": 192,
    "icon-512.png": 512,
    "maskable-192.png": 192,
    "maskable-512.png": 512,
}


@pytest.mark.parametrize(("name", "side"), SIZES.items())
def test_an_icon_has_its_size(name: str, side: int) -> None:
    with Image.open(STATIC / "icons" / name) as icon:
        assert icon.size == (side, side)


def test_the_old_format_has_three_sizes() -> None:
    with Image.open(STATIC / "icons" / "favicon.ico") as icon:
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


@pytest.mark.parametrize("name", ["maskable-192.png", "maskable-512.png", "apple-touch-icon.png"])
def test_what_others_cut_to_shape_is_filled_to_its_corners(name: str) -> None:
    with Image.open(STATIC / "icons" / name) as icon:
        side = icon.size[0] - 1
        corners = {icon.convert("RGBA").getpixel(corner) for corner in ((0, 0), (side, 0), (0, side), (side, side))}
    assert corners == {(27, 26, 30, 255)}


def test_the_manifest_names_files_that_are_there() -> None:
    manifest = json.loads((STATIC / "site.webmanifest").read_text())

    assert {icon["src"] for icon in manifest["icons"]} == {f"icons/{name}" for name in SIZES if "apple" not in name}
    assert {icon["sizes"] for icon in manifest["icons"] if icon.get("purpose") == "maskable"} == {"192x192", "512x512"}
    assert manifest["start_url"].startswith(manifest["scope"])


def test_the_mark_is_drawn_from_the_same_numbers_everywhere() -> None:
    paths = {
        place: set(re.findall(r' d="([^"]+)"', (settings.BASE_DIR / place).read_text()))
        for place in ("huntaze/static/favicon.svg", "templates/components/logo.html")
    }
    drawn = (settings.BASE_DIR / "tools/icons.py").read_text()

    assert len(set(map(frozenset, paths.values()))) == 1
    assert "(10.0, 7.5), (10.0, 24.5)" in drawn
    assert any("M10 7.5v17" in path for path in paths["huntaze/static/favicon.svg"])


def test_an_icon_is_drawn_once_and_what_stands_in_its_class_cannot_leave_it() -> None:
    drawn = components.icon("rss", 'icon "><script>')

    assert drawn.startswith("<svg")
    assert 'class="icon &quot;&gt;&lt;script&gt;"' in drawn
    assert 'aria-hidden="true" focusable="false"' in drawn
    assert components.icon("rss", 'icon "><script>') is drawn


@pytest.mark.django_db
def test_a_page_tells_of_them_and_the_root_leads_to_one(client: Client) -> None:
    page = client.get("/").text

    for part in ("favicon.svg", "icons/favicon.ico", "icons/apple-touch-icon.png", "site.webmanifest"):
        assert f"/static/{part}" in page
        with closing(client.get(f"/static/{part}")) as file:
            assert file.status_code == 200
    assert client.get("/favicon.ico").headers["Location"] == "/static/icons/favicon.ico"


@pytest.mark.django_db
@pytest.mark.parametrize(("theme", "colours"), [("system", ["#f7f6f4", "#111114"]), ("dark", ["#111114"] * 2)])
def test_the_browsers_bar_has_the_colour_of_the_theme(client: Client, theme: str, colours: list[str]) -> None:
    client.cookies["theme"] = theme

    assert re.findall(r'name="theme-color"\s+content="([^"]+)"', client.get("/login").text) == colours
