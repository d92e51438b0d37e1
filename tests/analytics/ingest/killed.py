"""A worker that reads the stream and is killed at a step: `python -m tests.analytics.ingest.killed <step>`."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from typing import Any

import django


def die(*_args: Any, **_kwargs: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str) -> None:
    django.setup()
    # They read the settings.
    from analytics.ingest import reading, storing  # noqa: PLC0415

    worker: Any = reading
    table: Any = storing
    settle, store, jsonb, written = worker.settle, table.store, table.Jsonb, count(1)
    match step:
        case "read":
            worker.take = die
        case "copying":
            table.Jsonb = lambda data: die() if next(written) == 5 else jsonb(data)
        case "copied":
            table.INSERT = f"{table.INSERT.rstrip()};\nSELECT pg_terminate_backend(pg_backend_pid())"
            worker.store = lambda entries, _done: (store(entries.values()), die())
        case "stored":
            worker.settle = die
        case "settled":
            worker.settle = lambda *args: (settle(*args), die())
    reading.run()


if __name__ == "__main__":
    main(sys.argv[1])
