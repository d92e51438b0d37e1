"""A few requests of the trace through the real door: the figures are those of the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models import Sum

from ai_routing.models import LedgerEntry
from bench import savings_figures, savings_replay, trace
from bench.savings_replay import Configuration

pytestmark = pytest.mark.django_db

NEWEST = Configuration("B", economy="gpt-6-luna", premium="gpt-6.1-terra")


@pytest.fixture
def few() -> trace.Trace:
    whole = trace.read()
    repeated = next(request for request in whole.requests if request.repeats == "second device")
    same = [each for each in whole.requests if (each.creator, each.text) == (repeated.creator, repeated.text)]
    others = [request for request in whole.requests if request.task in ("legal", "sentiment_simple")][:12]
    talk = [request for request in whole.requests if request.talk == others_talk(whole)]
    return replace(whole, requests=tuple(sorted([*same, *others, *talk], key=lambda request: request.at)))


def others_talk(whole: trace.Trace) -> int:
    """Return the first conversation of three turns or more."""
    return next(request.talk for request in whole.requests if request.turn == 2)


def test_the_ledger_tells_what_the_vendor_billed(few):
    with savings_replay.scenery(NEWEST) as (vendor, clock):
        ended = savings_replay.run(few, NEWEST, vendor, clock, safe=0.9)
        figures = savings_figures.of(few, NEWEST, ended, threshold=0.9)

    assert figures["answered"] == len(few.requests)
    assert figures["exact_share"] > 0
    assert figures["premium_share"] > 0
    assert figures["cost_usd"]["usual"] == pytest.approx(
        float(LedgerEntry.objects.aggregate(cost=Sum("cost_micro_usd"))["cost"]) / 1_000_000, abs=1e-6
    )
    costs = figures["cost_usd"]
    assert costs["always"] <= costs["usual"] <= costs["poor"]
    assert 0 < figures["saving_cached"] < figures["saving"]["usual"] < 1


def test_another_world_than_the_ledgers_does_not_pass_for_it(few):
    with savings_replay.scenery(NEWEST) as (vendor, clock):
        ended = savings_replay.run(few, NEWEST, vendor, clock, safe=0.9)
        swapped = [
            replace(each, uses=tuple({**use, "usual": use["usual"].__class__(7, 0)} for use in each.uses))
            for each in ended
        ]
        with pytest.raises(savings_figures.Unaccounted, match="the vendor billed"):
            savings_figures.of(few, NEWEST, swapped, threshold=0.9)
