"""`make run` and `make stop`."""

import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress

from devstack import console, parts, records, recovery, stack
from devstack.interrupts import Interrupts
from devstack.part import Site
from devstack.refusal import Refusal
from devstack.state import AlreadyHeld, State

_PAUSE = 0.2
_SECONDS_TO_STOP = 60
# With this begins the last line of a start, and nothing before it.
STARTED = "  Started in "


class AlreadyRuns(Refusal):
    """There is one already."""


class StopRefused(Refusal):
    """The running supervisor does not end."""


def run(site: Site, wanted: Collection[str] | None) -> int:
    """Start the parts (all of them when None), look after them until a signal asks to end, then end them.

    Returns an exit code. Raises Refusal.
    """
    began_at = time.monotonic()
    interrupts = Interrupts()
    try:
        with site.state.held():
            console.say("Starting")
            _say_what_is_replaced(site)
            with stack.running(site, wanted, interrupts) as supervisor:
                if not interrupts.is_requested:
                    _welcome(
                        supervisor.provided.get("HUNTAZE_BASE_URL"),
                        [*supervisor.told(), *_mailbox(supervisor.provided.get("HUNTAZE_MAIL_PAGE"))],
                        time.monotonic() - began_at,
                    )
                while not interrupts.is_requested:
                    supervisor.tend()
                    time.sleep(_PAUSE)
                console.say("Stopping. Ctrl-C once more hurries it.")
    except AlreadyHeld as error:
        raise AlreadyRuns(_who_holds(site.state)) from error
    console.say("Stopped.")
    return 0


def stop(state: State) -> int:
    """Ask the running supervisor to end and wait for it; without one, end what it left. Returns an exit code.

    Raises StopRefused when it takes longer than a minute.
    """
    deadline = time.monotonic() + _SECONDS_TO_STOP
    is_asked = False
    while state.is_held():
        supervisor = records.announced(state)
        if supervisor is not None and not is_asked:
            console.say(f"Stopping process {supervisor[0].pid}.")
            with suppress(ProcessLookupError):
                os.kill(supervisor[0].pid, signal.SIGTERM)
            is_asked = True
        if time.monotonic() > deadline:
            raise StopRefused(f"It did not stop within {_SECONDS_TO_STOP} s. Who holds it: fuser {state.root / 'lock'}")
        time.sleep(0.05)
    left = 0
    if state.root.exists():
        with state.held():
            left = recovery.end_survivors(state, lambda: False)
    console.say("Stopped." if is_asked or left else "Nothing runs.")
    return 0


def _who_holds(state: State) -> str:
    supervisor = records.announced(state)
    if supervisor is None:
        return f"Another devstack command works in {state.root}: wait for it, or end it: make stop"
    process, provided = supervisor
    url = provided.get("HUNTAZE_BASE_URL")
    where = f"Huntaze already runs at {url}" if url else "Parts of Huntaze already run"
    return f"{where} (process {process.pid}). To end it: make stop"


def _say_what_is_replaced(site: Site) -> None:
    for entry in parts.TABLE:
        variable = parts.replacement(entry, site)
        if variable is not None:
            console.say(f"  {entry.name:<20} not started: {variable} points to a real one")


def _mailbox(page: str | None) -> list[str]:
    return [f"Mails it sends: {page}"] if page else []


def _welcome(url: str | None, told: list[str], seconds: float) -> None:
    console.say()
    console.say(f"Huntaze runs at {url}" if url else "The parts are up")
    for line in told:
        console.say(f"  {line}")
    console.say(f"{STARTED}{seconds:.1f} s. Logs: make logs PART=web. To stop: Ctrl-C here, or make stop anywhere.")
