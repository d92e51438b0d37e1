"""What a part of the stack is, and what it is built from."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.records import StopPlan
from devstack.state import State


@dataclass(frozen=True)
class Site:
    """Where parts are built: the checkout, the state folder, and the variables given by the shell and `.env`."""

    checkout: Path
    state: State
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Life:
    """One life of a part's process: its number, and its log with the position where this life begins there."""

    pid: int
    log: Path
    log_start: int

    def output(self) -> str:
        """Return what the process has printed."""
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")


def always_ready(_life: Life) -> bool:
    """Readiness of a part that nothing waits for."""
    return True


@dataclass(frozen=True)
class Part:
    """One process of the stack.

    `needs` are names of parts that must be up (jobs: done) before it starts, and must outlive it.
    `provides` are variables for every part and for the command that runs beside them.
    `is_ready` is asked many times a second, so it must answer at once.
    A job runs to its end once; anything else is started again when it dies.
    `when_broken` says how to mend a part that keeps dying.
    A late one waits until all others are up, and the start does not wait for it.
    `tells` is a line of its log: what follows it there is shown after the start.
    """

    name: str
    argv: tuple[str, ...]
    needs: tuple[str, ...] = ()
    provides: Mapping[str, str] = field(default_factory=dict)
    is_job: bool = False
    is_ready: Callable[[Life], bool] = always_ready
    ready_within: float = 120
    stop: StopPlan = ((signal.SIGTERM, 8), (signal.SIGQUIT, 3))
    when_broken: str = ""
    is_late: bool = False
    tells: str = ""
