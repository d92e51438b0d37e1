"""`make services`: a start that goes on without the terminal that asked for it."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from devstack import console
from devstack.run import STARTED
from devstack.state import State

_PAUSE = 0.1
_NAME = "supervisor"


def start(state: State, checkout: Path, wanted: Sequence[str] | None) -> int:
    """Start the parts (all of them when None) and return 0 once they are up, or the exit code of a start that failed.

    What it prints until then is shown, and all of it is in the log `supervisor`.
    """
    words = ["run"] if wanted is None else ["run", "--parts", ",".join(wanted)]
    state.prepare()
    log = state.log(_NAME)
    if log.exists():
        # One that runs goes on to write into it.
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack", *words],
            cwd=checkout,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    shown = 0
    while True:
        has_ended = process.poll() is not None
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[shown:]:
            console.say(line)
        shown = len(lines)
        if any(line.startswith(STARTED) for line in lines):
            return 0
        if has_ended:
            return process.returncode
        time.sleep(_PAUSE)
