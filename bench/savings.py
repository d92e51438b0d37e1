"""What does the router save against asking GPT-4o for everything?

Replays the trace of `bench.trace` through the real door to the models (routing, quota, caches, checks of drafts,
escalation, ledger) against a fake vendor whose prompt cache works as the vendors document it, in the trace's own time, for
two configurations of models, each in a process of its own. Prints the mix, the caches, quality, cost and the saving against
GPT-4o without and with a prompt cache; docs/savings.md says what is assumed. Run it with `make bench NAME=savings`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from bench import savings_figures, savings_replay, savings_sensitivity, trace  # noqa: E402
from bench.savings_replay import Configuration  # noqa: E402
from bench.savings_vendor import TOLD  # noqa: E402

GOAL: Final = Decimal("0.98")
RESULTS: Final = Path(__file__).parent / "results" / "savings.json"
CONFIGURATIONS: Final = {
    "A": Configuration("A", economy="gpt-4o-mini", premium="gpt-4o"),
    "B": Configuration("B", economy="gpt-6-luna", premium="gpt-6.1-terra"),
}


def main() -> None:
    options = arguments()
    if options.only:
        print(json.dumps(replayed(CONFIGURATIONS[options.only], requests=options.requests)))
        return
    begun = monotonic()
    processes = {name: started(name, options.requests) for name in CONFIGURATIONS}
    found = {name: json.loads(output(process)) for name, process in processes.items()}
    for figures in found.values():
        show(figures)
    results = {"seconds": round(monotonic() - begun), "configurations": found}
    if options.keep:
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(json.dumps(results, sort_keys=True))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(CONFIGURATIONS), help="replay one configuration, and print JSON alone")
    parser.add_argument("--requests", type=int, default=0, help="only so many, from the beginning of the trace")
    parser.add_argument("--keep", action="store_true", help=f"write the figures to {RESULTS.name}, which docs tell of")
    return parser.parse_args()


def replayed(configuration: Configuration, *, requests: int) -> dict[str, Any]:
    """Replay the trace with one configuration, and return its figures."""
    whole = trace.read()
    part = replace(whole, requests=whole.requests[:requests]) if requests else whole
    with savings_replay.stage(configuration) as (vendor, clock):
        safe = savings_replay.threshold()
        ended = savings_replay.run(part, configuration, vendor, clock, safe=safe)
        figures = savings_figures.of(part, configuration, ended, threshold=safe)
    return figures | {
        "sensitivity": savings_sensitivity.table(figures),
        "needed": savings_sensitivity.needed(figures, goal=GOAL),
    }


def started(name: str, requests: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.savings", "--only", name, "--requests", str(requests)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def output(process: subprocess.Popen[str]) -> str:
    """Return the last line of a process. Raises SystemExit when it failed."""
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"A replay ended with {process.returncode}")
    return out.splitlines()[-1]


def show(figures: dict[str, Any]) -> None:
    """Print a configuration's figures for a reader."""
    print(f"\n{figures['name']}: {figures['economy']} / {figures['premium']}")
    print(f"  requests {figures['requests']}, answered {figures['answered']}, refused {figures['refused']}")
    print(
        f"  premium {figures['premium_share']:.1%}, escalated {figures['escalated_share']:.1%}, exact"
        f" {figures['exact_share']:.1%}, semantic {figures['semantic_share']:.1%} ({len(figures['wrong_hits'])} wrong)"
    )
    print(f"  without faults {figures['passed_share']:.2%}, credits {figures['credits']}")
    for name, part in figures["models"].items():
        print(f"  {name}: {part['calls']} calls, {part['input']} + {part['output']} tokens, {part['cost_usd']:.4f} USD")
    for world, part in figures["prompt_cache"].items():
        print(
            f"  prompts that reach a warm machine {world}: {part['hit_share']:.1%} of calls hit, {part['read_share']:.1%} of"
            f" tokens read, {part['written_share']:.1%} written; cost {figures['cost_usd'][world]:.4f} USD, saving"
            f" {figures['saving'][world]:.2%}"
        )
    print(
        f"  GPT-4o: {figures['baseline_usd']:.4f} USD without, {figures['baseline_cached_usd']:.4f} with a prompt cache;"
        f" saving {figures['saving'][TOLD]:.2%} and {figures['saving_cached']:.2%}"
        f" ({figures['saving_cached_for_all']:.2%} with one that works for every request)"
    )
    for premium, hits in figures["needed"].items():
        print(f"  98 % needs {hits} of the answers from caches, with {premium} premium")
    for share, values in figures["sensitivity"].items():
        print(f"  if {share} were " + ", ".join(f"{value}: {saving:.2%}" for value, saving in values.items()))


if __name__ == "__main__":
    main()
