"""Charts as the server draws them: plain points become the numbers of an SVG, without a script and without a style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django import template
from django.utils import formats
from django.utils.translation import gettext as _

from accounts import currencies

register = template.Library()

Points = Sequence[tuple[str, float | Decimal]]

SIZES: Final = {"line": (640, 220), "bars": (640, 220), "sparkline": (150, 32)}
LEFT: Final = 48
TOP: Final = 12
BOTTOM: Final = 26
FEWEST: Final = 2
MOST_NAMES: Final = 8
TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: its name, its value in words, and where it stands. The numbers are text: no language may alter them."""

    label: str
    shown: str
    before: str
    x: str
    y: str
    left: str
    width: str
    tall: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a chart's template prints."""

    width: int
    height: int
    left: int = LEFT
    right: int = 0
    tick_x: int = LEFT - 8
    label_y: int = 0
    summary: str = ""
    line: str = ""
    line_before: str = ""
    area: str = ""
    marks: list[Mark] = field(default_factory=list)
    named: list[Mark] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.marks

    @property
    def last(self) -> Mark:
        return self.marks[-1]


@register.simple_tag
def chart(kind: str, points: Points | None, before: Points | None = None, currency: str = "") -> Drawn:
    """Draw `points`, pairs of a name and a value; `before` is the previous period, dashed. Below zero it is drawn as zero.

    With a `currency`, values are its minor units. Fewer than two points are no curve: what comes back is empty, and the
    template says so.
    """
    width, height = SIZES[kind]
    points = list(points or [])
    if len(points) < FEWEST:
        return Drawn(width, height)
    spark = kind == "sparkline"
    left, right = (3, width - 3) if spark else (LEFT, width - 8)
    top, bottom = (3, height - 3) if spark else (TOP, height - BOTTOM)
    earlier = list(before or [])[: len(points)]
    # A grid of whole euros reads better than one of round cents.
    unit = 10 ** currencies.places(currency) if currency else 1
    step = rounded_step(float(max(value for _name, value in [*points, *earlier])) / unit) * unit
    ceiling = float(max(value for _name, value in points)) if spark else step * TICKS
    ceiling = ceiling if ceiling > 0 else 1

    def height_of(value: float | Decimal) -> float:
        return bottom - (bottom - top) * max(0.0, float(value)) / ceiling

    def number(value: float | Decimal) -> str:
        return currencies.written(Decimal(value), currency) if currency else plain_number(value)

    slot = (right - left) / len(points)
    gap = (right - left) / (len(points) - 1)
    places = [left + slot * (at + 0.5) if kind == "bars" else left + gap * at for at in range(len(points))]
    bar = min(slot * 0.64, 48.0)
    marks = [
        Mark(
            label=name,
            shown=number(value),
            before=number(earlier[at][1]) if at < len(earlier) else "",
            x=plain(places[at]),
            y=plain(height_of(value)),
            left=plain(places[at] - bar / 2),
            width=plain(bar),
            tall=plain(bottom - height_of(value)),
        )
        for at, (name, value) in enumerate(points)
    ]
    line = path(places, [height_of(value) for _name, value in points])
    every = -(-len(marks) // MOST_NAMES)
    return Drawn(
        width,
        height,
        right=right,
        label_y=height - 6,
        summary=summary(points, number),
        line=line,
        line_before=path(places, [height_of(value) for _name, value in earlier]) if earlier else "",
        area=f"{line}L{plain(places[-1])} {plain(bottom)}L{plain(places[0])} {plain(bottom)}Z",
        marks=marks,
        named=marks[::every],
        ticks=[Tick(plain(height_of(step * at)), plain_number(step * at / unit)) for at in range(TICKS + 1)],
    )


def rounded_step(highest: float) -> float:
    """Return the distance of the grid's lines, so that TICKS of them hold `highest`: 1, 2, 2.5 or 5 times ten to the n."""
    size = 1.0
    while size * 10 * TICKS < highest:
        size *= 10
    for factor in (1, 2, 2.5, 5, 10):
        step = size * factor
        if step * TICKS >= highest and (step >= 1 and step == int(step)):
            return step
    return size * 10


def path(across: list[float], down: list[float]) -> str:
    return "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in zip(across, down, strict=False))


def plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def plain_number(value: float | Decimal) -> str:
    exact = Decimal(value)
    return formats.number_format(round(exact, 2) if exact % 1 else int(exact), force_grouping=True)


def summary(points: Points, number: Callable[[float | Decimal], str] = plain_number) -> str:
    """Say in a sentence what the curve shows, for who does not see it."""
    lowest = min(points, key=lambda point: point[1])
    highest = max(points, key=lambda point: point[1])
    return _("From %(first)s to %(last)s. Lowest: %(low)s (%(low_name)s). Highest: %(high)s (%(high_name)s).") % {
        "first": points[0][0],
        "last": points[-1][0],
        "low": number(lowest[1]),
        "low_name": lowest[0],
        "high": number(highest[1]),
        "high_name": highest[0],
    }
