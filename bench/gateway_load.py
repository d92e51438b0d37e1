"""Ask one address again and again over kept-open connections, and tell how long the answers took.

One thread and raw sockets, so that asking costs little beside answering. Reads a JSON object with the fields of `Load` from
standard input, and writes one with those of `Measured`. bench/gateway.py runs it as a process of its own.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
from dataclasses import asdict, dataclass
from time import perf_counter

ANSWER_SECONDS = 60.0
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask, and for how long. The tokens take turns, request by request."""

    host: str
    port: int
    path: str
    body: str
    tokens: list[str]
    concurrency: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Each answer's milliseconds, in the order in which they came, and what was no answer."""

    milliseconds: list[float]
    seconds: float
    errors: int
    first_error: str


class Broken(Exception):
    """The server closed a connection, or was silent for too long."""


def main() -> None:
    print(json.dumps(asdict(measure(Load(**json.load(sys.stdin))))))


def measure(load: Load) -> Measured:
    requests = [request(load, token) for token in load.tokens]
    crowd = Crowd(load, requests)
    # Connections, and what a server sets up at its first request, are not what is measured.
    crowd.ask(until=0.0)
    return crowd.ask(until=perf_counter() + load.seconds)


def request(load: Load, token: str) -> bytes:
    body = load.body.encode()
    lines = (
        f"POST {load.path} HTTP/1.1",
        f"Host: {load.host}:{load.port}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        # What a load balancer adds; in production Huntaze sends plain HTTP to HTTPS.
        "X-Forwarded-Proto: https",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Crowd:
    """The connections, each with one request under way."""

    def __init__(self, load: Load, requests: list[bytes]) -> None:
        self.requests = requests
        self.asked = 0
        self.selector = selectors.DefaultSelector()
        self.clients = [Client(load, self.selector) for _ in range(load.concurrency)]

    def ask(self, *, until: float) -> Measured:
        """Have every client ask at least once, and again as long as `until`, by perf_counter(), is not reached."""
        milliseconds: list[float] = []
        errors = 0
        first_error = ""
        begun = perf_counter()
        for client in self.clients:
            client.send(self.next_request())
        under_way = len(self.clients)
        while under_way:
            ready = self.selector.select(ANSWER_SECONDS)
            if not ready:
                raise Broken(f"no answer within {ANSWER_SECONDS:.0f} s")
            for key, _ in ready:
                client = key.data
                if not client.waits:
                    # It is done, and others take long: a server may close what is idle.
                    client.connect_again()
                    continue
                status = client.receive()
                if status is None:
                    continue
                milliseconds.append(client.milliseconds())
                if status != 200:
                    errors += 1
                    first_error = first_error or client.received[:600].decode(errors="replace")
                if perf_counter() < until:
                    client.send(self.next_request())
                else:
                    under_way -= 1
        return Measured(milliseconds, perf_counter() - begun, errors, first_error)

    def next_request(self) -> bytes:
        self.asked += 1
        return self.requests[self.asked % len(self.requests)]


class Client:
    """One connection."""

    def __init__(self, load: Load, selector: selectors.BaseSelector) -> None:
        self.address = (load.host, load.port)
        self.selector = selector
        self.connect()
        self.received = bytearray()
        self.sent_at = 0.0
        self.waits = False

    def connect(self) -> None:
        self.socket = socket.create_connection(self.address, timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def connect_again(self) -> None:
        self.selector.unregister(self.socket)
        self.socket.close()
        self.connect()

    def send(self, whole: bytes) -> None:
        self.received.clear()
        self.waits = True
        self.sent_at = perf_counter()
        self.socket.sendall(whole)

    def receive(self) -> int | None:
        """Return the status of an answer that is all there; None while it is not."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise Broken(f"the connection was closed: {bytes(self.received[:600])!r}")
        self.received += piece
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return None
        length = LENGTH.search(self.received, 0, head)
        if length is None:
            raise Broken(f"an answer without a length: {bytes(self.received[:600])!r}")
        self.waits = len(self.received) < head + 4 + int(length[1])
        return None if self.waits else int(self.received[9:12])

    def milliseconds(self) -> float:
        return (perf_counter() - self.sent_at) * 1_000


if __name__ == "__main__":
    main()
