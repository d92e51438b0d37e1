"""Charts: what is drawn is what was measured, in every language, and too little is said to be too little."""

from __future__ import annotations

import pytest
from django.utils import translation

from huntaze.templatetags import charts, components

POINTS = [("Mon", 0), ("Tue", 50), ("Wed", 100)]


def test_heights_are_in_proportion() -> None:
    drawn = charts.chart("bars", POINTS)

    tall = [float(mark.tall) for mark in drawn.marks]
    assert tall[0] == 0
    assert tall[2] == pytest.approx(2 * tall[1], abs=0.2)


@pytest.mark.parametrize(
    ("highest", "step"),
    [(0, 1), (3, 1), (4, 1), (5, 2), (8, 2), (9, 5), (100, 25), (101, 50), (420, 200), (9_999, 2_500)],
)
def test_the_grid_has_round_numbers_and_holds_the_highest(highest: float, step: float) -> None:
    assert charts.rounded_step(highest) == step
    assert charts.rounded_step(highest) * charts.TICKS >= highest


@pytest.mark.parametrize("points", [None, [], [("Mon", 3)]])
def test_fewer_than_two_points_are_no_curve(points: charts.Points | None) -> None:
    assert charts.chart("line", points).is_empty


def test_all_zero_is_drawn_flat_on_the_ground() -> None:
    drawn = charts.chart("line", [("Mon", 0), ("Tue", 0)])

    assert {mark.y for mark in drawn.marks} == {str(220 - charts.BOTTOM)}


def test_a_sparkline_of_zeros_has_a_place_for_its_dot() -> None:
    assert charts.chart("sparkline", [("Mon", 0), ("Tue", 0)]).last.y == "29"


def test_numbers_of_the_drawing_are_the_same_in_french() -> None:
    points = [("lundi", 1.5), ("mardi", 1234.25)]
    with translation.override("fr"):
        drawn = charts.chart("line", points)

    # A comma in a path would be another number.
    assert "," not in "".join([drawn.line, drawn.area, *(f"{mark.x}{mark.y}" for mark in drawn.marks)])
    assert drawn.marks[0].shown == "1,50"


def test_a_summary_says_what_the_curve_shows() -> None:
    assert charts.summary(POINTS) == "From Mon to Wed. Lowest: 0 (Mon). Highest: 100 (Wed)."


def test_names_below_do_not_crowd() -> None:
    drawn = charts.chart("line", [(str(day), day) for day in range(31)])

    assert len(drawn.named) <= charts.MOST_NAMES
    assert len(drawn.marks) == 31


@pytest.mark.parametrize(
    ("name", "letters"), [("Alice Rain", "AR"), ("bob", "B"), ("atelier@lyon.example", "AL"), ("🙂", "?"), ("", "?")]
)
def test_initials(name: str, letters: str) -> None:
    assert components.initials(name) == letters


@pytest.mark.parametrize(
    ("value", "most", "share"), [(1, 4, 25), (5, 4, 100), (-1, 4, 0), (1, 0, 0), ("310", "1000", 31)]
)
def test_shares_stay_within_the_meter(value: object, most: object, share: int) -> None:
    assert components.percent(value, most) == share
