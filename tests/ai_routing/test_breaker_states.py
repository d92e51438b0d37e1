"""The breaker in Valkey beside a plain model of it, under random sequences of what several processes do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as django_settings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from ai_routing import breaker, streams
from ai_routing.breaker import Breakers, Panel, Seen, State
from ai_routing.catalogue import Deployment
from tests.ai_routing.sample import AZURE

MINUTE = 60_000
SLICE = 5_000
PERMIT = (django_settings.AI_DEADLINE_SECONDS + breaker.PERMIT_MARGIN_SECONDS) * 1_000
SECONDS = [0.001, 1.0, 4.999, 5.0, 8.0, 9.999, 10.0, 20.0, 59.0, 60.0, PERMIT / 1_000, 299.0, 300.0, 661.0, 4_000.0]


@dataclass
class Model:
    """What the script's comments promise, in the shortest words. Times in milliseconds."""

    calls: list[tuple[int, bool]] = field(default_factory=list)
    open_since: int | None = None
    retry_at: int = 0
    openings: int = 0
    closed_at: int | None = None
    permit: tuple[str, int] | None = None
    trip: tuple[str, int | None] | None = None
    touched_until: int | None = 0
    """When it is forgotten counts from here; None for never."""

    def tick(self, now: int) -> None:
        if self.touched_until is not None and now >= self.touched_until + breaker.FORGET_SECONDS * 1_000:
            self.__init__()  # type: ignore[misc]  # a dataclass made new in place
        if self.trip is not None and self.trip[1] is not None and now >= self.trip[1]:
            self.trip = None

    def state(self, now: int) -> State:
        if self.trip is not None:
            return State.OPEN
        if self.open_since is None:
            return State.CLOSED
        return State.OPEN if now < self.retry_at else State.HALF_OPEN

    def recent(self, now: int) -> list[bool]:
        """Whether each call of the window succeeded."""
        return [ok for made, ok in self.calls if made // SLICE > now // SLICE - MINUTE // SLICE]

    def is_taken(self, token: str, now: int) -> bool:
        return self.permit is not None and self.permit[0] != token and now < self.permit[1]

    def holds(self, token: str) -> bool:
        return self.permit is not None and self.permit[0] == token

    def step(self, action: str, now: int, given: dict[str, Any]) -> tuple[State, bool, int, bool]:
        self.tick(now)
        token = given.get("token", "")
        admitted = bool(getattr(self, action)(token, now, given))
        return self.state(now), admitted, self.recent(now).count(False), self.is_taken(token, now)

    def read(self, token: str, now: int, given: dict[str, Any]) -> None:
        """It changes nothing."""

    def admit(self, token: str, now: int, given: dict[str, Any]) -> bool:
        if self.state(now) is State.CLOSED:
            return True
        if self.state(now) is State.OPEN or self.is_taken(token, now):
            return False
        self.permit = (token, now + PERMIT)
        self.touch(now)
        return True

    def succeed(self, token: str, now: int, given: dict[str, Any]) -> None:
        if self.open_since is not None and self.holds(token):
            self.open_since, self.retry_at, self.permit, self.closed_at, self.calls = None, 0, None, now, []
            self.touch(now)
        elif not all(self.recent(now)):
            self.calls.append((now, True))
            self.touch(now)

    def fail(self, token: str, now: int, given: dict[str, Any]) -> None:
        self.calls.append((now, False))
        failures, successes = (self.recent(now).count(ok) for ok in (False, True))
        wait = given["retry_after_ms"]
        if self.open_since is not None:
            opens = self.holds(token)
        else:
            opens = wait > MINUTE or (failures >= 5 and failures >= successes)
            if opens and (self.closed_at is None or now - self.closed_at >= 300_000):
                self.openings = 0
        if opens:
            pause = min(10_000 * 2**self.openings, 300_000)
            self.openings += 1
            self.open_since = now if self.open_since is None else self.open_since
            self.retry_at, self.permit = now + max(pause, wait), None
        self.touch(now)

    def abandon(self, token: str, now: int, given: dict[str, Any]) -> None:
        if self.holds(token):
            self.permit = None
            self.touch(now)

    def trip_it(self, now: int, ends_at: int | None) -> None:
        self.trip = ("alice", ends_at)
        self.touch(now)

    def touch(self, now: int) -> None:
        if self.trip is not None and self.trip[1] is None:
            self.touched_until = None
            return
        ends = self.trip[1] if self.trip is not None and self.trip[1] is not None else 0
        self.touched_until = max(now, self.retry_at, self.permit[1] if self.permit else 0, ends)


class Compared(Breakers):
    """Breakers whose every answer is held against the model."""

    model: Model
    time: int

    def ask_all(self, deployments: Sequence[Deployment], action: str, **arguments: Any) -> list[Seen]:
        [seen] = super().ask_all(deployments, action, **arguments)
        expected = self.model.step(action, self.time, {"retry_after_ms": 0, **arguments})
        assert (seen.state, seen.admitted, seen.failures, seen.taken) == expected
        assert seen.retry_at == (self.model.retry_at if self.model.trip is None else self.model.trip[1] or 0)
        return [seen]


class Processes(RuleBasedStateMachine):
    """Panels come and go, call, are killed; the clock moves; an operator trips and resets."""

    panels: Bundle[Panel] = Bundle("panels")

    def __init__(self) -> None:
        super().__init__()
        streams.valkey().delete(breaker.key(AZURE))
        self.breakers = Compared(
            now=lambda: self.breakers.time, clock=lambda: self.breakers.time / 1_000, jitter=lambda: 1.0
        )
        self.breakers.time = 1_764_000_000_123
        self.breakers.model = Model()
        self.calling: set[Panel] = set()
        self.probes: dict[Panel, int] = {}

    @property
    def now(self) -> int:
        return self.breakers.time

    @rule(target=panels)
    def arrive(self) -> Panel:
        panel = self.breakers.read([AZURE])
        state = self.breakers.model.state(self.now)
        closed_to_all = state is State.OPEN or (state is State.HALF_OPEN and self.breakers.model.is_taken("", self.now))
        assert panel.down == ({AZURE} if closed_to_all else frozenset())
        return panel

    @rule(panel=panels)
    def call(self, panel: Panel) -> None:
        if panel in self.calling:
            return
        thought_closed = panel.seen[AZURE].state is State.CLOSED
        admitted = panel.admits(AZURE)
        self.breakers.model.tick(self.now)
        state = self.breakers.model.state(self.now)
        if state is State.OPEN and not thought_closed:
            assert not admitted
        if state is State.CLOSED and self.now >= self.breakers.model.retry_at and thought_closed:
            assert admitted
        if admitted:
            self.calling.add(panel)
            if AZURE in panel.probing:
                self.probes[panel] = self.now + PERMIT

    def end(self, panel: Panel) -> bool:
        """Whether the panel had a call under way, which ends now."""
        was_calling = panel in self.calling
        self.calling.discard(panel)
        self.probes.pop(panel, None)
        return was_calling

    @rule(panel=panels)
    def succeed(self, panel: Panel) -> None:
        if self.end(panel):
            panel.succeeded(AZURE)

    @rule(panel=panels, retry_after=st.sampled_from([None, None, None, 5.0, 60.0, 61.0, 900.0]))
    def fail(self, panel: Panel, retry_after: float | None) -> None:
        if self.end(panel):
            panel.failed(AZURE, retry_after=retry_after)

    @rule(times=st.integers(1, 6))
    def fail_in_other_processes(self, times: int) -> None:
        for panel in [self.breakers.read([AZURE]) for _ in range(times)]:
            panel.failed(AZURE, retry_after=None)

    @rule(times=st.integers(1, 12))
    def succeed_in_other_processes(self, times: int) -> None:
        for panel in [self.breakers.read([AZURE]) for _ in range(times)]:
            if panel.admits(AZURE):
                panel.succeeded(AZURE)

    @rule(answers=st.booleans())
    def wait_and_probe(self, answers: bool) -> None:
        self.breakers.time = max(self.now, self.breakers.model.retry_at)
        panel = self.breakers.read([AZURE])
        if not panel.admits(AZURE):
            return
        if answers:
            panel.succeeded(AZURE)
        else:
            panel.failed(AZURE, retry_after=None)

    @rule(panel=panels)
    def stop(self, panel: Panel) -> None:
        if self.end(panel):
            panel.abandoned(AZURE)

    @rule(panel=consumes(panels))
    def kill(self, panel: Panel) -> None:
        """The process is gone without a word; its permit runs out by itself."""

    @rule(seconds=st.sampled_from(SECONDS) | st.floats(0.001, 400))
    def wait(self, seconds: float) -> None:
        self.breakers.time += max(1, round(seconds * 1_000))

    @rule(seconds=st.none() | st.sampled_from([1, 30, 5_000]))
    def trip(self, seconds: int | None) -> None:
        self.breakers.trip(AZURE, by="alice", seconds=seconds)
        self.breakers.model.tick(self.now)
        self.breakers.model.trip_it(self.now, None if seconds is None else self.now + seconds * 1_000)
        assert not self.breakers.read([AZURE]).admits(AZURE)
        assert self.breakers.states([AZURE])[0].tripped_by == "alice"

    @rule()
    def reset(self) -> None:
        self.breakers.reset(AZURE, by="bob")
        self.breakers.model = Model()
        self.probes.clear()
        assert self.breakers.read([AZURE]).admits(AZURE)
        assert self.breakers.states([AZURE])[0].state is State.CLOSED

    @invariant()
    def one_probe_at_most(self) -> None:
        assert sum(self.now < until for until in self.probes.values()) <= 1

    @invariant()
    def nobody_who_looks_now_is_admitted_while_it_is_open(self) -> None:
        self.breakers.model.tick(self.now)
        if self.breakers.model.state(self.now) is State.OPEN:
            assert not self.breakers.read([AZURE]).admits(AZURE)


def test_whatever_happens_the_breaker_does_as_its_model() -> None:
    run_state_machine_as_test(Processes, settings=settings(max_examples=200, stateful_step_count=40, deadline=None))
