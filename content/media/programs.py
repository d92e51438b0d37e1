"""Run a program on a stranger's file: no shell, bounded, watched, and without what our environment holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import Final

WORKSHOP: Final = Path(__file__).with_name("workshop.py")
_LOOK_SECONDS: Final = 0.5
_MOST_OUTPUT: Final = 1 << 20


class TookTooLong(Exception):
    """The program was ended: its time was over."""


def run(command: Sequence[str], *, seconds: float, beat: Callable[[], None]) -> tuple[int, str]:
    """Return the exit code of a program, and the end of what it printed. Raises TookTooLong, and what `beat` raises."""
    with TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - a list of words, none of them from a stranger
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            close_fds=True,
        )
        give_up_at = monotonic() + seconds
        try:
            while True:
                try:
                    code = process.wait(_LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    beat()
                    if monotonic() > give_up_at:
                        raise TookTooLong(command[0]) from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0, 2)
        output.seek(max(0, output.tell() - _MOST_OUTPUT))
        return code, output.read().decode(errors="replace")


def workshop(*words: str) -> list[str]:
    """Return the command that runs the workshop: isolated from our code, our folder and our variables."""
    return [sys.executable, "-I", str(WORKSHOP), *words]


def limited(command: Sequence[str], *, cpu_seconds: int, mib: int) -> list[str]:
    """Return the command, with bounds that the kernel holds it to."""
    return workshop("limited", str(cpu_seconds), str(mib), "--", *command)
