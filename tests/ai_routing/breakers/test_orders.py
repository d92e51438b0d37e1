"""What an operator's word does to a circuit breaker, and who is told of it."""

from __future__ import annotations

import logging

import pytest

from ai_routing import breaker
from ai_routing.breaker import State, Unreachable
from tests.ai_routing.breakers.clock import Clock
from tests.ai_routing.sample import AZURE
from tests.ai_routing.valkey_server import ValkeyServer


def test_a_trip_lets_nobody_through_until_it_is_reset(clock: Clock) -> None:
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=None)
    for days in (0, 1, 400):
        clock.move(days * 86_400)
        assert not clock.panel().admits(AZURE)
        assert clock.panel().down == {AZURE}
    state = clock.state()
    assert (state.state, state.tripped_by, state.retry_at) == (State.OPEN, "alice@example.org", None)
    assert state.opened_at is not None

    clock.breakers.reset(AZURE, by="bob@example.org")

    assert clock.state() == breaker.BreakerState(AZURE, State.CLOSED, 0, None, None, "")
    assert clock.panel().admits(AZURE)


def test_a_trip_for_a_time_ends_by_itself(clock: Clock) -> None:
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=900)
    panel = clock.panel()

    clock.move(899)
    assert not panel.admits(AZURE)
    assert clock.state().tripped_by == "alice@example.org"
    clock.move(1)
    assert panel.admits(AZURE)
    assert clock.state().state is State.CLOSED
    assert clock.state().tripped_by == ""


def test_a_trip_wins_over_a_probe_that_answers(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    prober = clock.panel()
    assert prober.admits(AZURE)
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=None)
    prober.succeeded(AZURE)

    assert not prober.admits(AZURE)
    assert not clock.panel().admits(AZURE)


def test_a_reset_forgets_the_failures_and_the_growth(clock: Clock) -> None:
    clock.opened()
    clock.move(10)
    prober = clock.panel()
    assert prober.admits(AZURE)
    prober.failed(AZURE, retry_after=None)
    clock.breakers.reset(AZURE, by="alice@example.org")

    clock.fail(breaker.FAILURES - 1)
    assert clock.state().state is State.CLOSED
    clock.fail()
    clock.move(10)
    assert clock.state().state is State.HALF_OPEN


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_trip_needs_a_time(seconds: int, clock: Clock) -> None:
    with pytest.raises(ValueError, match="use a positive number"):
        clock.breakers.trip(AZURE, by="alice@example.org", seconds=seconds)


def test_who_did_what_is_logged(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="ai_routing.breaker"):
        clock.breakers.trip(AZURE, by="alice@example.org", seconds=60)
        clock.breakers.reset(AZURE, by="bob@example.org")
        clock.opened()

    assert [record.getMessage() for record in caplog.records] == [
        "azure:gpt-4o-mini: breaker tripped by alice@example.org for 60 s",
        "azure:gpt-4o-mini: breaker reset by bob@example.org",
        "azure:gpt-4o-mini: breaker open (5 failures in the last minute)",
    ]


def test_an_operator_is_told_that_the_order_does_not_hold(own_server: ValkeyServer) -> None:
    own_server.kill()

    with pytest.raises(Unreachable, match="try again"):
        breaker.trip(AZURE, by="alice@example.org", seconds=None)
    with pytest.raises(Unreachable, match="try again"):
        breaker.reset(AZURE, by="alice@example.org")
