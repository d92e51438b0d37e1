"""How many webhooks a second are acknowledged, beside dj-stripe's own handling?

Starts the simulator of Stripe, two web workers and a worker of the queue `payments`, lets customers subscribe, and sends
what Stripe tells of it, signed, by several connections: to dj-stripe's own endpoint, which asks Stripe and writes before it
answers, and to ours, which keeps it and answers. In turn, round by round; a round of ours is over when the worker has done
all of it, so neither has the other's work beside it. Prints events a second and p95 of both, and how many a second ours had
done in the end. The last line is JSON. Run it with `make bench NAME=webhooks`.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from bench.gateway_servers import HOST, ROOT, end, free_port

KEY: Final = "sk_test_onlyForThisBenchmark000000"
SECRET: Final = "whsec_only_for_this_benchmark"
STRIPE_PORT: Final = free_port()
os.environ |= {
    # Without Django's notes on each query, which it makes for developers.
    "HUNTAZE_ENV": "test",
    "STRIPE_SECRET_KEY": KEY,
    "STRIPE_WEBHOOK_SECRET": SECRET,
    "STRIPE_API_HOST": f"http://{HOST}:{STRIPE_PORT}",
}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from djstripe.models import WebhookEndpoint  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.streams import percentile_95, wait_for  # noqa: E402
from billing import stripe_client, stripe_mirror, tasks  # noqa: E402
from billing.models import WebhookEvent  # noqa: E402
from devstack.stripe_server import delivery  # noqa: E402

CLIENTS: Final = 8
OURS: Final = "/api/webhooks/stripe"
SWEEP_SECONDS: Final = 10
WORKER_SECONDS: Final = 300

Event = dict[str, Any]


@dataclass
class Side:
    """One of the two that are compared. `busy` are the seconds in which it was sent to, `done` those until all was done."""

    name: str
    path: str
    times: list[float] = field(default_factory=list)
    busy: float = 0.0
    done: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.busy


def main() -> None:
    options, load = arguments(), os.getloadavg()[0]
    call_command("migrate", verbosity=0)
    call_command("ensure_partitions", verbosity=0)
    with ExitStack() as running:
        running.enter_context(stripe())
        call_command("sync_plans", stdout=io.StringIO())
        events = happened(options.customers)
        port = running.enter_context(web())
        running.enter_context(worker())
        theirs, ours = Side("dj-stripe", f"/_djstripe/webhook/{endpoint()}/"), Side("huntaze", OURS)
        # The first of all make what is made once: pools, the account, prices.
        for side in (theirs, ours):
            round_of(Side("", side.path), renamed(events[:CLIENTS]), port)
        for _ in range(options.rounds):
            for side in (theirs, ours):
                round_of(side, renamed(events), port)
    report(theirs, ours, options, load)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


# --- What runs ---


@contextmanager
def stripe() -> Iterator[None]:
    with tempfile.NamedTemporaryFile("w", suffix=".secrets") as secrets:
        secrets.write(f"{KEY}\n{SECRET}\n")
        secrets.flush()
        command = ["devstack.stripe_server", "--host", HOST, "--port", str(STRIPE_PORT), "--secrets", secrets.name]
        with process(*command) as started:
            assert started.stdout is not None
            assert started.stdout.readline()
            yield


@contextmanager
def web() -> Iterator[int]:
    port = free_port()
    variables = {"HUNTAZE_BIND": f"{HOST}:{port}", "HUNTAZE_WEB_WORKERS": "2"}
    with process("gunicorn", "-c", "huntaze/gunicorn.py", "bench.webhooks_wsgi", quiet=True, **variables):
        wait_for(port)
        yield port


@contextmanager
def worker() -> Iterator[None]:
    words = (
        "worker",
        "-P",
        "gevent",
        "-c",
        "8",
        "-Q",
        "payments",
        "-n",
        "bench@%h",
        "-l",
        "warning",
        "--without-mingle",
    )
    with process("celery", "-A", "huntaze", *words, quiet=True):
        yield


@contextmanager
def process(*command: str, quiet: bool = False, **variables: str) -> Iterator[subprocess.Popen[str]]:
    output = subprocess.DEVNULL if quiet else subprocess.PIPE
    words = [sys.executable, "-m", *command]
    started = subprocess.Popen(
        words, cwd=Path(ROOT), env=os.environ | variables, stdout=output, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield started
    finally:
        end(started)
        if started.poll() is None:
            started.send_signal(signal.SIGKILL)


# --- What is sent ---


def happened(customers: int) -> list[Event]:
    """Let so many customers subscribe, and return what Stripe tells of it, the oldest first."""
    v1 = stripe_client.client().v1
    price = v1.prices.list({"lookup_keys": ["huntaze_pro_month_eur"]}).data[0].id
    known = set()
    for _ in range(customers):
        user = User.objects.create_user(f"webhooks-{uuid4().hex}@example.org")
        customer = stripe_mirror.customer_of(user)
        known.add(customer)
        card = v1.payment_methods.attach("pm_card_visa", {"customer": customer})
        v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card.id}})
        v1.subscriptions.create({"customer": customer, "items": [{"price": price}]})
    found = list(told())[::-1]
    return [event for event in found if stripe_mirror.customer_id(event["data"]["object"]) in known]


def told() -> Iterator[Event]:
    """Yield all that the simulator has told, the newest first, as it is sent: its client makes numbers of some texts."""
    after = ""
    while True:
        address = f"http://{HOST}:{STRIPE_PORT}/v1/events?limit=100{after}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            page = json.load(answer)
        yield from page["data"]
        if not page["has_more"]:
            return
        after = f"&starting_after={page['data'][-1]['id']}"


def renamed(events: list[Event]) -> list[Event]:
    """Return the same events under ids that nobody knows yet."""
    return [{**event, "id": f"evt_{uuid4().hex}"} for event in events]


def endpoint() -> str:
    row, _ = WebhookEndpoint.objects.update_or_create(
        id="we_bench",
        defaults={
            "secret": SECRET, "url": "https://huntaze.example", "enabled_events": ["*"], "status": "enabled",
            "api_version": stripe_client.version(), "livemode": False, "djstripe_uuid": uuid4(),
        },
    )  # fmt: skip
    return str(row.djstripe_uuid)


# --- Measuring ---


def round_of(side: Side, events: list[Event], port: int) -> None:
    shares = [events[number::CLIENTS] for number in range(CLIENTS)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for times in clients.map(partial(send, side.path, port), shares):
            side.times += times
    side.busy += time.perf_counter() - begun
    wait_for_the_worker()
    side.done += time.perf_counter() - begun


def wait_for_the_worker() -> None:
    swept = begun = time.monotonic()
    while WebhookEvent.objects.filter(processed_at=None).exists():
        time.sleep(0.05)
        if time.monotonic() > swept + SWEEP_SECONDS:
            swept = time.monotonic()
            tasks.sweep_webhooks()
        if swept > begun + WORKER_SECONDS:
            raise SystemExit("the worker did not do what it was told")


def send(path: str, port: int, events: list[Event]) -> list[float]:
    """Send events one after the other, and return the milliseconds that each took."""
    times = []
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    for event in events:
        body = json.dumps(event).encode()
        signature = delivery.signature([SECRET], body, int(time.time()))
        begun = time.perf_counter()
        connection.request("POST", path, body, {"Content-Type": "application/json", "Stripe-Signature": signature})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1_000)
        if answer.status != HTTPStatus.OK:
            raise SystemExit(f"{path} answered {answer.status}")
    connection.close()
    return times


def report(theirs: Side, ours: Side, options: argparse.Namespace, load: float) -> None:
    for side in (theirs, ours):
        print(
            f"{side.name:10} {side.per_second:7.1f} events a second acknowledged, p50 {statistics.median(side.times):6.1f}"
            f" ms, p95 {percentile_95(side.times):6.1f} ms; {len(side.times) / side.done:6.1f} a second done"
        )
    figures: dict[str, Any] = {
        "bench": "webhooks",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": round(load, 1),
        "clients": CLIENTS,
        "web_workers": 2,
        "customers": options.customers,
        "events_each": len(ours.times),
    }
    for side in (theirs, ours):
        figures[side.name] = {
            "acknowledged_per_second": round(side.per_second, 1),
            "p50_ms": round(statistics.median(side.times), 1),
            "p95_ms": round(percentile_95(side.times), 1),
            "done_per_second": round(len(side.times) / side.done, 1),
        }
    figures["acknowledged_ratio"] = round(ours.per_second / theirs.per_second, 1)
    figures["p95_ratio"] = round(percentile_95(theirs.times) / percentile_95(ours.times), 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
