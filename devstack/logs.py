"""Shows the logs of the parts."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devstack.refusal import Refusal
from devstack.state import State

_LINES = 200
_PAUSE = 0.3


class NoLog(Refusal):
    """There is no log of that name."""


def show(state: State, part: str | None, *, follow: bool) -> int:
    """Print the last lines of one log, or of all, then go on with what comes when asked to. Returns an exit code.

    Raises NoLog.
    """
    names = sorted(path.stem for path in (state.root / "log").glob("*.log"))
    if not names:
        raise NoLog("There are no logs yet: make run")
    if part is not None and part not in names:
        raise NoLog(f"There is no log of {part!r}. There are: {', '.join(names)}")
    chosen = [part] if part else names
    with suppress(KeyboardInterrupt, BrokenPipeError):
        _print(state, chosen, follow=follow)
    return 0


def _print(state: State, names: Sequence[str], *, follow: bool) -> None:
    width = max(map(len, names)) if len(names) > 1 else 0
    read = dict.fromkeys(names, 0)
    is_first = True
    while is_first or follow:
        for name in names:
            lines, read[name] = _new_lines(state.log(name), read[name])
            for line in lines[-_LINES:] if is_first else lines:
                sys.stdout.write(f"{name:<{width}} | {line}\n" if width else f"{line}\n")
        sys.stdout.flush()
        is_first = False
        if follow:
            time.sleep(_PAUSE)


def _new_lines(path: Path, start: int) -> tuple[list[str], int]:
    """Return the whole lines after a position, and the position after them. A log that was begun anew is read anew."""
    try:
        with path.open("rb") as log:
            if path.stat().st_size < start:
                start = 0
            log.seek(start)
            data = log.read()
    except FileNotFoundError:
        return [], 0
    whole = data[: data.rfind(b"\n") + 1]
    return whole.decode(errors="replace").splitlines(), start + len(whole)
