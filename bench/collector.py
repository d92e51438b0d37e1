"""How fast does the collector of visits answer, also while PostgreSQL stands still, and is anything lost?

Starts two web workers and reads the stream beside them as a worker does. Asks for an empty Django view, tells of visits,
and tells of visits once more while every process of PostgreSQL is stopped. Prints p50, p95 and p99, counts at the end what
was stored, and fails when that is not what was told. The last line is JSON. Run it with `make bench NAME=collector`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from uuid import uuid4

os.environ |= {"HUNTAZE_ENV": "test"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts import handles, profiles  # noqa: E402
from accounts.models import User  # noqa: E402
from analytics import tasks  # noqa: E402
from analytics.collector import signing, stream  # noqa: E402
from analytics.ingest import reading  # noqa: E402
from analytics.models import Event  # noqa: E402
from bench.gateway_servers import HOST, ROOT, descendants, end, free_port  # noqa: E402
from bench.streams import wait_for  # noqa: E402

CLIENTS: Final = 4
EMPTY: Final = "/_empty"
FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LIMIT_MS: Final = 10
STORED_WITHIN: Final = 180

Ask = Callable[[http.client.HTTPConnection], int]


def main() -> None:
    options, load = arguments(), os.getloadavg()[0]
    call_command("migrate", verbosity=0)
    call_command("ensure_partitions", verbosity=0)
    user = creator()
    server, clients = postgres(), []
    with web() as port:
        tell = visits(profiles.of(user).handle or "", port)
        measured(tell, 200)
        told_before = 200
        with reader() as read:
            clients.append(("an empty view", measured(empty(port), options.requests)))
            clients.append(("the collector", measured(tell, options.requests)))
            stop(server)
            try:
                clients.append(("while PostgreSQL stands still", measured(tell, options.requests)))
                waited = int(cast(Any, stream.client().xlen(stream.STREAM)))
            finally:
                go_on(server)
            told = told_before + 2 * options.requests
            seconds = stored(user, told, read)
    report(clients, told, waited, seconds, options.requests, load)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4_000, help="of each kind (default: 4000)")
    return parser.parse_args()


def creator() -> User:
    user = User.objects.create_user(f"collector-{uuid4().hex}@example.org")
    handles.take(user, f"bench_{uuid4().hex[:12]}")
    return user


@contextmanager
def web() -> Iterator[int]:
    port = free_port()
    variables = {"HUNTAZE_BIND": f"{HOST}:{port}", "HUNTAZE_WEB_WORKERS": "2"}
    command = [sys.executable, "-m", "gunicorn", "-c", "huntaze/gunicorn.py", "bench.collector_wsgi"]
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(command, cwd=Path(ROOT), env=os.environ | variables, stdout=quiet, stderr=quiet)
    try:
        wait_for(port)
        yield port
    finally:
        end(started)


@contextmanager
def reader() -> Iterator[threading.Event]:
    """Read the stream every second, in a thread of its own, as beat has workers do."""
    over = threading.Event()

    def read() -> None:
        while not over.wait(1.0):
            tasks.ingest_visits()
        connection.close()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield over
    finally:
        over.set()
        thread.join(60)


def postgres() -> list[int]:
    """Return the process of the server that starts the others; `stop` adds these."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = cursor.fetchone()[0]
    connection.close()
    return [int(Path(folder, "postmaster.pid").read_text().split()[0])]


def stop(server: list[int]) -> None:
    server[1:] = descendants(server[0])
    for process in server:
        os.kill(process, signal.SIGSTOP)


def go_on(server: list[int]) -> None:
    for process in server:
        os.kill(process, signal.SIGCONT)


def empty(port: int) -> tuple[int, Ask]:
    def ask(client: http.client.HTTPConnection) -> int:
        client.request("GET", EMPTY, headers={"User-Agent": FIREFOX})
        return 200

    return port, ask


def visits(handle: str, port: int) -> tuple[int, Ask]:
    body = json.dumps({"page": signing.page(handle), "view": True, "from": "example.org"})
    headers = {
        "User-Agent": FIREFOX,
        "Origin": f"http://{HOST}:{port}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "text/plain;charset=UTF-8",
    }

    def ask(client: http.client.HTTPConnection) -> int:
        client.request("POST", "/collect", body, headers)
        return 204

    return port, ask


def measured(what: tuple[int, Ask], requests: int) -> list[float]:
    """Ask so many times by several connections at once, and return the milliseconds that each answer took."""
    port, ask = what

    def share(count: int) -> list[float]:
        times, client = [], http.client.HTTPConnection(HOST, port, timeout=30)
        for _ in range(count):
            begun = time.perf_counter()
            expected = ask(client)
            answer = client.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1_000)
            if answer.status != expected:
                raise SystemExit(f"answered {answer.status}")
        client.close()
        return times

    with ThreadPoolExecutor(CLIENTS) as clients:
        return [one for times in clients.map(share, [requests // CLIENTS] * CLIENTS) for one in times]


def stored(user: User, told: int, over: threading.Event) -> float:
    """Wait until all that was told is stored, and return the seconds that this took. Ends the program when it is not."""
    begun = time.monotonic()
    while (found := Event.objects.filter(user=user).count()) < told:
        if time.monotonic() > begun + STORED_WITHIN:
            raise SystemExit(f"{told} visits were told, {found} are stored")
        time.sleep(0.2)
    over.set()
    if found != told or reading.run():
        raise SystemExit(f"{told} visits were told, {found} are stored")
    return time.monotonic() - begun


def report(
    clients: list[tuple[str, list[float]]], told: int, waited: int, seconds: float, requests: int, load: float
) -> None:
    figures: dict[str, Any] = {
        "bench": "collector",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": round(load, 1),
        "clients": CLIENTS,
        "requests_each": requests,
    }
    for name, times in clients:
        cuts = statistics.quantiles(times, n=100)
        p50, p95, p99 = cuts[49], cuts[94], cuts[98]
        print(f"{name:32} p50 {p50:6.2f} ms, p95 {p95:6.2f} ms, p99 {p99:6.2f} ms")
        key = name.replace(" ", "_")
        figures[key] = {"p50_ms": round(p50, 2), "p95_ms": round(p95, 2), "p99_ms": round(p99, 2)}
    print(
        f"{told} visits told, {told} stored; {waited} waited while PostgreSQL stood still, and {seconds:.1f} s after it"
    )
    floor, own = (statistics.median(times) for _name, times in clients[:2])
    figures |= {
        "told": told,
        "stored": told,
        "waited": waited,
        "stored_after_seconds": round(seconds, 1),
        "over_empty_view": round(own / floor, 2),
        "p95_below_10_ms": all(statistics.quantiles(times, n=100)[94] < LIMIT_MS for _name, times in clients[1:]),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
