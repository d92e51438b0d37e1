"""The figures of a verdict as Markdown tables, as `manage.py evaluate_router` prints them and docs/router.md shows them."""

from __future__ import annotations

from collections.abc import Sequence

from ai_routing.evaluation.judging import ROUTER, Verdict
from ai_routing.evaluation.metrics import Interval


def as_markdown(verdict: Verdict) -> str:
    """Return the verdict as three tables."""
    gained = list(next(iter(verdict.gains.values())))
    parts = [
        f"{verdict.router}, {verdict.rows} held-out prompts of {verdict.topics} topics. In brackets: 95 % intervals.",
        table(
            ["", ROUTER, *gained, *[f"better than {name} by" for name in gained]],
            [
                [metric, *[shown(one) for one in row.values()], *[shown(one) for one in verdict.gains[metric].values()]]
                for metric, row in verdict.figures.items()
            ],
        ),
        table(
            ["predicted complexity", "prompts", "mean label"],
            [
                [str(row["predicted"]), str(row["prompts"]), shown(Interval(**row["labelled"]))]
                for row in verdict.calibration
            ],
        ),
        table(["", ROUTER], [[name, f"{value:.2f}"] for name, value in verdict.others.items()]),
        f"Agreement of two labelling passes over {verdict.labelled_twice} prompts: weighted kappa {verdict.kappa:.2f}.",
    ]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(interval: Interval) -> str:
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"
