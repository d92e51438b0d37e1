"""Starting a process of its own session, and ending it with everything it started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devstack import identity
from devstack.records import StopPlan

_PAUSE = 0.04


class Process(Protocol):
    """A process that can be ended: our own child, or one that a killed supervisor left."""

    @property
    def pid(self) -> int: ...
    def has_ended(self) -> bool: ...


class Child:
    """A process started here, in a session of its own: a Ctrl-C reaches it only through the supervisor."""

    def __init__(self, argv: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path) -> None:
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                argv,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative after a signal, as in subprocess."""
        return self._popen.returncode

    def has_ended(self) -> bool:
        if self._popen.returncode is None:
            # A dead child keeps its number, which is its group's too, until it is reaped: only then may another process
            # get it. So what the child left is killed first. macOS has os.waitid from Python 3.13 on.
            if hasattr(os, "waitid"):
                if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                    return False
                self._kill_rest()
                self._popen.wait()
            elif self._popen.poll() is not None:
                self._kill_rest()
        return self._popen.returncode is not None

    def _kill_rest(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Survivor:
    """A process that an earlier supervisor started and did not live to end."""

    def __init__(self, process: identity.Identity) -> None:
        self._identity = process

    @property
    def pid(self) -> int:
        return self._identity.pid

    def has_ended(self) -> bool:
        return not identity.is_alive(self._identity)


class Ending:
    """The stop of one process: polite signals first, each with its time; then the kill of its whole group."""

    def __init__(self, process: Process, plan: StopPlan) -> None:
        self._process = process
        self._left = list(plan)
        self._next_at = 0.0
        self._is_hurried = False

    def go_on(self, now: float, *, hurry: bool) -> bool:
        """Send the signal that is due. Return True once the process has ended. `now` is monotonic seconds."""
        if self._process.has_ended():
            return True
        if hurry and not self._is_hurried:
            self._is_hurried = True
            self._left = self._left[-1:]
            self._next_at = now
        if now >= self._next_at:
            self._send(now)
        return False

    def _send(self, now: float) -> None:
        pid, seconds = self._process.pid, 1.0
        with suppress(ProcessLookupError):
            if self._left:
                which, seconds = self._left.pop(0)
                os.kill(pid, which)
            elif os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)
        self._next_at = now + seconds


@dataclass(frozen=True)
class Stoppable:
    """A process, how to end it, and the names of what must outlive it."""

    process: Process
    plan: StopPlan
    needs: tuple[str, ...]


def stop_all(living: Mapping[str, Stoppable], is_hurried: Callable[[], bool]) -> None:
    """End processes by name, each one once nothing that needs it lives any more. Returns when none is left."""
    left = {name: Ending(one.process, one.plan) for name, one in living.items()}
    while left:
        now, hurry = time.monotonic(), is_hurried()
        for name in [name for name in left if not any(name in living[other].needs for other in left)]:
            if left[name].go_on(now, hurry=hurry):
                del left[name]
        if left:
            time.sleep(_PAUSE)
