"""What does a routing decision cost, beside LiteLLM's complexity router?

Takes every prompt of the evaluation set through `analysis.analyse` and `routing.choose` with nothing stated, and through
LiteLLM's `classify` and `get_model_for_tier` in a process of its own, round by round in turn. Prints p50 and p95 in µs per
decision, and how well each tells what needs the premium model on the held-out prompts: by our labels, which LiteLLM's
general English word lists were not made for. Run it with `make bench NAME=router`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns
from typing import IO

from ai_routing import analysis, routing
from ai_routing.evaluation import dataset, metrics, predictors
from ai_routing.evaluation.dataset import Prompt
from bench import litellm_venv

LONG = range(500, 701)
"""The characters of prompts that are told apart: about 600."""


def main() -> None:
    options = arguments()
    prompts = dataset.read()
    texts = [prompt.text for prompt in prompts]
    with litellm(texts) as theirs:
        decide_all(texts)
        ours, others = [], []
        # In turn, so that a machine that slows down slows both.
        for _ in range(options.rounds):
            ours.append(decide_all(texts))
            others.append(theirs.decide_all())
    report(prompts, ours, others, theirs.scores)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def decide_all(texts: Sequence[str]) -> list[float]:
    """Return the microseconds of each decision."""
    times = []
    for text in texts:
        begun = perf_counter_ns()
        found = analysis.analyse(text)
        routing.choose(
            routing.Request(
                found.task_type,
                found.complexity,
                found.critical,
                found.output_length,
                found.needs,
                found.context_tokens,
            ),
            predictors.HEALTH,
        )
        times.append((perf_counter_ns() - begun) / 1_000)
    return times


class LiteLLM:
    """LiteLLM's router at the other end of two pipes. `scores` has its score for each prompt."""

    def __init__(self, asked: IO[str], answered: IO[str], texts: Sequence[str]) -> None:
        self.asked = asked
        self.answered = answered
        self.scores: list[float] = self.ask(json.dumps(texts))["scores"]

    def ask(self, line: str) -> dict[str, list[float]]:
        print(line, file=self.asked, flush=True)
        while answer := self.answered.readline():
            # It also logs to where it answers.
            if answer.startswith("{"):
                found: dict[str, list[float]] = json.loads(answer)
                return found
        raise SystemExit("LiteLLM's process ended")

    def decide_all(self) -> list[float]:
        return [nanoseconds / 1_000 for nanoseconds in self.ask("again")["nanoseconds"]]


@contextmanager
def litellm(texts: Sequence[str]) -> Iterator[LiteLLM]:
    process = subprocess.Popen(
        [str(litellm_venv.python()), str(Path(__file__).with_name("litellm_complexity.py"))],
        env={**os.environ, **litellm_venv.ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield LiteLLM(process.stdin, process.stdout, texts)
    finally:
        process.stdin.close()
        process.wait(20)


def report(
    prompts: Sequence[Prompt], ours: list[list[float]], theirs: list[list[float]], scores: Sequence[float]
) -> None:
    held_out = [index for index, prompt in enumerate(prompts) if prompt.is_held_out]
    needed = [prompts[index].needs_premium for index in held_out]
    own_scores = [one.score for one in predictors.router([prompts[index] for index in held_out])]
    figures = {
        "prompts": len(prompts),
        "rounds": len(ours),
        "litellm": litellm_venv.VERSION,
        "huntaze_us": summary(prompts, ours),
        "litellm_us": summary(prompts, theirs),
        "huntaze_premium_auroc": round(metrics.auroc(own_scores, needed), 3),
        "litellm_premium_auroc": round(metrics.auroc([scores[index] for index in held_out], needed), 3),
        "loadavg": round(os.getloadavg()[0], 2),
    }
    for name in ("huntaze", "litellm"):
        told = figures[f"{name}_us"]
        assert isinstance(told, dict)
        print(
            f"{name:8} p50 {told['p50']} µs, p95 {told['p95']} µs, about 600 characters {told['about_600']} µs;"
            f" premium AUROC {figures[f'{name}_premium_auroc']}"
        )
    figures["p50_ratio"] = round(p50(theirs) / p50(ours), 2)
    print(f"ratio {figures['p50_ratio']} (LiteLLM's p50 over ours)")
    print(json.dumps(figures))


def summary(prompts: Sequence[Prompt], rounds: list[list[float]]) -> dict[str, float]:
    every = [time for times in rounds for time in times]
    long = [time for times in rounds for prompt, time in zip(prompts, times, strict=True) if len(prompt.text) in LONG]
    return {
        "p50": round(p50(rounds), 1),
        "p95": round(statistics.quantiles(every, n=20)[-1], 1),
        "about_600": round(statistics.median(long), 1),
    }


def p50(rounds: list[list[float]]) -> float:
    return statistics.median([time for times in rounds for time in times])


if __name__ == "__main__":
    main()
