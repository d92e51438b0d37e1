from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ai_routing import breaker, streams
from tests.ai_routing.breakers.clock import Clock
from tests.ai_routing.valkey_server import ValkeyServer


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
