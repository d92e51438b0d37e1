"""Do pages stay fast beside open event streams?

Starts two web workers, opens 500 streams of generations that are being waited for, and asks for `/app/posts` as a
signed-in creator with a page of posts: without the streams, with them, and without them again. Prints the p95 of each
and the ratio. Run it with `make bench NAME=streams`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Tier, User  # noqa: E402
from accounts.privacy import consents  # noqa: E402
from ai_routing import streams  # noqa: E402
from content import brief, generation, watching  # noqa: E402
from content.models import Content, Generation  # noqa: E402

HOST = "127.0.0.1"
EMAIL = "bench@huntaze.example"
WAVES = 3
CLIENTS = 8


def main() -> None:
    options = arguments()
    user, cookie = prepare(posts=60)
    with server() as port:
        page = Page(port, cookie)
        page.ask(200)
        alone, beside = [], []
        # In turn, so that a machine that slows down slows both.
        for _ in range(WAVES):
            alone += page.ask(options.requests // WAVES)
            with open_streams(port, cookie, user, count=options.streams) as delivered:
                beside += page.ask(options.requests // WAVES)
            assert delivered.is_set(), "a stream ended early"
    report(alone, beside, options.streams)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--requests", type=int, default=1_500, help="for each of the two figures")
    return parser.parse_args()


def prepare(*, posts: int) -> tuple[User, str]:
    """Make the tables, a creator with posts, and a session; return the creator and the session's cookie."""
    call_command("migrate", verbosity=0)
    call_command("ensure_partitions", verbosity=0)
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, tier=Tier.SCALE)
    # What an account rests on is asked for before any page.
    User.objects.filter(pk=user.pk).update(agreed=consents.PRESENT)
    now = timezone.now()
    for number in range(posts - Content.objects.for_user(user).count()):
        Content.objects.create(
            user=user,
            title=f"Post {number}",
            body="Rain on the window, tea on the sill. " * 6,
            created_at=now - timedelta(hours=number),
            updated_at=now,
        )
    client = Client()
    client.force_login(user)
    return user, f"sessionid={client.cookies['sessionid'].value}"


@contextmanager
def server() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "huntaze/gunicorn.py", "huntaze.wsgi"],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "HUNTAZE_BIND": f"{HOST}:{port}", "HUNTAZE_WEB_WORKERS": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    give_up_at = time.monotonic() + 120
    while time.monotonic() < give_up_at:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=15)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the web server did not start")


class Page:
    """`/app/posts`, asked for by a few clients with connections of their own."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.cookie = cookie

    def ask(self, requests: int) -> list[float]:
        """Return the milliseconds of each request."""
        times: list[float] = []
        clients = [threading.Thread(target=self.client, args=(requests // CLIENTS, times)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return times

    def client(self, requests: int, times: list[float]) -> None:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        for _ in range(requests):
            begun = time.perf_counter()
            connection.request("GET", "/app/posts", headers={"Cookie": self.cookie})
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - begun) * 1_000)
            assert response.status == 200, response.status
        connection.close()


@contextmanager
def open_streams(port: int, cookie: str, user: User, *, count: int) -> Iterator[threading.Event]:
    """Hold `count` streams of one generation open; each has received its first event before the block begins.

    At the end one more event is published, and every stream must deliver it: the event is set when all did.
    """
    rows = Generation.objects.filter(user=user).order_by("-id")
    row = rows.first() or generation.request(user, brief.Brief(prompt="Bench"), now=timezone.now())
    publisher = streams.Publisher(watching.key(row.pk))
    streams.valkey().delete(watching.key(row.pk))
    publisher.publish("progress", {"variant": 0, "claim": 1, "state": "writing"})
    request = f"GET /api/content/generations/{row.pk}/events HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n\r\n"
    sockets = []
    for _ in range(count):
        stream = socket.create_connection((HOST, port), timeout=30)
        stream.sendall(request.encode())
        sockets.append(stream)
    for stream in sockets:
        read_until(stream, b"writing")
    delivered = threading.Event()
    try:
        yield delivered
        publisher.publish("token", {"variant": 0, "claim": 1, "text": "the last word"})
        for stream in sockets:
            read_until(stream, b"the last word")
        delivered.set()
    finally:
        for stream in sockets:
            stream.close()


def read_until(stream: socket.socket, mark: bytes) -> None:
    seen = b""
    while mark not in seen:
        piece = stream.recv(65_536)
        assert piece, f"the stream ended: {seen[-300:]!r}"
        seen += piece


def report(alone: list[float], beside: list[float], count: int) -> None:
    figures = {
        "streams": count,
        "web_workers": 2,
        "clients": CLIENTS,
        "requests_each": len(alone),
        "p50_ms_without": round(statistics.median(alone), 2),
        "p50_ms_with": round(statistics.median(beside), 2),
        "p95_ms_without": round(percentile_95(alone), 2),
        "p95_ms_with": round(percentile_95(beside), 2),
    }
    figures["p95_ratio"] = round(figures["p95_ms_with"] / figures["p95_ms_without"], 2)
    print(f"/app/posts, {CLIENTS} clients: p95 {figures['p95_ms_without']} ms without streams")
    print(f"/app/posts, {CLIENTS} clients: p95 {figures['p95_ms_with']} ms beside {count} open streams")
    print(f"ratio {figures['p95_ratio']}")
    print(json.dumps(figures))


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
