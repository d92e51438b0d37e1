"""The tables of docs/savings.md, from the committed results of `bench.savings --keep`.

`python -m bench.savings_tables` prints them; a test holds the document to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import trace
from bench.traces import assumptions

RESULTS: Final = Path(__file__).parent / "results" / "savings.json"
WORLDS: Final = {"always": "all", "usual": "usual", "poor": "poor"}
TOLD: Final = "usual"
RULES: Final = ("critical", "sensitive_task", "complex")


def main() -> None:
    for table in tables(read(), trace.read()):
        print("\n".join(table), end="\n\n")


def read() -> dict[str, Any]:
    """Return the figures of each configuration."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))["configurations"]
    return found


def tables(figures: Mapping[str, Any], replayed: trace.Trace) -> list[list[str]]:
    """Return the lines of each table."""
    return [
        results(figures),
        costs(figures),
        machines(figures),
        tasks(figures, replayed),
        premium(figures),
        *(moved(figures, share) for share in ("hits", "premium", "escalated")),
        needed(figures),
        assumed(),
    ]


def results(figures: Mapping[str, Any]) -> list[str]:
    rows: dict[str, list[str]] = {
        "economy / premium": [f"{each['economy']} / {each['premium']}" for each in figures.values()],
        "saving against GPT-4o without a prompt cache": [percent(each["saving"][TOLD]) for each in figures.values()],
        "saving against GPT-4o with one, by the ledger": [percent(each["saving_cached"]) for each in figures.values()],
        "the same, when GPT-4o's works for repeats too": [
            percent(each["saving_cached_for_all"]) for each in figures.values()
        ],
        "cost, USD": [f"{each['cost_usd'][TOLD]:.3f}" for each in figures.values()],
        "GPT-4o without a prompt cache, USD": [f"{each['baseline_usd']:.3f}" for each in figures.values()],
        "GPT-4o with one, by the ledger, USD": [f"{each['baseline_cached_usd']:.3f}" for each in figures.values()],
        "requests answered / refused": [f"{each['answered']} / {each['refused']}" for each in figures.values()],
        "routed to the premium tier": [percent(each["premium_share"]) for each in figures.values()],
        "escalated after a failed check": [percent(each["escalated_share"]) for each in figures.values()],
        "answered from the exact cache": [percent(each["exact_share"]) for each in figures.values()],
        "answered from the semantic cache": [percent(each["semantic_share"]) for each in figures.values()],
        "delivered answers without a fault": [percent(each["passed_share"]) for each in figures.values()],
        "credits charged": [f"{each['credits']}" for each in figures.values()],
    }
    return lines(["", *figures], [[name, *cells] for name, cells in rows.items()])


def costs(figures: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            name,
            kind,
            f"{part['calls']}",
            f"{part['input']:,}",
            f"{part['read']:,}",
            f"{part['written']:,}",
            f"{part['output']:,}",
            f"{part['cost_usd']:.4f}",
        ]
        for name, each in figures.items()
        for kind, part in each["models"].items()
    ]
    return lines(["", "model and kind", "calls", "input", "of it read", "written", "output", "USD"], rows)


def machines(figures: Mapping[str, Any]) -> list[str]:
    rows = []
    for name, each in figures.items():
        for world, word in WORLDS.items():
            part = each["prompt_cache"][world]
            rows.append(
                [
                    f"{name}, {word}",
                    f"{assumptions.WARM[world]:.0%}",
                    percent(part["hit_share"]),
                    percent(part["read_share"]),
                    percent(part["written_share"]),
                    f"{each['cost_usd'][world]:.3f}",
                    percent(each["saving"][world]),
                ]
            )
    return lines(["", "reach", "calls that read", "tokens read", "tokens written", "USD", "saving"], rows)


def tasks(figures: Mapping[str, Any], replayed: trace.Trace) -> list[str]:
    shares = trace.statistics(replayed)["task"]
    rows = [
        [task, percent(share), *(percent(each["tasks"][task]["saving"][TOLD]) for each in figures.values())]
        for task, share in sorted(shares.items(), key=lambda item: -item[1])
    ]
    return lines(["task", "share of the requests", *(f"saving {name}" for name in figures)], rows)


def premium(figures: Mapping[str, Any]) -> list[str]:
    """Return why requests went to the premium tier: the same in every configuration, for the rules know no model."""
    by_task = next(iter(figures.values()))["premium_by_task"]
    rows = [[task, *(str(rules.get(rule, 0)) for rule in RULES)] for task, rules in by_task.items()]
    return lines(["task", *(rule.replace("_", " ") for rule in RULES)], rows)


def moved(figures: Mapping[str, Any], share: str) -> list[str]:
    values = list(next(iter(figures.values()))["sensitivity"][share])
    rows = [[name, *(percent(each["sensitivity"][share][value]) for value in values)] for name, each in figures.items()]
    return lines([share, *(f"{float(value):.0%}" for value in values)], rows)


def needed(figures: Mapping[str, Any]) -> list[str]:
    premium = list(next(iter(figures.values()))["needed"])
    rows = [[name, *(percent(each["needed"][value]) for value in premium)] for name, each in figures.items()]
    return lines(["premium", *(value if value[0] == "a" else f"{float(value):.0%}" for value in premium)], rows)


def assumed() -> list[str]:
    """Return the plain figures of the assumptions; their reasons stand in the document."""
    kinds = assumptions.SESSION_KINDS
    rows = [
        ["creators, days", f"{assumptions.CREATORS}, {assumptions.DAYS}"],
        ["in French", percent(assumptions.FRENCH)],
        ["sessions: " + ", ".join(kinds), ", ".join(f"{kind.share:.0%}" for kind in kinds.values())],
        ["requests a session", ", ".join(f"{kind.requests:g}" for kind in kinds.values())],
        ["median pause between two requests, s", f"{assumptions.PAUSE_SECONDS[0]:g}"],
        [
            "double click, reload, second device",
            ", ".join(
                percent(share[0]) for share in (assumptions.DOUBLE_CLICK, assumptions.RELOAD, assumptions.SECOND_DEVICE)
            ),
        ],
        ["another version of a post", percent(assumptions.AGAIN)],
        ["with a pasted text", percent(assumptions.PASTED)],
        [
            "median words of a post: short, medium, long",
            ", ".join(map(str, assumptions.ANSWER_WORDS["marketing_template"])),
        ],
        [
            "economy answers that are no good, by task",
            f"{min(assumptions.BAD_DRAFTS.values()):.0%} to {max(assumptions.BAD_DRAFTS.values()):.0%}",
        ],
        ["premium answers that are no good", f"1/{assumptions.PREMIUM_IS_BETTER} of that"],
        [
            "prompts that reach a machine that may know them",
            ", ".join(f"{word} {assumptions.WARM[world]:.0%}" for world, word in WORLDS.items()),
        ],
    ]
    return lines(["assumption", "value"], rows)


def lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [row(head), row(["---"] * len(head)), *map(row, rows)]


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def percent(share: float) -> str:
    return f"{share:.1%}"


if __name__ == "__main__":
    main()
