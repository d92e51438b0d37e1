"""The circuit breaker in Valkey: when it opens, who may probe, what an operator's word does, and life without Valkey."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import redis
from django.utils import timezone

from ai_routing import breaker, streams
from ai_routing.breaker import Breakers, Panel, State, Unreachable
from tests.ai_routing.sample import AZURE, OPENAI
from tests.ai_routing.valkey_server import ValkeyServer


@dataclass
class Clock:
    """A time that only moves when it is told to, for the script and for the panels."""

    milliseconds: int = 1_764_000_000_000
    jitter: float = 1.0
    breakers: Breakers = field(init=False)

    def __post_init__(self) -> None:
        self.breakers = Breakers(
            now=lambda: self.milliseconds, clock=lambda: self.milliseconds / 1_000, jitter=lambda: self.jitter
        )

    def move(self, seconds: float) -> None:
        self.milliseconds += round(seconds * 1_000)

    def panel(self) -> Panel:
        return self.breakers.read([AZURE, OPENAI])

    def state(self) -> breaker.BreakerState:
        return self.breakers.states([AZURE])[0]

    def fail(self, times: int = 1, *, retry_after: float | None = None) -> None:
        for _ in range(times):
            self.panel().failed(AZURE, retry_after=retry_after)

    def opened(self) -> None:
        self.fail(breaker.FAILURES)
        assert self.state().state is State.OPEN


@pytest.fixture(autouse=True)
def no_silence() -> None:
    """A test before this one may have stopped Valkey, and the process still leave it alone."""
    breaker.shared.cache_clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of commands of each round trip."""
    made: list[int] = []
    run = breaker.run

    def counted(commands: Any) -> Any:
        made.append(len(commands))
        return run(commands)

    monkeypatch.setattr(breaker, "run", counted)
    return made


@pytest.fixture
def own_server(settings: Any) -> Iterator[ValkeyServer]:
    """A Valkey that only this test uses, behind the client that all modules share."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = ValkeyServer(free.getsockname()[1])
    shared = settings.REDIS_URL
    server.start()
    use(server.url, settings)
    yield server
    use(shared, settings)
    server.kill()


def use(url: str, settings: Any) -> None:
    settings.REDIS_URL = url
    for client in (streams.valkey, streams.valkey_for_writing, breaker.shared):
        client.cache_clear()


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


def test_a_read_of_several_is_one_round_trip_and_quiet_calls_are_none(clock: Clock, trips: list[int]) -> None:
    panel = clock.panel()
    for _ in range(3):
        for deployment in (AZURE, OPENAI):
            assert panel.admits(deployment)
            panel.succeeded(deployment)
            panel.abandoned(deployment)

    assert trips == [2]


def test_an_open_breaker_is_refused_without_a_round_trip(clock: Clock, trips: list[int]) -> None:
    clock.opened()
    panel = clock.panel()
    trips.clear()

    assert not panel.admits(AZURE)
    assert trips == []


def test_a_deployment_that_was_not_read_is_looked_up(clock: Clock) -> None:
    clock.opened()
    panel = clock.breakers.read([])

    assert not panel.admits(AZURE)
    assert panel.admits(OPENAI)


def test_the_modules_own_functions_use_the_servers_time() -> None:
    panel = breaker.read([AZURE, OPENAI])
    panel.failed(AZURE, retry_after=90)
    assert breaker.read([AZURE]).down == {AZURE}
    state = breaker.states([AZURE, OPENAI])[0]
    assert state.opened_at is not None
    assert state.retry_at is not None
    assert abs(state.opened_at - timezone.now()) < timedelta(seconds=5)
    assert state.retry_at - state.opened_at == timedelta(seconds=90)

    breaker.trip(OPENAI, by="alice@example.org", seconds=None)
    assert breaker.read([AZURE, OPENAI]).down == {AZURE, OPENAI}
    for deployment in (AZURE, OPENAI):
        breaker.reset(deployment, by="alice@example.org")
    assert breaker.read([AZURE, OPENAI]).down == frozenset()


def test_keys_expire_save_for_a_trip_until_reset(clock: Clock) -> None:
    valkey = streams.valkey()
    clock.fail()
    assert 0 < valkey.ttl(breaker.key(AZURE)) <= breaker.FORGET_SECONDS
    clock.fail(retry_after=120)
    assert 120 < valkey.ttl(breaker.key(AZURE)) <= breaker.FORGET_SECONDS + 120
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=7_200)
    assert 7_200 < valkey.ttl(breaker.key(AZURE)) <= breaker.FORGET_SECONDS + 7_200
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=None)
    assert valkey.ttl(breaker.key(AZURE)) == -1
    clock.breakers.reset(AZURE, by="alice@example.org")
    assert not valkey.exists(breaker.key(AZURE))


def test_what_nobody_touched_for_long_is_forgotten(clock: Clock) -> None:
    clock.opened()
    clock.move(10 + breaker.FORGET_SECONDS)

    assert clock.state().state is State.CLOSED


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


def test_a_server_that_lost_its_scripts_gets_them_again(own_server: ValkeyServer) -> None:
    breaker.trip(AZURE, by="alice@example.org", seconds=None)
    with redis.Redis(port=own_server.port) as client:
        client.script_flush()

    assert breaker.read([AZURE, OPENAI]).down == {AZURE}


def test_without_valkey_everything_is_admitted_quickly(
    own_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    breaker.trip(AZURE, by="alice@example.org", seconds=None)
    before = breaker.read([AZURE])
    own_server.kill()
    caplog.clear()

    started = monotonic()
    with caplog.at_level(logging.WARNING, logger="ai_routing.breaker"):
        for _ in range(200):
            panel = breaker.read([AZURE, OPENAI])
            assert panel.down == frozenset()
            assert panel.admits(AZURE)
            panel.succeeded(AZURE)
            panel.failed(OPENAI, retry_after=600)
            panel.abandoned(AZURE)
            assert panel.admits(OPENAI)
            assert breaker.states([AZURE]) == []
            before.failed(AZURE, retry_after=None)

    assert monotonic() - started < 0.5
    assert [record.getMessage() for record in caplog.records] == [
        "Circuit breakers are not used for now: ConnectionError"
    ]


def test_a_stuck_valkey_costs_one_time_out_a_second(own_server: ValkeyServer) -> None:
    assert breaker.read([AZURE]).admits(AZURE)
    assert own_server.process is not None
    own_server.process.send_signal(signal.SIGSTOP)

    started = monotonic()
    panel = breaker.read([AZURE, OPENAI])
    first = monotonic() - started
    assert panel.admits(AZURE)
    panel.failed(AZURE, retry_after=600)
    assert breaker.read([AZURE]).admits(AZURE)
    rest = monotonic() - started - first

    own_server.process.send_signal(signal.SIGCONT)
    assert first < streams.PUBLISH_SECONDS + 0.5
    assert rest < 0.1


def test_breakers_work_again_a_second_after_valkey_is_back(own_server: ValkeyServer) -> None:
    clock = [0.0]
    breakers = Breakers(clock=lambda: clock[0])
    own_server.kill()
    assert breakers.read([AZURE]).admits(AZURE)
    own_server.start()
    breakers.trip(AZURE, by="alice@example.org", seconds=None)

    assert breakers.read([AZURE]).admits(AZURE)
    clock[0] += streams.RETRY_SECONDS
    assert not breakers.read([AZURE]).admits(AZURE)


def test_an_operator_is_told_that_the_order_does_not_hold(own_server: ValkeyServer) -> None:
    own_server.kill()

    with pytest.raises(Unreachable, match="try again"):
        breaker.trip(AZURE, by="alice@example.org", seconds=None)
    with pytest.raises(Unreachable, match="try again"):
        breaker.reset(AZURE, by="alice@example.org")


class TestBelief:
    """A breaker that was sound a moment ago is not read again."""

    @pytest.fixture
    def clock(self) -> Clock:
        clock = Clock()
        clock.breakers.believed_seconds = breaker.BELIEVED_SECONDS
        return clock

    def test_it_saves_the_round_trip(self, clock: Clock, trips: list[int]) -> None:
        clock.panel()

        assert clock.panel().admits(AZURE)
        assert trips == [2]

    def test_it_lasts_a_moment(self, clock: Clock, trips: list[int]) -> None:
        clock.panel()
        Breakers().trip(AZURE, by="operator@example.org", seconds=None)

        clock.move(breaker.BELIEVED_SECONDS)

        assert not clock.panel().admits(AZURE)

    def test_a_failure_ends_it(self, clock: Clock, trips: list[int]) -> None:
        clock.panel()
        clock.fail()

        clock.panel()

        assert trips == [2, 1, 1]

    def test_a_breaker_that_opens_is_seen_open_at_once(self, clock: Clock) -> None:
        clock.panel()

        clock.fail(breaker.FAILURES)

        assert clock.panel().down == {AZURE}
