"""What the person at the keyboard sees."""

import sys
from collections.abc import Iterable
from contextlib import suppress

from devstack.refusal import Refusal


def say(line: str = "") -> None:
    """Print one line. A terminal that is gone must not keep the supervisor from stopping its parts."""
    with suppress(OSError, ValueError):
        print(line, flush=True)


def step(name: str, outcome: str, seconds: float) -> None:
    """Print what one part took."""
    say(f"  {name:<20} {outcome:<8} {seconds:5.1f} s")


def complain(refusal: Refusal) -> None:
    """Print why there is no going on, to the error stream."""
    with suppress(OSError, ValueError):
        print(refusal, file=sys.stderr)
        quote(refusal.details)


def quote(lines: Iterable[str]) -> None:
    """Print lines of a log below a complaint."""
    with suppress(OSError, ValueError):
        for line in lines:
            print(f"    {line}", file=sys.stderr)
        sys.stderr.flush()
