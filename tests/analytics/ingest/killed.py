"""A worker that reads the stream and is killed at a step: `python -m tests.analytics.ingest.killed <step>`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django


def die(*_args: Any, **_kwargs: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str) -> None:
    django.setup()
    # They read the settings.
    from analytics.ingest import reading, storing  # noqa: PLC0415

    written = 0

    def half(data: Any) -> Any:
        nonlocal written
        written += 1
        return die() if written == 5 else jsonb(data)

    jsonb = storing.Jsonb
    settle = reading.settle
    match step:
        case "read":
            reading.take = die
        case "copying":
            storing.Jsonb = half  # type: ignore[assignment,misc]
        case "copied":
            storing.INSERT = f"{storing.INSERT.rstrip()};\nSELECT pg_terminate_backend(pg_backend_pid())"
            reading.store = lambda entries, _done: (storing.store(entries.values()), die())
        case "stored":
            reading.settle = die
        case "settled":
            reading.settle = lambda *args: (settle(*args), die())
    reading.run()


if __name__ == "__main__":
    main(sys.argv[1])
