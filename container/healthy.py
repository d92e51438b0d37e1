"""Is the role of this container well? Exit code 0: yes. What the image's health check runs, with nothing but Python.

A web process answers /healthz; a worker answers a ping that comes through the queue; beat writes its schedule down
every three minutes.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

TEMPORARY = Path("/tmp")  # noqa: S108  # the one folder of the container that can be written to
SCHEDULE_MAY_BE_OLD = 600


def main() -> int:
    """Return an exit code for the role that container/role wrote down."""
    role, _, kind = (TEMPORARY / "role").read_text().strip().partition(" ")
    match role:
        case "web":
            return 0 if web() else 1
        case "worker":
            return 0 if worker(kind) else 1
        case "beat":
            return 0 if beat() else 1
    return 0


def web() -> bool:
    """Whether the web process answers."""
    port = os.environ.get("HUNTAZE_BIND", "127.0.0.1:8000").rpartition(":")[2]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker(kind: str) -> bool:
    """Whether the worker of this host takes messages from the broker and answers them."""
    # Without our application, which would cost a second of work each time; and with no password among its words.
    ping = ["celery", "inspect", "ping", "-t", "5", "-d", f"{kind}@{socket.gethostname()}"]
    environment = {**os.environ, "CELERY_BROKER_URL": os.environ["REDIS_URL"]}
    return subprocess.run(ping, env=environment, capture_output=True, check=False).returncode == 0  # noqa: S603


def beat() -> bool:
    """Whether the schedule was written of late."""
    written = [path.stat().st_mtime for path in TEMPORARY.glob("beat-schedule*")]
    return bool(written) and time.time() - max(written) < SCHEDULE_MAY_BE_OLD


if __name__ == "__main__":
    sys.exit(main())
