"""Listens on loopback and gives each connection a thread.

The accept loop blocks in accept() and is woken by a connection of its own, so that nothing polls, and so that it works the same
with real threads and with gevent's.
"""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

from tests.fakes.openai_server.vendor import Vendor

_STOP_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


class HandlersStillRunning(RuntimeError):
    """Some connections did not end after the server closed them: a handler waits for something else than its client."""


class Listener(socketserver.TCPServer):
    """A TCP server for the connections of one vendor. `port` 0 takes any free one."""

    # Three hundred clients may knock at once.
    request_queue_size = 1024
    allow_reuse_address = True

    def __init__(self, port: int, vendor: Vendor, connection: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), connection)
        self.vendor = vendor
        self.port: int = self.socket.getsockname()[1]
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._answering: set[socket.socket] = set()
        self._dropped: set[socket.socket] = set()
        self._acceptor = threading.Thread(target=self._accept, name="openai-fake-accept", daemon=True)

    def start(self) -> None:
        self._acceptor.start()

    def stop(self) -> None:
        """Stop listening, close every connection and wait for its thread.

        Raises HandlersStillRunning when a thread does not end within five seconds.
        """
        self._stopping.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=_STOP_SECONDS).close()
        self._acceptor.join(_STOP_SECONDS)
        self.server_close()
        with self._lock:
            threads = list(self._connections.values())
            self._drop(list(self._connections))
        for thread in threads:
            thread.join(_STOP_SECONDS)
        running = [thread.name for thread in threads if thread.is_alive()]
        if running:
            raise HandlersStillRunning(f"{len(running)} connections of the fake did not end: {', '.join(running)}.")

    def drop_answers(self) -> None:
        """Close the connections on which an answer is under way; idle ones stay open for the next request."""
        with self._lock:
            self._drop(list(self._answering))

    def was_dropped(self, connection: socket.socket) -> bool:
        """Say whether this side closed the connection, and not the client."""
        with self._lock:
            return connection in self._dropped

    @contextlib.contextmanager
    def answering(self, connection: socket.socket) -> Iterator[None]:
        with self._lock:
            self._answering.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._answering.discard(connection)

    def pause(self, connection: socket.socket, seconds: float | None) -> None:
        """Wait, for ever if `seconds` is None, but no longer than the connection is kept open by this side."""
        until = None if seconds is None else time.monotonic() + seconds
        while not self.was_dropped(connection) and (until is None or time.monotonic() < until):
            self._stopping.wait(_PAUSE_SECONDS if until is None else min(_PAUSE_SECONDS, until - time.monotonic()))

    def _drop(self, connections: list[socket.socket]) -> None:
        for connection in connections:
            self._dropped.add(connection)
            # It wakes the thread that reads from the connection; the thread closes it.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            connection, address = self.socket.accept()
            if self._stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(
                target=self._serve, args=(connection, address), name=f"openai-fake-{address[1]}", daemon=True
            )
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        try:
            self.finish_request(connection, address)
        except OSError as error:
            # Between two requests the client may go away. What this side closes ends as EBADF under gevent.
            if not isinstance(error, ConnectionError) and not self.was_dropped(connection):
                raise
        finally:
            self.shutdown_request(connection)
            with self._lock:
                del self._connections[connection]
                self._dropped.discard(connection)
