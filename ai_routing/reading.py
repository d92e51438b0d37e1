"""Read a provider's stream without ever being stuck in it.

A thread (a greenlet, where the process is patched by gevent) reads; the caller takes pieces from a queue and can give
up at any time: to stop, because the provider is silent, or because the time is over.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from time import monotonic

from ai_routing.providers import contract

TICK_SECONDS = 0.2
"""How often the caller is asked whether to go on while nothing arrives."""


class Stopped(Exception):
    """The caller wants no more of this answer."""


class OutOfTime(contract.TimedOut):
    """The time for the whole was over while the provider was answering."""


class Reader(threading.Thread):
    """Moves a provider's deltas into a queue, and its error, or None for the end, after them."""

    def __init__(self, client: contract.Client, call: contract.Call) -> None:
        super().__init__(name="provider-stream", daemon=True)
        self.client = client
        self.call = call
        self.pieces: queue.SimpleQueue[contract.Delta | Exception | None] = queue.SimpleQueue()
        self.stream: contract.Stream | None = None
        self.abandoned = threading.Event()
        self.finished = threading.Event()

    def run(self) -> None:
        if self.abandoned.is_set():
            return
        end: Exception | None = None
        try:
            self.stream = self.client.stream(self.call)
            if self.abandoned.is_set():
                self.stream.close()
                return
            for delta in self.stream:
                self.pieces.put(delta)
        except Exception as error:  # noqa: BLE001  # it is raised again where the pieces are taken
            end = error
        self.finished.set()
        self.pieces.put(end)

    def abandon(self) -> None:
        """End the provider's work at once, or, before its first byte, when the call's own time-out is over.

        Whatever closing raises in either thread concerns nobody any more. A stream that was read to its end is left
        alone: its connection may serve the next call by now.
        """
        self.abandoned.set()
        if self.stream is not None and not self.finished.is_set():
            with contextlib.suppress(Exception):
                self.stream.close()


def deltas(
    client: contract.Client, call: contract.Call, *, stop_requested: Callable[[], bool], give_up_at: float
) -> Iterator[contract.Delta]:
    """Yield the pieces of the answer.

    `give_up_at` is a reading of time.monotonic(). Raises Stopped when `stop_requested` says so, OutOfTime when the time
    is over, TimedOut when the provider is silent for `call.stall_seconds`, and what the provider raises.
    """
    if stop_requested():
        # A call that nobody wants is not begun: the provider would bill it.
        raise Stopped
    reader = Reader(client, call)
    reader.start()
    try:
        silent_since = monotonic()
        while True:
            if stop_requested():
                raise Stopped
            try:
                piece = reader.pieces.get(timeout=TICK_SECONDS)
            except queue.Empty:
                now = monotonic()
                if now > give_up_at:
                    raise OutOfTime("The provider was silent when the time was over") from None
                if now - silent_since > call.stall_seconds:
                    raise contract.TimedOut("The provider was silent for too long") from None
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            silent_since = monotonic()
            if silent_since > give_up_at:
                raise OutOfTime("The answer took longer than the time allowed")
            yield piece
    finally:
        reader.abandon()
