"""A circuit breaker for each deployment, shared by all processes through Valkey.

Closed, calls go through. It opens after `FAILURES` failed calls within a minute that are at least half of the calls
counted, or at once when the provider asks for a wait longer than that minute. Open, nobody calls; how long grows with
each opening in a row. Then it is half-open: one call at a time goes through, and its outcome closes or opens it.

Why these numbers: five failures are more than one job's retries (two per deployment), so that no single prompt opens
it; the half keeps a busy deployment that fails one call in ten in use, where a retry mends more than leaving it.
Successes are counted from the first failure of the minute on, so that a healthy deployment costs no round trip.

Without Valkey everything is admitted, and after one call that failed it is left alone for a second.
"""

from __future__ import annotations

import functools
import json
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha1
from math import isfinite
from pathlib import Path
from random import uniform
from time import monotonic
from typing import Any, Final, cast

import redis
from django.conf import settings

from ai_routing import streams
from ai_routing.catalogue import Deployment

logger = logging.getLogger(__name__)

SCRIPT: Final = (Path(__file__).parent / "breaker_scripts" / "breaker.lua").read_text(encoding="utf-8")
SCRIPT_SHA1: Final = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

FAILURES: Final = 5
WINDOW_SECONDS: Final = 60
BUCKETS: Final = 12
"""Parts of the window: it slides by five seconds at a time, and holds twelve pairs of numbers however busy it is."""

FIRST_OPENING_SECONDS: Final = 10
LONGEST_OPENING_SECONDS: Final = 300
LEAST_JITTER: Final = 0.8
"""An opening lasts between this share and the whole of its time, so that deployments do not come back all at once."""

CALM_SECONDS: Final = 300
"""A breaker that opens again sooner than this after it closed goes on with longer openings."""

FORGET_SECONDS: Final = 600
"""State that nobody has touched for so long is dropped: an old failure is no news. Longer than CALM_SECONDS."""

BELIEVED_SECONDS: Final = 0.25
"""How long a process goes by a closed breaker without failures that it saw: it then needs no round trip to read it.

Other processes' failures, and a trip by an operator, are seen so much later; a call takes longer than that to fail.
"""

LONGEST_RETRY_AFTER_SECONDS: Final = 3_600
PERMIT_MARGIN_SECONDS: Final = 5


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Unreachable(Exception):
    """Valkey did not take an operator's order, so it does not hold."""


@dataclass(frozen=True, slots=True)
class BreakerState:
    """A breaker as operators see it. `failures` are those of the last minute; times are UTC.

    `opened_at` is since when it has not been closed, or was tripped; `retry_at` when it may be probed, or the trip ends:
    None for a trip that holds until it is reset. `tripped_by` is empty unless somebody tripped it.
    """

    deployment: Deployment
    state: State
    failures: int
    opened_at: datetime | None
    retry_at: datetime | None
    tripped_by: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A breaker as the script left it; times in milliseconds by the server's clock, 0 for none."""

    before: State
    state: State
    admitted: bool
    failures: int
    taken: bool
    now: int
    opened_at: int
    retry_at: int
    tripped_by: str

    @classmethod
    def from_reply(cls, reply: list[Any]) -> Seen:
        before, state, admitted, failures, taken, now, opened_at, retry_at, tripped_by = reply
        return cls(
            State(before), State(state), bool(admitted), failures, bool(taken), now, opened_at, retry_at, tripped_by
        )

    @property
    def seconds_left(self) -> float:
        """How long it stays open: 0 when it is not, infinite for a trip until reset."""
        if self.state is not State.OPEN:
            return 0.0
        return (self.retry_at - self.now) / 1_000 if self.retry_at else float("inf")


@dataclass(slots=True)
class Breakers:
    """The breakers in Valkey, and the patience of this process with it. Shared by its threads or greenlets.

    `now` gives milliseconds since 1970 in place of the server's clock, `clock` reads like time.monotonic().
    """

    now: Callable[[], int] | None = None
    clock: Callable[[], float] = monotonic
    jitter: Callable[[], float] = field(default=functools.partial(uniform, LEAST_JITTER, 1.0))
    believed_seconds: float = 0.0
    silent_until: float = float("-inf")
    sound: dict[Deployment, tuple[float, Seen]] = field(default_factory=dict)

    def read(self, deployments: Iterable[Deployment]) -> Panel:
        wanted = tuple(dict.fromkeys(deployments))
        found = {deployment: seen for deployment in wanted if (seen := self.believed(deployment))}
        others = [deployment for deployment in wanted if deployment not in found]
        return Panel(self, found | dict(zip(others, self.ask_all(others, "read"), strict=False)))

    def believed(self, deployment: Deployment) -> Seen | None:
        """Return what was seen of a sound deployment a moment ago."""
        until, seen = self.sound.get(deployment, (float("-inf"), None))
        return seen if self.clock() < until else None

    def ask(self, deployment: Deployment, action: str, **arguments: Any) -> Seen | None:
        """Run one step; None when Valkey is away."""
        seen = self.ask_all([deployment], action, **arguments)
        return seen[0] if seen else None

    def ask_all(self, deployments: Sequence[Deployment], action: str, **arguments: Any) -> list[Seen]:
        """Run one step on each deployment in one round trip; empty when Valkey is away."""
        if not deployments or self.clock() < self.silent_until:
            return []
        try:
            return self.command(deployments, action, **arguments)
        except redis.RedisError as error:
            # Each call to a model would wait for the time-out anew.
            self.silent_until = self.clock() + streams.RETRY_SECONDS
            logger.warning("Circuit breakers are not used for now: %s", type(error).__name__)
            return []

    def command(self, deployments: Sequence[Deployment], action: str, **arguments: Any) -> list[Seen]:
        """Run one step on each deployment. Raises redis.RedisError when Valkey is away."""
        given = json.dumps({**self.limits(), **arguments})
        replies = run([(key(deployment), action, given) for deployment in deployments])
        found = [Seen.from_reply(reply) for reply in replies]
        until = self.clock() + self.believed_seconds
        for deployment, seen in zip(deployments, found, strict=True):
            if seen.state is State.CLOSED and not seen.failures:
                self.sound[deployment] = (until, seen)
            else:
                self.sound.pop(deployment, None)
        return found

    def limits(self) -> dict[str, Any]:
        limits: dict[str, Any] = {
            "failures": FAILURES,
            "window_ms": WINDOW_SECONDS * 1_000,
            "buckets": BUCKETS,
            "bucket_ms": WINDOW_SECONDS * 1_000 // BUCKETS,
            "first_ms": FIRST_OPENING_SECONDS * 1_000,
            "longest_ms": LONGEST_OPENING_SECONDS * 1_000,
            "calm_ms": CALM_SECONDS * 1_000,
            "forget_ms": FORGET_SECONDS * 1_000,
            # As long as a call can take: a slow prober keeps its permit, a killed one blocks no longer than that.
            "permit_ms": (settings.AI_DEADLINE_SECONDS + PERMIT_MARGIN_SECONDS) * 1_000,
            "jitter": self.jitter(),
            "retry_after_ms": 0,
        }
        return limits if self.now is None else {**limits, "now": self.now()}

    def states(self, deployments: Iterable[Deployment]) -> list[BreakerState]:
        wanted = tuple(dict.fromkeys(deployments))
        return [
            BreakerState(
                deployment, seen.state, seen.failures, moment(seen.opened_at), moment(seen.retry_at), seen.tripped_by
            )
            for deployment, seen in zip(wanted, self.ask_all(wanted, "read"), strict=False)
        ]

    def trip(self, deployment: Deployment, *, by: str, seconds: int | None) -> None:
        if seconds is not None and seconds <= 0:
            raise ValueError(f"seconds is {seconds}: use a positive number, or None to trip it until it is reset")
        arguments = {"by": by} if seconds is None else {"by": by, "trip_ms": seconds * 1_000}
        self.order(deployment, "trip", **arguments)
        how_long = "until it is reset" if seconds is None else f"for {seconds} s"
        logger.warning("%s: breaker tripped by %s %s", deployment, by, how_long)

    def reset(self, deployment: Deployment, *, by: str) -> None:
        self.order(deployment, "reset")
        logger.warning("%s: breaker reset by %s", deployment, by)

    def order(self, deployment: Deployment, action: str, **arguments: Any) -> None:
        try:
            self.command([deployment], action, **arguments)
        except redis.RedisError as error:
            raise Unreachable(f"Valkey is away ({type(error).__name__}): try again when /readyz says ok") from error


def key(deployment: Deployment) -> str:
    return f"huntaze:breaker:{deployment}"


def moment(milliseconds: int) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC) if milliseconds else None


def run(commands: Sequence[tuple[str, str, str]]) -> list[list[Any]]:
    """Run the script for each (key, action, arguments), in one round trip once the server knows it."""
    client = streams.valkey_for_writing()
    pipeline = client.pipeline(transaction=False)
    for command in commands:
        pipeline.evalsha(SCRIPT_SHA1, 1, *command)
    replies = pipeline.execute(raise_on_error=False)
    for number, reply in enumerate(replies):
        if isinstance(reply, redis.exceptions.NoScriptError):
            replies[number] = client.eval(SCRIPT, 1, *commands[number])
        elif isinstance(reply, Exception):
            raise reply
    return cast(list[list[Any]], replies)


class Panel:
    """The breakers as one unit of work saw them, and how its calls change them. Not shared between threads.

    Ask `admits` before each call, and tell its outcome: exactly one of `succeeded`, `failed` and `abandoned`. An answer
    that a content filter refused, or that the prompt was too long for, is the word of a healthy deployment: it succeeded.
    Nothing here raises or waits longer than the time-out of streams.valkey_for_writing().
    """

    def __init__(self, breakers: Breakers, seen: dict[Deployment, Seen]) -> None:
        self.breakers = breakers
        self.token = secrets.token_hex(8)
        self.seen: dict[Deployment, Seen] = {}
        self.open_until: dict[Deployment, float] = {}
        self.probing: set[Deployment] = set()
        for deployment, state in seen.items():
            self.remember(deployment, state)

    @property
    def down(self) -> frozenset[Deployment]:
        """The deployments that would admit nobody now: open, or half-open with somebody's probe under way."""
        return frozenset(
            deployment
            for deployment, seen in self.seen.items()
            if seen.state is State.OPEN or (seen.state is State.HALF_OPEN and seen.taken)
        )

    def admits(self, deployment: Deployment) -> bool:
        """Tell whether the deployment may be called now. True for a half-open one reserves the probe for this panel."""
        seen = self.seen.get(deployment)
        if seen is not None and seen.state is State.CLOSED:
            return True
        if self.breakers.clock() < self.open_until.get(deployment, float("-inf")):
            return False
        seen = self.ask(deployment, "admit")
        if seen is None:
            return True
        if seen.admitted and seen.state is State.HALF_OPEN:
            self.probing.add(deployment)
        return seen.admitted

    def succeeded(self, deployment: Deployment) -> None:
        seen = self.seen.get(deployment)
        if deployment in self.probing or (seen is not None and seen.failures):
            self.ask(deployment, "succeed")
        self.probing.discard(deployment)

    def failed(self, deployment: Deployment, *, retry_after: float | None) -> None:
        """Count a failure. `retry_after` is in seconds, by the provider's own word."""
        self.ask(deployment, "fail", retry_after_ms=milliseconds(retry_after))
        self.probing.discard(deployment)

    def abandoned(self, deployment: Deployment) -> None:
        """Say that a call was stopped, which tells nothing of the deployment; a probe's permit is given back."""
        if deployment in self.probing:
            self.ask(deployment, "abandon")
        self.probing.discard(deployment)

    def ask(self, deployment: Deployment, action: str, **arguments: Any) -> Seen | None:
        seen = self.breakers.ask(deployment, action, token=self.token, **arguments)
        if seen is None:
            return None
        self.remember(deployment, seen)
        if seen.before is not seen.state:
            logger.warning("%s: breaker %s (%d failures in the last minute)", deployment, seen.state, seen.failures)
        return seen

    def remember(self, deployment: Deployment, seen: Seen) -> None:
        self.seen[deployment] = seen
        self.open_until[deployment] = self.breakers.clock() + seen.seconds_left


def milliseconds(seconds: float | None) -> int:
    """Return a provider's wait as the script takes it: nonsense is none, and an hour is the most."""
    if seconds is None or not isfinite(seconds) or seconds <= 0:
        return 0
    return round(min(seconds, LONGEST_RETRY_AFTER_SECONDS) * 1_000)


@functools.cache
def shared() -> Breakers:
    """Return the breakers of this process."""
    return Breakers(believed_seconds=BELIEVED_SECONDS)


def read(deployments: Iterable[Deployment]) -> Panel:
    """Return the breakers of the deployments, read in one round trip, or none when all were sound a moment ago."""
    return shared().read(deployments)


def states(deployments: Iterable[Deployment]) -> list[BreakerState]:
    """Return the state of each deployment, in order; an empty list when Valkey is away and nothing is known."""
    return shared().states(deployments)


def trip(deployment: Deployment, *, by: str, seconds: int | None) -> None:
    """Let nobody call the deployment for `seconds`, or until it is reset. Raises Unreachable, and ValueError."""
    shared().trip(deployment, by=by, seconds=seconds)


def reset(deployment: Deployment, *, by: str) -> None:
    """Close the breaker, lift a trip, and forget all failures. Raises Unreachable."""
    shared().reset(deployment, by=by)
