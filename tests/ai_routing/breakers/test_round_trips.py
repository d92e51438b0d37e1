"""What circuit breakers ask of Valkey, what it keeps, and life without it."""

from __future__ import annotations

import logging
import signal
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from ai_routing import breaker, streams
from ai_routing.breaker import Breakers, State
from tests.ai_routing.breakers.clock import Clock
from tests.ai_routing.sample import AZURE, OPENAI
from tests.ai_routing.valkey_server import ValkeyServer


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
    before = timezone.now() - timedelta(milliseconds=1)
    panel = breaker.read([AZURE, OPENAI])
    panel.failed(AZURE, retry_after=90)
    assert breaker.read([AZURE]).down == {AZURE}
    state = breaker.states([AZURE, OPENAI])[0]
    assert state.opened_at is not None
    assert state.retry_at is not None
    assert before <= state.opened_at <= timezone.now()
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


def test_a_server_that_lost_its_scripts_gets_them_again(own_server: ValkeyServer) -> None:
    breaker.trip(AZURE, by="alice@example.org", seconds=None)
    with redis.Redis(port=own_server.port) as client:
        client.script_flush()

    assert breaker.read([AZURE, OPENAI]).down == {AZURE}


def test_without_valkey_everything_is_admitted_after_one_try(
    own_server: ValkeyServer, clock: Clock, trips: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    clock.breakers.trip(AZURE, by="alice@example.org", seconds=None)
    before = clock.panel()
    own_server.kill()
    caplog.clear()
    trips.clear()

    with caplog.at_level(logging.WARNING, logger="ai_routing.breaker"):
        for _ in range(200):
            panel = clock.panel()
            assert panel.down == frozenset()
            assert panel.admits(AZURE)
            panel.succeeded(AZURE)
            panel.failed(OPENAI, retry_after=600)
            panel.abandoned(AZURE)
            assert panel.admits(OPENAI)
            assert clock.breakers.states([AZURE]) == []
            before.failed(AZURE, retry_after=None)

    assert trips == [2]
    assert [record.getMessage() for record in caplog.records] == [
        "Circuit breakers are not used for now: ConnectionError"
    ]


def test_a_stuck_valkey_costs_one_time_out_a_second(own_server: ValkeyServer, clock: Clock, trips: list[int]) -> None:
    assert streams.valkey_for_writing().get_connection_kwargs()["socket_timeout"] == streams.PUBLISH_SECONDS
    with redis.Redis(port=own_server.port) as watching:
        assert clock.panel().admits(AZURE)
        connections = watching.info("stats")["total_connections_received"]
        trips.clear()
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGSTOP)
        try:
            panel = clock.panel()
            assert panel.admits(AZURE)
            panel.failed(AZURE, retry_after=600)
            assert clock.panel().admits(AZURE)
            assert trips == [2]
            clock.move(streams.RETRY_SECONDS)
            clock.panel()
        finally:
            own_server.process.send_signal(signal.SIGCONT)

        assert trips == [2, 2]
        # Nor does the client of Redis try again by itself: that would be a connection, and a time-out, for each try.
        assert watching.info("stats")["total_connections_received"] == connections + 1


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
