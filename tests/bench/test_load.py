"""The figures of bench/load.py: what counts as full, where the knee is, and that nothing that was lost passes for sound."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from bench import load
from bench.load_clients import Answer, Told
from bench.load_outages import Outage, recovery
from bench.load_use import POOL, Use

QUIET: Final = Use(
    cpu={"web": 0.2, "PostgreSQL": 0.1, "the clients": 1.9},
    machine=0.4,
    connections_busy=2,
    connections_open=8,
    queued_most=3,
    queued_last=0,
    web_workers=1,
)
SOUND: Final = Outage(
    name="postgres",
    answers=100,
    refused=4,
    unanswered=2,
    generations=20,
    webhooks=10,
    given_up=0,
    lost=0,
    unfinished=0,
    twice=0,
    books="",
    recovery_seconds=2.5,
    written_again_seconds=3.1,
    taken_up_seconds=None,
    settled_seconds=0.5,
)


def told(times: list[float], status: int = 200) -> Told:
    return Told(answers=[Answer("page", 0.0, ms, status) for ms in times])


def test_what_is_full_is_named_and_the_fullest_comes_first() -> None:
    assert QUIET.saturated() == []

    used = replace(QUIET, cpu={"web": 0.96, "PostgreSQL": 0.1}, connections_busy=POOL, queued_last=500)

    assert used.saturated() == ["queue of the worker", "pool of connections", "CPU of web"]


def test_what_the_clients_use_is_no_part_of_the_product() -> None:
    assert "CPU of the clients" not in QUIET.shares()


def test_a_step_is_fast_until_its_slowest_twentieth_is_not() -> None:
    fast = load.measured(told([50.0] * 96 + [900.0] * 4), 8, 2.0, QUIET)
    slow = load.measured(told([50.0] * 90 + [900.0] * 10), 8, 2.0, QUIET)

    assert (fast.is_fast, slow.is_fast) == (True, False)
    assert fast.per_second == 50.0
    assert fast.by_kind["page"] == fast.p95_ms


def test_a_step_with_a_refusal_is_none_that_was_carried() -> None:
    assert not load.measured(told([10.0] * 50, status=503), 8, 2.0, QUIET).is_fast


def test_it_has_recovered_after_the_last_answer_that_was_refused_or_slow() -> None:
    before = [Answer("page", 7.0, 2_500.0, 200)]
    after = [Answer("page", 10.2, 100.0, 503), Answer("page", 10.5, 4_000.0, 200), Answer("page", 15.0, 80.0, 200)]

    assert recovery([*before, *after], at=10.0) == 4.5
    assert recovery([*before, after[-1]], at=10.0) == 0.0


def test_a_restart_that_cost_no_write_is_sound() -> None:
    assert SOUND.is_sound


@pytest.mark.parametrize("fault", ["lost", "unfinished", "twice", "given_up"])
def test_one_write_that_is_lost_open_or_doubled_is_not(fault: str) -> None:
    assert not replace(SOUND, **{fault: 1}).is_sound  # type: ignore[arg-type]


def test_nor_are_books_that_do_not_agree() -> None:
    assert not replace(SOUND, books="quota and ledger differ").is_sound
