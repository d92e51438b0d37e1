"""The circuit breaker in Valkey: when it opens, for how long, and who may probe."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ai_routing import breaker
from ai_routing.breaker import Breakers, State
from tests.ai_routing.breakers.clock import Clock
from tests.ai_routing.sample import AZURE, OPENAI


def test_a_new_breaker_is_closed_and_admits(clock: Clock) -> None:
    panel = clock.panel()

    assert panel.down == frozenset()
    assert panel.admits(AZURE)
    assert clock.state() == breaker.BreakerState(AZURE, State.CLOSED, 0, None, None, "")


def test_five_failures_in_a_minute_open_it_for_everybody(clock: Clock) -> None:
    clock.fail(breaker.FAILURES - 1)
    assert clock.panel().admits(AZURE)

    clock.fail()

    panel = clock.panel()
    assert panel.down == {AZURE}
    assert not panel.admits(AZURE)
    assert panel.admits(OPENAI)
    assert clock.state().failures == 5


def test_the_panel_whose_call_opens_it_knows_at_once(clock: Clock) -> None:
    panel = clock.panel()
    for _ in range(breaker.FAILURES):
        assert panel.admits(AZURE)
        panel.failed(AZURE, retry_after=None)

    assert not panel.admits(AZURE)
    assert panel.down == {AZURE}


def test_failures_far_apart_do_not_add_up(clock: Clock) -> None:
    for _ in range(20):
        clock.fail()
        clock.move(breaker.WINDOW_SECONDS / (breaker.FAILURES - 1))

    assert clock.state().state is State.CLOSED


def test_a_deployment_that_mostly_answers_stays_in_use(clock: Clock) -> None:
    clock.fail()
    for _ in range(10):
        for _ in range(2):
            clock.panel().succeeded(AZURE)
        clock.fail()

    assert clock.state().failures == 11
    assert clock.state().state is State.CLOSED


def test_one_that_fails_every_second_call_opens(clock: Clock) -> None:
    for _ in range(breaker.FAILURES - 1):
        clock.fail()
        clock.panel().succeeded(AZURE)
    clock.fail()

    assert clock.state().state is State.OPEN


def test_a_long_retry_after_opens_at_once_and_is_respected(clock: Clock) -> None:
    clock.fail(retry_after=breaker.WINDOW_SECONDS)
    assert clock.state().state is State.CLOSED

    clock.fail(retry_after=120)

    clock.move(119.9)
    assert not clock.panel().admits(AZURE)
    clock.move(0.2)
    assert clock.panel().admits(AZURE)


@pytest.mark.parametrize("nonsense", [-1.0, 0.0, float("nan"), float("-inf"), float("inf")])
def test_a_nonsense_retry_after_is_no_wish(nonsense: float, clock: Clock) -> None:
    clock.fail(retry_after=nonsense)

    assert clock.state().state is State.CLOSED


def test_a_retry_after_of_days_is_an_hour(clock: Clock) -> None:
    clock.fail(retry_after=10**6)

    clock.move(breaker.LONGEST_RETRY_AFTER_SECONDS)
    assert clock.state().state is State.HALF_OPEN


def test_it_opens_for_longer_each_time_a_probe_fails(clock: Clock) -> None:
    clock.opened()
    waits = []
    for _ in range(7):
        state = clock.state()
        assert state.retry_at is not None
        waits.append(round(state.retry_at.timestamp() * 1_000 - clock.milliseconds) / 1_000)
        clock.move(waits[-1])
        panel = clock.panel()
        assert panel.admits(AZURE)
        panel.failed(AZURE, retry_after=None)

    assert waits == [10, 20, 40, 80, 160, 300, 300]


def test_the_opening_is_a_little_shorter_by_chance() -> None:
    clock = Clock(jitter=breaker.LEAST_JITTER)
    clock.opened()

    clock.move(7.9)
    assert clock.state().state is State.OPEN
    clock.move(0.1)
    assert clock.state().state is State.HALF_OPEN


def test_the_jitter_of_production_is_within_its_bounds() -> None:
    assert all(breaker.LEAST_JITTER <= Breakers().limits()["jitter"] <= 1 for _ in range(1_000))


def test_half_open_lets_one_probe_through(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    first, second = clock.panel(), clock.panel()
    assert first.down == frozenset()

    assert first.admits(AZURE)
    assert not second.admits(AZURE)

    assert first.down == frozenset()
    assert clock.panel().down == {AZURE}
    assert clock.state().state is State.HALF_OPEN


def test_a_probe_that_answers_closes_it(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    prober = clock.panel()
    assert prober.admits(AZURE)
    prober.succeeded(AZURE)

    assert clock.state() == breaker.BreakerState(AZURE, State.CLOSED, 0, None, None, "")
    assert clock.panel().admits(AZURE)


def test_an_answer_from_before_the_opening_does_not_close_it(clock: Clock) -> None:
    clock.fail()
    slow = clock.panel()
    assert slow.admits(AZURE)
    clock.opened()
    clock.move(10)
    slow.succeeded(AZURE)
    assert clock.state().state is State.HALF_OPEN
    slow.failed(AZURE, retry_after=None)

    assert clock.state().state is State.HALF_OPEN
    assert clock.panel().admits(AZURE)


def test_a_probe_that_is_stopped_gives_way_to_the_next(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    first, second = clock.panel(), clock.panel()
    assert first.admits(AZURE)
    first.abandoned(AZURE)

    assert second.admits(AZURE)
    assert not first.admits(AZURE)


def test_a_prober_that_dies_blocks_nobody_for_longer_than_a_call_can_take(clock: Clock, settings: Any) -> None:
    settings.AI_DEADLINE_SECONDS = 30
    clock.opened()
    clock.move(10)
    killed = clock.panel()
    assert killed.admits(AZURE)

    clock.move(30)
    assert not clock.panel().admits(AZURE)
    clock.move(breaker.PERMIT_MARGIN_SECONDS)
    successor = clock.panel()
    assert successor.admits(AZURE)

    killed.succeeded(AZURE)
    assert clock.state().state is State.HALF_OPEN
    successor.succeeded(AZURE)
    assert clock.state().state is State.CLOSED


def test_one_that_opens_again_soon_goes_on_with_longer_openings(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    prober = clock.panel()
    assert prober.admits(AZURE)
    prober.succeeded(AZURE)
    clock.opened()

    clock.move(19)
    assert clock.state().state is State.OPEN


def test_after_a_calm_time_openings_begin_short_again(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    prober = clock.panel()
    assert prober.admits(AZURE)
    prober.succeeded(AZURE)
    clock.move(breaker.CALM_SECONDS)
    clock.opened()

    clock.move(10)
    assert clock.state().state is State.HALF_OPEN


def test_an_open_panel_tries_again_when_the_time_has_come(clock: Clock) -> None:
    clock.opened()
    panel = clock.panel()
    assert not panel.admits(AZURE)

    clock.move(10)
    assert panel.admits(AZURE)


def test_of_many_threads_one_probes(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    start = threading.Barrier(20)
    admitted: list[bool] = []

    def ask() -> None:
        panel = clock.panel()
        start.wait()
        admitted.append(panel.admits(AZURE))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(admitted) == [False] * 19 + [True]
