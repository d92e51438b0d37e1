"""Runs one command beside freshly started parts: the tests, the benchmarks, a shell."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from devstack import identity, records, stack
from devstack.interrupts import Interrupts
from devstack.part import Site
from devstack.refusal import Refusal
from devstack.state import AlreadyHeld
from devstack.supervisor import Supervisor

_PAUSE = 0.05
_SECONDS_TO_END = 15.0
_MOST_AT_ONCE = 8
_NAME = "command"


class NoSuchCommand(Refusal):
    """The command cannot be started."""


def execute(site: Site, wanted: Collection[str], command: Sequence[str]) -> int:
    """Run a command with the variables of the wanted parts and return its exit code.

    Parts of a throwaway state are started for this command alone; several such runs go on side by side. Those of a
    lasting state are used as they are when they already run. Raises Refusal.
    """
    if not site.state.throwaway:
        already = records.announced(site.state)
        if already is not None:
            environment = {**site.environment, **already[1]}
            return _exit_code(_started(site, command, environment).wait())
    interrupts = Interrupts()
    with _held(site) as own, stack.running(own, wanted, interrupts) as supervisor:
        if interrupts.first is not None:
            return 128 + interrupts.first
        return _beside(own, supervisor, command, interrupts)


@contextmanager
def _held(site: Site) -> Iterator[Site]:
    """Hold the site's state; of a throwaway one whichever copy is free."""
    state = site.state
    for number in range(1, _MOST_AT_ONCE + 1):
        try:
            with state.held():
                yield replace(site, state=state)
                return
        except AlreadyHeld:
            if not state.throwaway or number == _MOST_AT_ONCE:
                raise
        state = replace(site.state, root=site.state.root.with_name(f"{site.state.root.name}-{number + 1}"))
        state.prepare()


def _beside(site: Site, supervisor: Supervisor, command: Sequence[str], interrupts: Interrupts) -> int:
    process = _started(site, command, {**site.environment, **supervisor.provided})
    who = identity.of(process.pid)
    if who is not None:
        stop = ((signal.SIGTERM, 5.0),)
        records.keep(site.state, _NAME, records.Record(who, stop, tuple(supervisor.names)))
    kill_at: float | None = None
    try:
        while process.poll() is None:
            supervisor.tend()
            if kill_at is None and interrupts.first is not None:
                if interrupts.first is signal.SIGINT and _is_in_foreground():
                    # The terminal sent it to the command too, and what Ctrl-C means is the command's to say.
                    interrupts.withdraw()
                else:
                    process.send_signal(interrupts.first)
                    kill_at = time.monotonic() + _SECONDS_TO_END
            if interrupts.is_hurried or (kill_at is not None and time.monotonic() > kill_at):
                process.kill()
            time.sleep(_PAUSE)
        return _exit_code(process.returncode)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        records.forget(site.state, _NAME)


def _started(site: Site, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environment, cwd=site.checkout)
    except OSError as error:
        raise NoSuchCommand(f"{command[0]}: {error.strerror}") from error


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stderr.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _exit_code(returned: int) -> int:
    return 128 - returned if returned < 0 else returned
