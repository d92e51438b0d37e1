"""Keeps what the vendor was asked and how each answer ended."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tests.fakes.openai_server.behaviours import Provider

_KEPT = 5_000
_SECRET_HEADERS = {"authorization", "api-key"}


class NotSeen(AssertionError):
    """The requests of the journal did not become what was waited for in time."""


class Outcome(StrEnum):
    ANSWERING = "answering"
    COMPLETE = "complete"
    CLIENT_DISCONNECTED = "client_disconnected"
    CUT = "cut"
    SERVER_STOPPED = "server_stopped"


@dataclass(slots=True)
class RecordedRequest:
    """One request, kept up to date while it is answered.

    `headers` have lower-case names, and of a key only the last four characters. `body` is the JSON, or the text where it is no
    JSON. `received_at` is UTC. `chunks_sent` and `sent_text` count what was handed to the connection of a stream; the client
    may have read less. `outcome` is CUT where a fault ended the answer.
    """

    id: str
    provider: Provider
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    received_at: datetime
    model: str = ""
    status: int | None = None
    chunks_sent: int = 0
    sent_text: str = ""
    outcome: Outcome = Outcome.ANSWERING
    fault: str | None = None

    @property
    def client_disconnected(self) -> bool:
        return self.outcome is Outcome.CLIENT_DISCONNECTED

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "provider": self.provider,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "body": self.body,
            "received_at": self.received_at.isoformat(),
            "model": self.model,
            "status": self.status,
            "chunks_sent": self.chunks_sent,
            "sent_text": self.sent_text,
            "outcome": self.outcome,
            "fault": self.fault,
        }


class Journal:
    """The last 5,000 requests, oldest first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT)

    def add(self, request: RecordedRequest) -> None:
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the journal while a request in it is changed, and let those who wait look again."""
        with self._changed:
            yield
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            self._requests.clear()

    def requests(self) -> list[RecordedRequest]:
        with self._changed:
            return list(self._requests)

    def wait_for(self, condition: Callable[[list[RecordedRequest]], bool], *, timeout: float) -> list[RecordedRequest]:
        """Wait until the requests meet the condition, and return them. It is asked after each change, so keep it short.

        Raises NotSeen after `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: condition(list(self._requests)), timeout):
                seen = ", ".join(f"{request.path} {request.outcome}" for request in self._requests)
                raise NotSeen(f"Not seen within {timeout:g} s. The vendor has: {seen or 'no request'}.")
            return list(self._requests)


def masked(headers: dict[str, str]) -> dict[str, str]:
    """Hide the keys among the headers, save for their last four characters."""
    return {
        name: f"{value[: -len(_secret(value))]}***{_secret(value)[-4:]}" if name in _SECRET_HEADERS and value else value
        for name, value in headers.items()
    }


def _secret(value: str) -> str:
    return value.rpartition(" ")[2]
