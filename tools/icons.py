"""Draw the icons of the site from the mark's own numbers, into huntaze/static/icons.

    python tools/icons.py

The same mark stands in huntaze/static/favicon.svg and templates/components/logo.html, in units of a 32-unit tile.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

OUT: Final = Path(__file__).resolve().parent.parent / "huntaze" / "static" / "icons"
TILE: Final = 32.0
CORNER: Final = 9.0
STROKE: Final = 3.2
INK: Final = (27, 26, 30, 255)
PAPER: Final = (255, 255, 255, 255)
ROSE: Final = (247, 131, 172, 255)
# Drawn this many times larger, then made smaller: the edges come out smooth.
FINER: Final = 8
STEPS: Final = 64
# A launcher may cut a maskable icon down to a circle of 80 %; the mark keeps well inside it.
MASKABLE_SCALE: Final = 0.72

Point = tuple[float, float]


def curve(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    """Return the points of a cubic curve."""
    points = []
    for step in range(STEPS + 1):
        t = step / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        corners = (start, first, second, end)
        points.append(
            (
                sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
                sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
            )
        )
    return points


STROKES: Final = [
    ([(10.0, 7.5), (10.0, 24.5)], PAPER),
    (curve((10.0, 17.2), (13.4, 13.1), (17.4, 12.6), (21.2, 15.6)), PAPER),
    ([(22.0, 7.0), (22.0, 25.0)], ROSE),
]


def draw(size: int, *, maskable: bool = False, rounded: bool = True) -> Image.Image:
    side = size * FINER
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    unit = side / TILE
    radius = CORNER * unit if rounded and not maskable else 0
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=radius, fill=INK)
    scale = MASKABLE_SCALE if maskable else 1.0
    for points, colour in STROKES:
        placed = [tuple((TILE / 2 + (value - TILE / 2) * scale) * unit for value in point) for point in points]
        width = STROKE * scale * unit
        pen.line(placed, fill=colour, width=round(width), joint="curve")
        for x, y in (placed[0], placed[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for size in (192, 512):
        draw(size).save(OUT / f"icon-{size}.png", optimize=True)
        draw(size, maskable=True).save(OUT / f"maskable-{size}.png", optimize=True)
    # Apple rounds the corners itself.
    draw(180, rounded=False).save(OUT / "apple-touch-icon.png", optimize=True)
    draw(48).save(OUT / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])


if __name__ == "__main__":
    main()
