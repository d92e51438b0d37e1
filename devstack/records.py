"""Who runs, kept on disk, so that others find it: `make stop`, a second terminal, the start after a crash."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack import identity
from devstack.state import State, read_strings, write_private

# Signals in the order in which they ask a process to end, each with the seconds it gets. After the last it is killed.
StopPlan = tuple[tuple[signal.Signals, float], ...]

_SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Record:
    """A started process, how to end it, and the names of what must outlive it."""

    process: identity.Identity
    stop: StopPlan
    needs: tuple[str, ...]


def keep(state: State, name: str, record: Record) -> None:
    """Write a record down."""
    values = {
        "pid": record.process.pid,
        "began": record.process.began,
        "stop": [[int(which), seconds] for which, seconds in record.stop],
        "needs": record.needs,
    }
    write_private(_path(state, name), json.dumps(values))


def forget(state: State, name: str) -> None:
    """Drop the record of a process that has ended."""
    _path(state, name).unlink(missing_ok=True)


def survivors(state: State) -> dict[str, Record]:
    """Return what an earlier supervisor recorded and what still runs, by name."""
    found = {}
    for path in sorted(_path(state, "any").parent.glob("*.pid.json")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            process = identity.Identity(int(values["pid"]), str(values["began"]))
            stop = tuple((signal.Signals(which), float(seconds)) for which, seconds in values["stop"])
            record = Record(process, stop, tuple(values["needs"]))
        except (ValueError, KeyError, TypeError):
            # Cut short by a crash or a full disk. Ports and lock files still show what such a process holds.
            continue
        if identity.is_alive(record.process):
            found[path.name.removesuffix(".pid.json")] = record
    return found


def announce(state: State, process: identity.Identity, provided: Mapping[str, str]) -> None:
    """Say that a supervisor is up, and with which variables its parts are reached."""
    values = {"pid": str(process.pid), "began": process.began, **provided}
    write_private(_announcement(state), json.dumps(values))


def withdraw(state: State) -> None:
    """Take the announcement back."""
    _announcement(state).unlink(missing_ok=True)


def announced(state: State) -> tuple[identity.Identity, dict[str, str]] | None:
    """Return the living supervisor and the variables of its parts; None when there is none."""
    values = read_strings(_announcement(state))
    process = identity.Identity(int(values.pop("pid", "0")), values.pop("began", ""))
    return (process, values) if identity.is_alive(process) else None


def _announcement(state: State) -> Path:
    return state.root / "run" / f"{_SUPERVISOR}.json"


def _path(state: State, name: str) -> Path:
    return state.root / "run" / f"{name}.pid.json"
