"""The transport beneath the SDK: connections that are kept, given up and never mixed up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx2
import pytest

from ai_routing.providers import transport

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Note: caf\xe9\r\n\r\nRain"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nRain\r\n3\r\n ag\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nRain"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nRain"
CUT = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nRain"
NONSENSE = b"I am no HTTP\r\n\r\n"


@dataclass
class Server:
    """Answers each request with the next of the answers, and ends the connection after one of `ends_after`."""

    answers: list[bytes]
    ends_after: tuple[bytes, ...] = (SHORT, CUT, LAST, NONSENSE)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    requests: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.converse, args=[connection], daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def converse(self, connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65_536):
                self.requests.append(request)
                answer = self.answers.pop(0)
                connection.sendall(answer)
                if answer in self.ends_after:
                    break
        self.ended.set()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def made(answers: list[bytes], **options: Any) -> Server:
        servers.append(Server(answers, **options))
        return servers[-1]

    yield made
    for server in servers:
        server.close()


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    found = transport.client()
    assert found is not None
    with found:
        yield found


def test_one_connection_serves_one_request_after_the_other(client: httpx2.Client, serve: Callable[..., Server]) -> None:
    server = serve([WHOLE, CHUNKED, WHOLE])

    texts = [client.post(server.url, json={"a": 1}).text for _ in range(3)]

    assert texts == ["Rain", "Rain ag", "Rain"]
    assert server.connections == 1
    assert server.requests[0].startswith(b"POST /v1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert server.requests[0].endswith(b'\r\n\r\n{"a":1}')


def test_each_of_two_at_once_has_its_own(client: httpx2.Client, serve: Callable[..., Server]) -> None:
    server = serve([WHOLE, CHUNKED])

    with client.stream("GET", server.url) as first, client.stream("GET", server.url) as second:
        assert {first.read(), second.read()} == {b"Rain", b"Rain ag"}

    assert server.connections == 2


@pytest.mark.parametrize("ends_after", [(LAST,), (WHOLE,)])
def test_one_that_the_server_ended_is_not_used_again(
    client: httpx2.Client, serve: Callable[..., Server], ends_after: tuple[bytes, ...]
) -> None:
    server = serve([ends_after[0], WHOLE], ends_after=ends_after)
    assert client.get(server.url).text == "Rain"
    server.ended.wait(5)

    assert client.get(server.url).text == "Rain"

    assert server.connections == 2


def test_an_answer_that_nobody_reads_to_its_end_takes_its_connection_along(
    client: httpx2.Client, serve: Callable[..., Server]
) -> None:
    server = serve([CHUNKED, WHOLE])
    with client.stream("GET", server.url):
        pass

    assert client.get(server.url).text == "Rain"

    assert server.connections == 2


def test_closing_an_answer_twice_leaves_the_next_one_alone(client: httpx2.Client, serve: Callable[..., Server]) -> None:
    server = serve([WHOLE, CHUNKED])
    first = client.get(server.url)

    with client.stream("GET", server.url) as second:
        stream = first.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        stream.close()
        assert first.extensions["network_stream"].get_extra_info("socket") is None
        assert second.read() == b"Rain ag"

    assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (SHORT, httpx2.RemoteProtocolError),
        (CUT, httpx2.RemoteProtocolError),
        (NONSENSE, httpx2.RemoteProtocolError),
    ],
)
def test_what_is_no_whole_answer_is_an_error(
    client: httpx2.Client, serve: Callable[..., Server], answer: bytes, error: type[httpx2.TransportError]
) -> None:
    server = serve([answer, WHOLE])

    with pytest.raises(error):
        client.get(server.url)

    assert client.get(server.url).text == "Rain"
    assert server.connections == 2


def test_silence_is_a_time_out(client: httpx2.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(httpx2.ReadTimeout):
        client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=0.1)


def test_nobody_there_is_no_connection(client: httpx2.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(httpx2.ConnectError):
        client.get(f"http://127.0.0.1:{port}/")


def test_an_idle_one_is_used_for_a_while_only(
    client: httpx2.Client, serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve([WHOLE, WHOLE])
    client.get(server.url)

    late = monotonic() + transport.KEPT_SECONDS + 1
    monkeypatch.setattr(transport, "monotonic", lambda: late)
    client.get(server.url)

    assert server.connections == 2


def test_behind_a_proxy_the_sdk_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert transport.client() is None
