"""What does Huntaze's gateway add to a model's own time, beside LiteLLM's proxy?

Sends the same chat, of about 6 KB, to a bare upstream, to POST /api/ai/v1/chat/completions and to LiteLLM's proxy, round by
round in turn, with 1, 8 and 32 requests under way and an upstream that takes 0 or 200 ms. Prints requests per second and
p50 and p95, the overhead over the bare upstream, and the ratios. Run it with `make bench NAME=gateway`.

Ours authenticates, throttles, routes, reserves, settles, and writes ledger, event and the encrypted prompt, in PostgreSQL
with fsync and Valkey with its append-only file. LiteLLM runs without a database and without Redis, and keeps nothing of that:
it is favoured. The load generator, the upstream, PostgreSQL and Valkey share the machine with what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import api_keys  # noqa: E402
from accounts.models import ApiKey, Tier, User  # noqa: E402
from bench import gateway_servers, litellm_venv, upstream  # noqa: E402
from bench.gateway_load import Load, Measured  # noqa: E402
from bench.gateway_servers import HOST, Server  # noqa: E402
from billing import quota  # noqa: E402
from billing.models import QuotaPeriod  # noqa: E402

ACCOUNTS: Final = 32
CREDITS: Final = 1_000_000_000
CONCURRENCIES: Final = (1, 8, 32)
DELAYS_MS: Final = (0, 200)
DIRECT_SECONDS: Final = 0.6
MASTER_KEY: Final = "sk-bench-3b1f0c9e5d7a"
"""LiteLLM refuses to start with the one of its own examples."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that completes chats."""

    name: str
    server: Server
    model: str
    tokens: list[str]


@dataclass(frozen=True, slots=True, order=True)
class Case:
    delay_ms: int
    concurrency: int
    target: str


@dataclass(slots=True)
class Series:
    """What the rounds of a case came to."""

    milliseconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    errors: int = 0
    first_error: str = ""

    def add(self, measured: Measured, *, cpu_seconds: float | None) -> None:
        self.milliseconds += measured.milliseconds
        if cpu_seconds is not None:
            self.cpu_ms.append(cpu_seconds * 1_000 / len(measured.milliseconds))
        self.rates.append(len(measured.milliseconds) / measured.seconds)
        self.errors += measured.errors
        self.first_error = self.first_error or measured.first_error


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. Times in milliseconds; the overhead is over the bare upstream with as many at once.

    `cpu` is the processor time of the target's own processes for each request, without PostgreSQL's and Valkey's.
    """

    delay_ms: int
    concurrency: int
    target: str
    requests: int
    errors: int
    per_second: float
    p50: float
    p95: float
    overhead_p50: float
    overhead_p95: float
    cpu: float | None


def main() -> None:
    options = arguments()
    tokens = prepare()
    with targets(tokens, workers=options.workers, delays=options.delays) as found:
        series = {
            Case(delay, concurrency, target.name): Series()
            for delay, those in found.items()
            for concurrency in options.concurrencies
            for target in those
        }
        loads = [os.getloadavg()[0]]
        # In turn, so that a machine that slows down slows all.
        for _ in range(options.rounds):
            for delay, those in found.items():
                for concurrency in options.concurrencies:
                    for target in those:
                        # Nothing is slow about the bare upstream; a moment tells.
                        seconds = min(options.seconds, DIRECT_SECONDS) if target.name == "direct" else options.seconds
                        before = target.server.cpu_seconds()
                        measured = measure(target, concurrency=concurrency, seconds=seconds)
                        after = target.server.cpu_seconds()
                        used = None if before is None or after is None else after - before
                        series[Case(delay, concurrency, target.name)].add(measured, cpu_seconds=used)
            loads.append(os.getloadavg()[0])
        memory = {target.name: target.server.memory_mb() for target in found[options.delays[0]]}
    report(series, options, loads=loads, memory=memory)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--workers", type=int, default=1, help="processes of each gateway")
    parser.add_argument("--concurrencies", type=int, nargs="+", default=list(CONCURRENCIES))
    parser.add_argument("--delays", type=int, nargs="+", default=list(DELAYS_MS), help="of the upstream, in ms")
    return parser.parse_args()


def prepare() -> list[str]:
    """Make the tables, and creators with credits to spend; return an API key of each."""
    call_command("migrate", verbosity=0)
    call_command("ensure_partitions", verbosity=0)
    with connection.cursor() as cursor:
        # A run leaves hundreds of megabytes of them.
        cursor.execute("TRUNCATE ai_routing_promptrecord")
    now = timezone.now()
    return [key_of(f"gateway-{number}@huntaze.example", now=now) for number in range(ACCOUNTS)]


def key_of(email: str, *, now: datetime) -> str:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, tier=Tier.SCALE)
    quota.status(user, now=now)
    QuotaPeriod.objects.filter(user=user).update(credit_limit=CREDITS, premium_limit=CREDITS, reserved=0)
    ApiKey.objects.filter(user=user).delete()
    _, secret = api_keys.create(user, name="bench", now=now)
    return secret


@contextmanager
def targets(tokens: list[str], *, workers: int, delays: list[int]) -> Iterator[dict[int, list[Target]]]:
    """Serve what is measured; yield it by the upstream's delay."""
    with ExitStack() as stack:
        upstreams = {delay: stack.enter_context(gateway_servers.upstream(delay)) for delay in delays}
        litellm = stack.enter_context(
            gateway_servers.litellm(
                {model_of(delay): server for delay, server in upstreams.items()},
                master_key=MASTER_KEY,
                workers=workers,
            )
        )
        yield {
            delay: [
                Target("direct", server, "gpt-4o-mini", ["unused"]),
                Target(
                    "huntaze", stack.enter_context(gateway_servers.huntaze(server, workers=workers)), "auto", tokens
                ),
                Target("litellm", litellm, model_of(delay), [MASTER_KEY]),
            ]
            for delay, server in upstreams.items()
        }


def model_of(delay_ms: int) -> str:
    return f"after-{delay_ms}-ms"


def measure(target: Target, *, concurrency: int, seconds: float) -> Measured:
    load = Load(
        host=HOST,
        port=target.server.port,
        path=target.server.path,
        body=json.dumps(chat(target.model)),
        tokens=target.tokens,
        concurrency=concurrency,
        seconds=seconds,
    )
    done = subprocess.run(
        [sys.executable, "-m", "bench.gateway_load"],
        cwd=gateway_servers.ROOT,
        input=json.dumps(asdict(load)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def chat(model: str) -> dict[str, object]:
    """Return a chat of about 6 KB: rules and samples, an exchange, and a question."""
    rules = "You write for a creator of slow mornings. Keep her voice: short sentences, no exclamation marks.\n\n"
    samples = "\n\n".join(f"Sample {number}: {upstream.TEXT}" for number in range(1, 6))
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": rules + samples},
            {"role": "user", "content": "Write a caption about my first coffee of the week."},
            {"role": "assistant", "content": upstream.TEXT},
            {
                "role": "user",
                "content": "And now one about the rain on the window, in the same tone, a little shorter.",
            },
        ],
        "temperature": 0.7,
        "max_tokens": 200,
    }


def report(
    series: dict[Case, Series], options: argparse.Namespace, *, loads: list[float], memory: dict[str, int | None]
) -> None:
    rows = [row_of(case, found, series) for case, found in series.items()]
    print(
        f"{'upstream':>8} {'at once':>7} {'target':8} {'req/s':>8} {'p50':>8} {'p95':>8}  overhead p50, p95      cpu (ms)"
    )
    for row in rows:
        errors = f"   {row.errors} errors" if row.errors else ""
        print(
            f"{row.delay_ms:>5} ms {row.concurrency:>7} {row.target:8} {row.per_second:>8.1f} {row.p50:>8.2f}"
            f" {row.p95:>8.2f}  {row.overhead_p50:>8.2f} {row.overhead_p95:>8.2f}"
            f" {'' if row.cpu is None else row.cpu:>10}{errors}"
        )
    ratios = [ratio(delay, at_once, rows) for delay in options.delays for at_once in options.concurrencies]
    for found in ratios:
        print(
            f"{found['delay_ms']} ms, {found['concurrency']} at once: LiteLLM adds {found['overhead_p50']} times as much"
            f" (p50; p95 {found['overhead_p95']}; processor time {found['cpu']}),"
            f" Huntaze answers {found['per_second']} times as many"
        )
    for case, failed in series.items():
        if failed.errors:
            print(f"{case}: {failed.first_error}")
    figures = {
        "rows": [asdict(row) for row in rows],
        "litellm_over_huntaze": ratios,
        "workers_each": options.workers,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "request_bytes": len(json.dumps(chat("auto"))),
        "memory_mb": memory,
        "loadavg": [round(load, 2) for load in loads],
        "cores": os.cpu_count(),
        "versions": versions(),
    }
    print(f"workers each: {options.workers}, memory in MB: {memory}, loadavg: {figures['loadavg']}, {versions()}")
    print(json.dumps(figures))


def row_of(case: Case, found: Series, series: dict[Case, Series]) -> Row:
    bare = series[Case(case.delay_ms, case.concurrency, "direct")]
    return Row(
        delay_ms=case.delay_ms,
        concurrency=case.concurrency,
        target=case.target,
        requests=len(found.milliseconds),
        errors=found.errors,
        per_second=round(statistics.median(found.rates), 1),
        p50=round(statistics.median(found.milliseconds), 2),
        p95=round(percentile_95(found.milliseconds), 2),
        overhead_p50=round(statistics.median(found.milliseconds) - statistics.median(bare.milliseconds), 2),
        overhead_p95=round(percentile_95(found.milliseconds) - percentile_95(bare.milliseconds), 2),
        cpu=round(statistics.median(found.cpu_ms), 2) if found.cpu_ms else None,
    )


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def ratio(delay_ms: int, concurrency: int, rows: list[Row]) -> dict[str, float]:
    ours, theirs = (
        next(row for row in rows if (row.delay_ms, row.concurrency, row.target) == (delay_ms, concurrency, name))
        for name in ("huntaze", "litellm")
    )
    return {
        "delay_ms": delay_ms,
        "concurrency": concurrency,
        "overhead_p50": quotient(theirs.overhead_p50, ours.overhead_p50),
        "overhead_p95": quotient(theirs.overhead_p95, ours.overhead_p95),
        "per_second": quotient(ours.per_second, theirs.per_second),
        "cpu": quotient(theirs.cpu or 0.0, ours.cpu or 0.0),
    }


def quotient(dividend: float, divisor: float) -> float:
    """Return a ratio; 0 where there is none to tell."""
    return round(dividend / divisor, 2) if divisor > 0 else 0.0


def versions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": postgresql,
        "litellm": litellm_venv.VERSION,
    }


if __name__ == "__main__":
    main()
