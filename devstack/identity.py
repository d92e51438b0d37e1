"""Tells a process from another one that got the same process number later."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """A process number and an opaque mark of when that process began. Two are equal only for one process."""

    pid: int
    began: str


def of(pid: int) -> Identity | None:
    """Return the identity of a living process; None when there is none or it is only waiting to be reaped."""
    began = _began_on_linux(pid) if sys.platform == "linux" else _began_by_ps(pid)
    return Identity(pid, began) if began else None


def is_alive(identity: Identity) -> bool:
    """Say whether this very process still runs."""
    return of(identity.pid) == identity


def _began_on_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    state, ticks_after_boot = fields[0], fields[19]
    return None if state in "ZX" else f"{boot}/{ticks_after_boot}"


def _began_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        env={"LC_ALL": "C"},
        check=False,
    )
    state, _, began = shown.stdout.strip().partition(" ")
    return None if state.startswith("Z") else began.strip() or None
