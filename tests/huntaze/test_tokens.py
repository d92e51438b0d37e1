"""The colours of the token file: every pair that the document promises is readable, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.test_documents import table

TOKENS = Path(settings.BASE_DIR / "huntaze" / "styles" / "tokens.css").read_text()
COLOUR = re.compile(r"--color-([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
COLOURS = {name: (light, dark) for name, light, dark in COLOUR.findall(TOKENS)}
PAIRS = [
    (text.strip(), ground.strip(), float(ratio.removesuffix(":1")))
    for texts, grounds, ratio in (row[:3] for row in table("docs/design.md", "## Pairs"))
    for text in texts.split(",")
    for ground in grounds.split(",")
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_a_promised_pair_has_its_contrast(text: str, ground: str, least: float, theme: int) -> None:
    assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= least


def test_the_promise_covers_every_colour_that_words_are_written_in() -> None:
    written = {name for name in COLOURS if f"{name}-soft" in COLOURS} | {"ink", "ink-2", "ink-3", "on-ink"}

    assert written <= {text for text, _ground, least in PAIRS if least >= 4.5}


def test_black_on_white_is_21_and_a_colour_on_itself_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#6b6771", "#6b6771") == 1


def test_each_theme_is_designed() -> None:
    # The few that are the same in both would stand here.
    assert [name for name, (light, dark) in COLOURS.items() if light == dark] == []


def test_style_sheets_take_their_colours_from_the_tokens() -> None:
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b(?!-)|\brgba?\(|\bhsla?\(")
    sheets = sorted((settings.BASE_DIR / "huntaze" / "styles").glob("*.css"))
    strays = {}
    for sheet in sheets:
        if sheet.name == "tokens.css":
            continue
        # An address of a drawing holds its own colour; an id is a selector.
        words = re.sub(r"url\([^)]*\)|^\s*[.#:\w][^{;]*\{", "", sheet.read_text(), flags=re.MULTILINE)
        found = literal.findall(words)
        if found:
            strays[sheet.name] = found
    assert strays == {}
