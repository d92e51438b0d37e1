"""The groups of a replay, weighed anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bench import savings_sensitivity
from bench.savings_sensitivity import Group, Shares

GROUPS = {
    "exact": Group(10, Decimal(0), Decimal(40_000), Decimal(40_000)),
    "semantic": Group(10, Decimal(20), Decimal(40_000), Decimal(40_000)),
    "economy": Group(60, Decimal(6_000), Decimal(240_000), Decimal(180_000)),
    "escalated": Group(4, Decimal(4_400), Decimal(16_000), Decimal(12_000)),
    "premium": Group(16, Decimal(32_000), Decimal(80_000), Decimal(60_000)),
}


def test_what_was_measured_gives_the_saving_of_the_whole():
    cost = sum(group.cost for group in GROUPS.values())
    baseline = sum(group.baseline for group in GROUPS.values())
    assert savings_sensitivity.saving(GROUPS, savings_sensitivity.measured(GROUPS)) == pytest.approx(
        1 - cost / baseline
    )


def test_shares_are_read_from_the_groups():
    assert savings_sensitivity.measured(GROUPS) == Shares(
        hits=Decimal("0.2"), premium=Decimal("0.2"), escalated=Decimal("0.0625")
    )


def test_economy_answers_alone_cost_what_they_cost():
    only = Shares(Decimal(0), Decimal(0), Decimal(0))
    assert savings_sensitivity.saving(GROUPS, only) == Decimal(1) - Decimal(6_000) / Decimal(240_000)


def test_premium_answers_alone_cost_what_they_cost():
    only = Shares(Decimal(0), Decimal(1), Decimal(0))
    assert savings_sensitivity.saving(GROUPS, only) == Decimal("0.6")


def test_answers_from_caches_alone_cost_their_look_ups():
    only = Shares(Decimal(1), Decimal(0), Decimal(0))
    assert savings_sensitivity.saving(GROUPS, only) == Decimal(1) - Decimal(20) / Decimal(80_000)


@pytest.mark.parametrize("share", ["premium", "escalated"])
def test_a_larger_share_of_dear_answers_saves_less(share):
    figures = {"groups": {name: vars_of(group) for name, group in GROUPS.items()}}
    savings = list(savings_sensitivity.table(figures)[share].values())
    assert savings == sorted(savings, reverse=True)


def test_more_answers_from_caches_save_more():
    figures = {"groups": {name: vars_of(group) for name, group in GROUPS.items()}}
    savings = list(savings_sensitivity.table(figures)["hits"].values())
    assert savings == sorted(savings)


def test_the_hits_that_a_goal_needs_reach_it_and_fewer_do_not():
    goal = Decimal("0.98")
    hits = savings_sensitivity.hits_for(GROUPS, Decimal("0.1"), Decimal("0.02"), goal)
    assert 0 < hits < 1
    assert savings_sensitivity.saving(GROUPS, Shares(hits, Decimal("0.1"), Decimal("0.02"))) >= goal
    fewer = Shares(hits - Decimal("0.0001"), Decimal("0.1"), Decimal("0.02"))
    assert savings_sensitivity.saving(GROUPS, fewer) < goal


def vars_of(group: Group) -> dict[str, object]:
    return {
        "requests": group.requests,
        "cost": str(group.cost),
        "baseline": str(group.baseline),
        "baseline_cached": str(group.baseline_cached),
    }
