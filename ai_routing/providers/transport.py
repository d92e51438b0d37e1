"""Carries the SDK's requests over HTTP/1.1, by the standard library and over connections that are kept open.

The SDK's own transport looks at every connection twice for each request, and costs more than all else that a call takes
us. This one knows neither proxies nor HTTP/2.
"""

from __future__ import annotations

import functools
import http.client
import select
import socket
import ssl
import urllib.request
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import httpx2
from gevent import monkey

KEPT_SECONDS: Final = 5.0
"""How long a connection may be idle: servers close theirs after some time, and a request may meet that."""
MOST_KEPT: Final = 100
"""Idle connections to one address."""
PIECE_BYTES: Final = 65_536
PROXIED: Final = {"http", "https", "all"}
PORTS: Final = {"http": 80, "https": 443}

# A look that waits for nothing needs no turn of gevent's loop.
poll: Final[Any] = monkey.get_original("select", "poll")

Address = tuple[str, str, int | None]


def client() -> httpx2.Client | None:
    """Return what carries requests; None for the SDK's own, where a proxy stands between us and the provider."""
    if PROXIED & urllib.request.getproxies().keys():
        return None
    # The SDK's own follows redirects too.
    return httpx2.Client(transport=KeptOpen(), follow_redirects=True)


@dataclass(frozen=True, slots=True)
class Idle:
    wire: socket.socket
    since: float

    def is_fit(self) -> bool:
        """Tell whether a request can be sent. What can be read from an idle connection is its end."""
        if monotonic() - self.since > KEPT_SECONDS:
            return False
        looker = poll()
        looker.register(self.wire, select.POLLIN)
        return not looker.poll(0)


class KeptOpen(httpx2.BaseTransport):
    """One for all threads or greenlets of a process."""

    def __init__(self) -> None:
        self.idle: dict[Address, deque[Idle]] = defaultdict(deque)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        address = (request.url.scheme, request.url.host, request.url.port)
        timeout = request.extensions["timeout"]
        wire = self.kept(address) or self.opened(address, timeout["connect"])
        answer = http.client.HTTPResponse(wire, method=request.method)
        try:
            wire.settimeout(timeout["read"])
            with translated_errors(httpx2.WriteTimeout, httpx2.WriteError):
                wire.sendall(written(request))
            with translated_errors(httpx2.ReadTimeout, httpx2.ReadError):
                answer.begin()
        except BaseException:
            answer.close()
            wire.close()
            raise
        body = Body(answer, wire, done=wire.close if answer.will_close else functools.partial(self.keep, address, wire))
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
        return httpx2.Response(answer.status, headers=headers, stream=body, extensions={"network_stream": body})

    def kept(self, address: Address) -> socket.socket | None:
        """Take an idle connection: the one that was used last, for the others may soon be closed."""
        idle = self.idle[address]
        while idle:
            last = idle.pop()
            if last.is_fit():
                return last.wire
            last.wire.close()
        return None

    def opened(self, address: Address, seconds: float) -> socket.socket:
        scheme, host, port = address
        with translated_errors(httpx2.ConnectTimeout, httpx2.ConnectError):
            wire = socket.create_connection((host, port or PORTS[scheme]), seconds)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self.tls.wrap_socket(wire, server_hostname=host) if scheme == "https" else wire

    def keep(self, address: Address, wire: socket.socket) -> None:
        idle = self.idle[address]
        idle.append(Idle(wire, monotonic()))
        if len(idle) > MOST_KEPT:
            idle.popleft().wire.close()

    def close(self) -> None:
        while self.idle:
            _, idle = self.idle.popitem()
            for each in idle:
                each.wire.close()

    @functools.cached_property
    def tls(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context()


class Body(httpx2.SyncByteStream):
    """The answer's body as it comes. After its end, `done` has its connection; else that is closed."""

    def __init__(self, answer: http.client.HTTPResponse, wire: socket.socket, *, done: Callable[[], None]) -> None:
        self.answer = answer
        self.wire: socket.socket | None = wire
        self.done = done
        self.whole = False

    def __iter__(self) -> Iterator[bytes]:
        with translated_errors(httpx2.ReadTimeout, httpx2.ReadError):
            while piece := self.answer.read1(PIECE_BYTES):
                yield piece
            if self.answer.length:
                raise http.client.IncompleteRead(b"", self.answer.length)
        self.whole = True

    def close(self) -> None:
        wire, self.wire = self.wire, None
        # The second time the connection may be at work for somebody else.
        if wire is not None:
            self.answer.close()
            if self.whole:
                self.done()
            else:
                wire.close()

    def get_extra_info(self, name: str) -> socket.socket | None:
        """Return what carries the answer, in the way that httpx's own transport does."""
        return self.wire if name == "socket" else None


def written(request: httpx2.Request) -> bytes:
    """Return a request as it goes over the wire, in one piece. Raises ValueError for a header that would be several."""
    lines = [request.method.encode() + b" " + request.url.raw_path + b" HTTP/1.1"]
    for name, value in request.headers.raw:
        if b"\n" in value or b"\r" in value:
            raise ValueError(f"the header {name!r} has a line break")
        lines.append(name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.read()


@contextmanager
def translated_errors(timed_out: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Turn the standard library's errors into those that the SDK knows."""
    try:
        yield
    except TimeoutError as error:
        raise timed_out(str(error)) from error
    except OSError as error:
        raise failed(str(error)) from error
    except http.client.HTTPException as error:
        raise httpx2.RemoteProtocolError(str(error)) from error
