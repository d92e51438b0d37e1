"""How much does a web worker carry, what gives out first, and what does a restart under load cost?

Starts the product as `make run` does, with its own PostgreSQL, Valkey, Stripe and provider in a folder of its own, and
clients that do what people, programs and Stripe do: pages, reads by API, texts that are asked for and read as they are
written, signed webhooks. More clients step by step, until the slowest twentieth of all answers takes more than 200 ms; the
step before is the knee. Prints what each step used, and what was full. Then half of the clients of the knee go on while
PostgreSQL, Valkey, the provider and a worker are ended in turn: every write that was acknowledged is looked for
afterwards, and the books are compared. The last line is JSON; the exit code is 1 when something was lost, doubled or
never ended. Clients, provider and product share the machine: say so with the figures. Run it with
`make bench NAME=load`; `ARGS="--seconds 4 --most 8 --outage-seconds 12"` is a trial.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import load_outages
from bench.load_clients import MIX, Answer, Told, drive
from bench.load_outages import Outage
from bench.load_product import Creator, Event, Loaded, cores, running
from bench.load_use import Use, Watch

LIMIT_MS: Final = 200.0
STEPS: Final = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
CREATORS: Final = 24
KINDS: Final = (*MIX, "stream")


@dataclass(frozen=True, slots=True)
class Step:
    """So many clients at once, and what they met. Texts a second: asked for, written, and read to the end."""

    clients: int
    per_second: float
    texts_per_second: float
    p50_ms: float
    p95_ms: float
    by_kind: dict[str, float]
    bad: int
    use: Use

    @property
    def is_fast(self) -> bool:
        return self.p95_ms <= LIMIT_MS and not self.bad


def main() -> None:
    options, load = arguments(), os.getloadavg()[0]
    # A socket's name is short, and a checkout may lie deep.
    with (
        tempfile.TemporaryDirectory(prefix="load") as folder,
        running(Path(folder), web_workers=options.web_workers, delay_ms=options.delay_ms) as product,
    ):
        creators, events = product.creators(CREATORS), product.events()
        # The first of all make what is made once: pools, templates, prices.
        drive(product, creators, events, clients=4, seconds=options.seconds)
        steps = list(rising(product, creators, events, options))
        knee = next((step for step in reversed(steps) if step.is_fast), None)
        tell_knee(knee, steps, options.web_workers)
        clients = max(2, (knee or steps[0]).clients // 2)
        outages = []
        for name in options.restart:
            outages.append(
                load_outages.under(product, creators, events, name, clients=clients, seconds=options.outage_seconds)
            )
            tell_outage(outages[-1], clients)
    print(json.dumps(figures(steps, knee, outages, options, load)))
    sys.exit(not all(outage.is_sound for outage in outages))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web-workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each step")
    parser.add_argument("--most", type=int, default=STEPS[-1], help="clients")
    parser.add_argument("--delay-ms", type=float, default=200.0, help="that the provider thinks")
    parser.add_argument("--outage-seconds", type=float, default=45.0, help="around each restart")
    parser.add_argument("--restart", nargs="*", default=load_outages.DEPENDENCIES, choices=load_outages.DEPENDENCIES)
    return parser.parse_args()


def rising(
    product: Loaded, creators: Sequence[Creator], events: Sequence[Event], options: argparse.Namespace
) -> Iterator[Step]:
    """Yield one step after the other; the last one is the first that was too slow."""
    for clients in STEPS:
        if clients > options.most:
            return
        with Watch(product) as watch:
            told = drive(product, creators, events, clients=clients, seconds=options.seconds)
        assert watch.use is not None
        step = measured(told, clients, options.seconds, watch.use)
        tell_step(step)
        yield step
        if not step.is_fast:
            return


def measured(told: Told, clients: int, seconds: float, use: Use) -> Step:
    times = [answer.ms for answer in told.answers]
    return Step(
        clients=clients,
        per_second=len(times) / seconds,
        texts_per_second=len(told.written) / seconds,
        p50_ms=statistics.median(times),
        p95_ms=percentile_95(times),
        by_kind={kind: percentile_95(of_kind(told.answers, kind)) for kind in KINDS},
        bad=sum(1 for answer in told.answers if not answer.is_good),
        use=use,
    )


def of_kind(answers: Sequence[Answer], kind: str) -> list[float]:
    return [answer.ms for answer in answers if answer.kind == kind]


def percentile_95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else sum(times)


# --- What is printed ---


def tell_step(step: Step) -> None:
    kinds = ", ".join(f"{kind} {ms:.0f}" for kind, ms in step.by_kind.items())
    cpu = ", ".join(f"{name} {used:.2f}" for name, used in step.use.cpu.items())
    print(
        f"{step.clients:3} clients: {step.per_second:6.1f} answers a second, p50 {step.p50_ms:5.0f} ms, p95"
        f" {step.p95_ms:5.0f} ms ({kinds}), {step.texts_per_second:.1f} texts a second, {step.bad} bad\n"
        f"             cores: {cpu}; machine {step.use.machine:.0%}; connections {step.use.connections_busy} busy of"
        f" {step.use.connections_open}; queued {step.use.queued_most} at most, {step.use.queued_last} at the end\n"
        f"             full: {', '.join(step.use.saturated()) or 'nothing'}",
        flush=True,
    )


def tell_knee(knee: Step | None, steps: Sequence[Step], web_workers: int) -> None:
    last = steps[-1]
    if knee is None:
        print(f"No knee: {last.clients} clients already wait {last.p95_ms:.0f} ms.")
        return
    beyond = "" if last.is_fast else f"; beyond it: {', '.join(last.use.saturated()) or 'nothing was full'}"
    print(
        f"knee: {knee.clients} clients, {knee.per_second / web_workers:.1f} answers and"
        f" {knee.texts_per_second / web_workers:.1f} texts a second and web worker at p95 {knee.p95_ms:.0f} ms{beyond}"
        + (" (not reached: raise --most)" if last.is_fast else ""),
        flush=True,
    )


def tell_outage(outage: Outage, clients: int) -> None:
    print(
        f"{outage.name} restarted under {clients} clients: {outage.refused} refused and {outage.unanswered} unanswered of"
        f" {outage.answers}\n"
        f"             after the kill: the last of these, or slower than a second, {outage.recovery_seconds:.1f} s; a new text"
        f" written {after(outage.written_again_seconds)}; the last one under way {after(outage.taken_up_seconds)}\n"
        f"             {outage.generations} texts and {outage.webhooks} webhooks acknowledged: {outage.lost} lost,"
        f" {outage.unfinished} unfinished, {outage.twice} done twice, books {outage.books or 'agree'}; all done"
        f" {outage.settled_seconds:.1f} s after the end",
        flush=True,
    )


def after(seconds: float | None) -> str:
    return "not seen" if seconds is None else f"{seconds:.1f} s"


def figures(
    steps: Sequence[Step], knee: Step | None, outages: Sequence[Outage], options: argparse.Namespace, load: float
) -> dict[str, Any]:
    return {
        "bench": "load",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": round(load, 1),
        "cores": cores(),
        "web_workers": options.web_workers,
        "seconds": options.seconds,
        "delay_ms": options.delay_ms,
        "limit_ms": LIMIT_MS,
        "mix": MIX,
        "knee_clients": knee.clients if knee else None,
        "knee_per_second_and_worker": round(knee.per_second / options.web_workers, 1) if knee else None,
        "full_beyond_the_knee": steps[-1].use.saturated(),
        "steps": [rounded(asdict(step)) | {"shares": rounded(step.use.shares())} for step in steps],
        "outages": [rounded(asdict(outage)) | {"is_sound": outage.is_sound} for outage in outages],
    }


def rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 2)
        case dict():
            return {name: rounded(one) for name, one in value.items()}
        case _:
            return value


if __name__ == "__main__":
    main()
