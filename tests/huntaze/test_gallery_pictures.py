"""How every component looks, held against small pictures that were looked at: in light and dark, wide and on a phone.

All words are set in the font that Pillow carries, whatever fonts a machine has, and a section of the gallery is made so
small that the edges of letters do not matter: a colour, a place or a shape that changed does. To take the pictures anew,
delete those in `pictures/` and run this: it writes them, and fails once so that somebody looks at them.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops, ImageFont
from playwright.sync_api import Page

from tests.huntaze.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

PICTURES = Path(__file__).parent / "pictures"
TILE = (160, 120)
# A pixel differs when one of its colours does by more than this, of 255.
TOLERATED = 24
MOST_DIFFERENT = 0.008
CASES = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 390)]


@pytest.fixture(autouse=True)
def gallery(settings: Any) -> None:
    settings.COMPONENT_GALLERY = True


def show(opened: Opener, scheme: str, width: int, **options: Any) -> Page:
    return opened(
        "/app/_components",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        **options,
    )


def sections(page: Page) -> list[str]:
    return [str(each.get_attribute("id")) for each in page.locator(".gallery > section").all()]


def tiles(page: Page) -> dict[str, Image.Image]:
    page.add_style_tag(content=same_font())
    page.evaluate("document.fonts.load('16px Same').then(() => true)")
    # What floats above the page would lie on one section or another.
    page.add_style_tag(content=".skip, .tabbar, .page-header, .toasts { visibility: hidden !important }")
    found = {}
    for name in sections(page):
        shot = page.locator(f"#{name}").screenshot(animations="disabled", caret="hide")
        found[name] = Image.open(io.BytesIO(shot)).convert("RGB").resize(TILE, Image.Resampling.BOX)
    return found


def same_font() -> str:
    font = getattr(ImageFont.load_default(size=16), "path", None)
    assert isinstance(font, io.BytesIO), "Pillow no longer carries a font of its own"
    data = base64.b64encode(font.getvalue()).decode()
    return f"@font-face {{ font-family: Same; src: url(data:font/ttf;base64,{data}) }} * {{ font-family: Same !important }}"


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ."""
    apart = ImageChops.difference(one, other)
    red, green, blue = apart.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    histogram = most.histogram()
    return sum(histogram[TOLERATED + 1 :]) / (TILE[0] * TILE[1])


def compare(shown: dict[str, Image.Image], picture: Path) -> dict[str, float]:
    """Return the sections that look otherwise than in the picture, with the share of their pixels that do."""
    with Image.open(picture) as opened:
        strip = opened.convert("RGB")
    assert strip.size == (TILE[0], TILE[1] * len(shown)), "sections came or went: take the pictures anew"
    apart = {}
    for at, (name, tile) in enumerate(shown.items()):
        share = difference(tile, strip.crop((0, at * TILE[1], TILE[0], (at + 1) * TILE[1])))
        if share > MOST_DIFFERENT:
            apart[name] = round(share, 3)
    return apart


@pytest.mark.parametrize(("scheme", "width"), CASES)
def test_components_look_as_they_were_approved(opened: Opener, scheme: str, width: int) -> None:
    shown = tiles(show(opened, scheme, width, bypass_csp=True))
    picture = PICTURES / f"{scheme}-{width}.png"
    if not picture.exists():
        PICTURES.mkdir(exist_ok=True)
        strip = Image.new("RGB", (TILE[0], TILE[1] * len(shown)))
        for at, tile in enumerate(shown.values()):
            strip.paste(tile, (0, at * TILE[1]))
        strip.save(picture, optimize=True)
        pytest.fail(f"{picture.name} was missing and is made: look at it, and keep it")

    assert compare(shown, picture) == {}


@pytest.mark.parametrize(
    ("style", "section"),
    [
        (".button-primary { background: #0b6b52 !important }", "buttons"),
        (".status { display: none !important }", "tables"),
        (".empty { text-align: left !important; justify-items: start !important }", "empties"),
        (".chart-bar { fill: red !important }", "charts"),
        (".toast { padding: 2rem !important }", "messages"),
    ],
)
def test_a_component_that_changed_is_noticed(opened: Opener, style: str, section: str) -> None:
    page = show(opened, "light", 1440, bypass_csp=True)
    page.add_style_tag(content=style)

    assert section in compare(tiles(page), PICTURES / "light-1440.png")


@pytest.mark.parametrize(("scheme", "width"), CASES)
def test_everybody_can_use_every_component(opened: Opener, scheme: str, width: int) -> None:
    page = show(opened, scheme, width)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_pressed_is_large_enough_and_larger_for_a_thumb(opened: Opener) -> None:
    small = """least => [...document.querySelectorAll('main :is(button, select, .button, .menu-item, .tab)')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
        .map((one) => one.outerHTML.slice(0, 80))"""

    assert show(opened, "light", 1440).evaluate(small, 24) == []
    phone = show(opened, "light", 390, has_touch=True, is_mobile=True)
    assert phone.evaluate(small, 30) == []


def test_states_have_their_colours(opened: Opener) -> None:
    page = show(opened, "light", 1440)
    look = "one => { const s = getComputedStyle(one); return [s.backgroundColor, s.color] }"

    assert page.locator("#buttons .button-primary").first.evaluate(look) == ["rgb(27, 26, 30)", "rgb(255, 255, 255)"]
    assert page.locator("#badges .status-failed").evaluate(look) == ["rgb(253, 236, 235)", "rgb(179, 38, 30)"]
    assert page.locator("#badges .status-scheduled").first.evaluate(look) == ["rgb(231, 240, 252)", "rgb(27, 90, 173)"]
    page.locator("#buttons .button-secondary").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    ring = page.locator("#buttons .button-secondary").first.evaluate("one => getComputedStyle(one).outline")
    assert "rgb(194, 37, 92)" in ring
    assert "2px" in ring
