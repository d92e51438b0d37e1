"""A nudge that Valkey cannot take is left to the sweep: soon, and without an error."""

from __future__ import annotations

import logging
import signal
import socket
import uuid
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
import redis
from celery import Celery, current_app

from ai_routing import nudges
from tests.ai_routing.valkey_server import ValkeyServer

QUEUE = "ai_interactive"
SOON = 1.5
TIMEOUT = 0.4


@pytest.fixture
def own_server() -> Iterator[ValkeyServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = ValkeyServer(free.getsockname()[1])
    server.start()
    yield server
    server.kill()


@pytest.fixture
def task(own_server: ValkeyServer) -> Iterator[Any]:
    """A task of an application that is configured as ours is, and sends to a Valkey that the test may kill."""
    app = Celery("nudges", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf["broker_url"] = own_server.url
    app.conf.task_queues = current_app.conf.task_queues
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "socket_timeout": TIMEOUT}

    @app.task(name="nudged")
    def nudged(*, row_id: str) -> None:
        """Never run: nobody reads the queue."""

    yield nudged
    app.close()


def send(task: Any, times: int = 1) -> float:
    """Nudge, and return the seconds that it took."""
    began = monotonic()
    nudges.send(task, "row_id", [uuid.uuid4() for _ in range(times)], queue=QUEUE)
    return monotonic() - began


def waiting(server: ValkeyServer) -> int:
    with redis.Redis.from_url(server.url) as client:
        return int(client.llen(QUEUE))


def test_every_row_is_handed_out(task: Any, own_server: ValkeyServer) -> None:
    send(task, times=3)

    assert waiting(own_server) == 3


def test_a_valkey_that_is_away_costs_no_time_and_is_said_once(
    task: Any, own_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    own_server.kill()

    with caplog.at_level(logging.WARNING, logger="ai_routing.nudges"):
        assert send(task, times=3) < SOON

    assert len(caplog.records) == 1
    assert "waits for the sweep" in caplog.text


def test_a_valkey_that_dies_between_two_nudges_costs_no_time(task: Any, own_server: ValkeyServer) -> None:
    send(task)
    own_server.kill()

    assert send(task) < SOON
    assert send(task) < SOON


def test_connections_that_died_with_valkey_are_replaced_when_it_is_back(task: Any, own_server: ValkeyServer) -> None:
    send(task)
    own_server.kill()
    own_server.start()

    send(task)
    send(task)

    assert waiting(own_server) >= 1


def test_a_valkey_that_hangs_is_waited_for_once_however_many_rows_there_are(
    task: Any, own_server: ValkeyServer
) -> None:
    assert own_server.process is not None
    send(task)
    own_server.process.send_signal(signal.SIGSTOP)

    # One attempt, made twice by the client itself.
    assert send(task, times=10) < 2 * TIMEOUT + SOON
