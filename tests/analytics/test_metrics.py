"""A metric counts events that there are, by fields that they have."""

from __future__ import annotations

import re

import pytest

from analytics.event_types import EVENT_TYPES
from analytics.metrics import ALL, METRICS, Metric, Unit
from analytics.models import DailyFigure


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_a_metric_names_events_and_fields_that_are_declared(metric: Metric) -> None:
    for source in metric.sources:
        named = {source.amount, metric.dimension, metric.currency, metric.unique, source.only and source.only[0]}
        assert named - {"", None} <= EVENT_TYPES[source.event].fields.keys()


def test_every_name_is_there_once_and_fits() -> None:
    assert len(METRICS) == len(ALL)
    longest = DailyFigure._meta.get_field("metric").max_length
    for name in METRICS:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
        assert len(name) <= (longest or 0)


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_what_has_an_amount_says_in_which_unit(metric: Metric) -> None:
    assert {bool(source.amount) for source in metric.sources} == {metric.unit is not Unit.NUMBER}
    assert bool(metric.currency) is (metric.unit is Unit.MINOR), "money of several currencies is never summed up"
    assert not metric.needs_dimension or metric.dimension
