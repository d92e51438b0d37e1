"""The cost sheet is what its prices and assumptions make."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from infra import costs, stacks

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SHEET: Final = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
SIZES: Final = [int(size) for size in costs.read()["sizes"]]


@pytest.mark.parametrize("table", [costs.what_is_carried, costs.sheet, costs.prices], ids=lambda make: make.__name__)
def test_the_document_has_the_tables_that_the_figures_make(table: Callable[[], str]) -> None:
    assert table() in SHEET


def test_the_three_sizes_are_there() -> None:
    assert SIZES == [1_000, 100_000, 1_000_000]


def test_every_price_has_a_source_with_a_date_or_says_that_it_is_assumed() -> None:
    for name, one in costs.read()["prices"].items():
        assert one["price"] > 0
        assert one["unit"]
        assert bool(one["date"]) is (one["source"] != "assumption"), name


def test_every_price_and_every_assumption_is_used() -> None:
    told = costs.read()
    code = (ROOT / "infra" / "costs.py").read_text(encoding="utf-8")
    chosen = {size[kind] for size in told["sizes"].values() for kind in ("database", "cache")}

    for name in [*told["prices"], *told["people"]]:
        assert f'"{name}"' in code or name in chosen, name


def test_more_accounts_cost_more_together_and_less_each() -> None:
    totals = [sum(costs.services(size).values()) for size in SIZES]

    assert totals == sorted(totals)
    each = [total / size for total, size in zip(totals, SIZES, strict=True)]
    assert each == sorted(each, reverse=True)


def test_the_edge_is_paid_by_its_steps_beyond_what_is_free() -> None:
    price = {name: one["price"] for name, one in costs.read()["prices"].items()}
    people = costs.read()["people"] | {"public_views_a_day": 0, "requests_a_day": 0}
    nobody = costs.load(0, people)

    assert costs.edge(nobody, price) == price["wall"]
    active = (costs.FREE_EDGE_GB + costs.FIRST_EDGE_GB + 100) / people["media_gb_a_month_shown"]
    full = costs.load(round(active / people["active_share"]), people)
    paid = costs.FIRST_EDGE_GB * price["edge_gb"] + 100 * price["edge_gb_next"] + price["wall"]
    assert costs.edge(full, price) == pytest.approx(paid, rel=1e-3)


def test_the_busiest_minute_fits_into_what_production_may_start() -> None:
    said = stacks.settings_of("production")
    people = costs.read()["people"]
    largest = costs.load(max(SIZES), people)
    needed = largest.web_vcpu * people["peak"] / costs.BUSY

    web = said["process"]["web"]
    assert needed <= web["Most"] * int(web["Cpu"]) / 1024


def test_what_the_document_says_of_scaling_is_what_the_environment_says() -> None:
    process = stacks.settings_of("production")["process"]
    most = [process[f"worker-{name}"]["Most"] for name in ("interactive", "publishing", "media", "background")]

    assert f"{process['web']['Most']} tasks of {int(process['web']['Cpu']) // 1024} vCPU" in SHEET
    assert f"{', '.join(map(str, most))} tasks" in SHEET
    pooler = re.search(r"(\d+) tasks of (\d+) connections", SHEET)
    assert pooler
    said = stacks.settings_of("production")
    assert tuple(map(int, pooler.groups())) == (said["PoolerTasks"], said["PoolerConnections"])
