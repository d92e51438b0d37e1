"""What the lines of a request or a task are known by, wherever in it they are written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

# Nothing that a person has chosen fits into these: such an id may go into logs and to other companies.
IDS: Final = re.compile(r"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|1-[0-9a-f]{8}-[0-9a-f]{24}")
AMAZONS: Final = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")


def nobody() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Bound:
    """`known` says whose request it is, once that is known; in a task `user_id` says it."""

    request_id: str = ""
    user_id: str = ""
    task_id: str = ""
    task: str = ""
    known: Callable[[], str] = nobody

    @property
    def user(self) -> str:
        return self.user_id or self.known()


NOTHING: Final = Bound()
_bound: ContextVar[Bound] = ContextVar("bound", default=NOTHING)


def current() -> Bound:
    return _bound.get()


def bind(bound: Bound) -> None:
    """Have what this greenlet or thread writes from here on known by these."""
    _bound.set(bound)


def made() -> str:
    return uuid.uuid4().hex


def accepted(request_id: str, amazons: str = "") -> str:
    """Return the id that the edge gave, if it is well-formed, else Amazon's (`X-Amzn-Trace-Id`), else a new one."""
    if IDS.fullmatch(request_id):
        return request_id
    root = AMAZONS.search(amazons)
    return root.group(1) if root else made()
