"""Starts parts as soon as what they need is there, starts dead ones again, and ends all of them in reverse order."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from devstack import console, identity, records
from devstack.part import Life, Part, Site
from devstack.processes import Child, Stoppable, stop_all
from devstack.refusal import Refusal
from devstack.state import DiskFull

_PAUSE = 0.04
_SOON = 10.0
_TRIES_BEFORE_UP = 3
_TRIES_ONCE_UP = 6
_LAST_LINES = 15


class PartFailed(Refusal):
    """A part ended that should not have, or keeps ending."""


class Phase(Enum):
    """Where a part is in its life. DOWN: dead, to be started again."""

    WAITING = auto()
    STARTING = auto()
    UP = auto()
    DONE = auto()
    DOWN = auto()


@dataclass
class Unit:
    """A part with its process of the moment."""

    part: Part
    phase: Phase = Phase.WAITING
    child: Child | None = None
    deaths: int = 0
    has_been_up: bool = False
    again_at: float = 0.0
    life: Life | None = None

    @property
    def is_settled(self) -> bool:
        return self.phase in (Phase.UP, Phase.DONE)

    def last_lines(self) -> list[str]:
        """Return what its newest process has printed."""
        return self.life.output().splitlines() if self.life else []


class Supervisor:
    """The one parent of all parts."""

    def __init__(self, site: Site, parts: Sequence[Part]) -> None:
        self._site = site
        self._units = {part.name: Unit(part) for part in parts}
        self.provided = {key: value for part in parts for key, value in part.provides.items()}

    @property
    def names(self) -> list[str]:
        return list(self._units)

    def start(self, is_wanted: Callable[[], bool]) -> None:
        """Start everything and return when all but the late parts are up. Returns early once it is no longer wanted.

        Raises PartFailed, DiskFull.
        """
        while is_wanted() and not self._are_settled():
            self.tend()
            time.sleep(_PAUSE)

    def tend(self) -> None:
        """Look after every part once. To be called again and again. Raises PartFailed, DiskFull."""
        now = time.monotonic()
        for unit in self._units.values():
            if unit.phase is Phase.WAITING:
                if self._may_start(unit.part):
                    self._launch(unit, is_first=True)
            elif unit.phase is Phase.DOWN:
                if now >= unit.again_at:
                    self._launch(unit, is_first=False)
            elif unit.child is not None:
                self._look_at(unit, unit.child, now)

    def told(self) -> list[str]:
        """Return the output of the parts that have something to tell at the end of the start."""
        lines: list[str] = []
        for unit in self._units.values():
            log = unit.last_lines() if unit.part.tells else []
            if unit.part.tells in log:
                lines += log[log.index(unit.part.tells) + 1 :]
        return lines

    def stop(self, is_hurried: Callable[[], bool]) -> None:
        """End every process: first those that nothing living needs, then what they needed. Leaves none."""
        living = {
            name: Stoppable(unit.child, unit.part.stop, unit.part.needs)
            for name, unit in self._units.items()
            if unit.child and not unit.child.has_ended()
        }
        stop_all(living, is_hurried)
        for name in self._units:
            records.forget(self._site.state, name)

    def _are_settled(self) -> bool:
        return all(unit.is_settled for unit in self._units.values() if not unit.part.is_late)

    def _may_start(self, part: Part) -> bool:
        if part.is_late and not self._are_settled():
            return False
        return all(self._units[need].is_settled for need in part.needs if need in self._units)

    def _launch(self, unit: Unit, *, is_first: bool) -> None:
        part = unit.part
        log = self._site.state.log(part.name)
        if is_first and log.exists():
            log.replace(log.with_suffix(".log.1"))
        log_start = log.stat().st_size if log.exists() else 0
        unit.child = Child(
            part.argv, environment={**self._site.environment, **self.provided}, folder=self._site.checkout, log=log
        )
        unit.life = Life(unit.child.pid, log, log_start)
        unit.phase = Phase.STARTING
        process = identity.of(unit.child.pid)
        if process is not None:
            records.keep(self._site.state, part.name, records.Record(process, part.stop, part.needs))

    def _look_at(self, unit: Unit, child: Child, now: float) -> None:
        if child.has_ended():
            self._bury(unit, child, now)
        elif unit.phase is Phase.STARTING and not unit.part.is_job:
            if unit.life is not None and unit.part.is_ready(unit.life):
                unit.phase = Phase.UP
                if unit.has_been_up:
                    console.say(f"{unit.part.name} is back.")
                elif not unit.part.is_late:
                    console.step(unit.part.name, "started", now - child.started_at)
                unit.has_been_up = True
            elif now - child.started_at > unit.part.ready_within:
                raise self._failure(unit, f"{unit.part.name} did not start within {unit.part.ready_within:.0f} s.")

    def _bury(self, unit: Unit, child: Child, now: float) -> None:
        part = unit.part
        lived, how = now - child.started_at, _how(child.exit_code)
        unit.child = None
        records.forget(self._site.state, part.name)
        if part.is_job:
            if child.exit_code != 0:
                raise self._failure(unit, f"{part.name} failed ({how}).")
            unit.phase = Phase.DONE
            console.step(part.name, "done", lived)
            return
        unit.deaths = unit.deaths + 1 if lived < _SOON else 1
        if unit.deaths >= (_TRIES_ONCE_UP if unit.has_been_up else _TRIES_BEFORE_UP):
            raise self._failure(unit, f"{part.name} keeps stopping ({how}). {part.when_broken}".rstrip())
        wait = 0.25 * 2**unit.deaths
        unit.phase, unit.again_at = Phase.DOWN, now + wait
        console.say(f"{part.name} stopped ({how}); starting it again in {wait:.1f} s.")

    def _failure(self, unit: Unit, line: str) -> Refusal:
        with suppress(DiskFull):
            self._site.state.refuse_full_disk()
            log = self._site.state.log(unit.part.name)
            return PartFailed(f"{line} The end of {log}:", tuple(unit.last_lines()[-_LAST_LINES:]))
        return DiskFull(
            f"{unit.part.name} stopped because the disk that holds {self._site.state.root} is full:"
            " make room, then run this again."
        )


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"
