"""What a replay came to: shares, cost and savings, from the ledger and from how each request ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ai_routing import catalogue, prices
from ai_routing.attempts import Kind
from ai_routing.models import Cache, LedgerEntry
from ai_routing.prices import Tokens
from bench.savings_replay import Configuration, Ended
from bench.savings_sensitivity import Group
from bench.savings_vendor import TOLD
from bench.trace import Trace
from bench.traces import assumptions

NOTHING: Final = Decimal(0)
DAY: Final = assumptions.BEGINS.date()
COUNTED: Final = ("calls", "input", "read", "written", "output")
GROUPS: Final = ("exact", "semantic", "economy", "escalated", "premium")


class Unaccounted(AssertionError):
    """The ledger tells another story than the vendor."""


@dataclass(slots=True)
class Sum:
    """Requests, and what they came to in micro-USD: what they cost in each world, and on GPT-4o."""

    requests: int = 0
    cost: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(assumptions.WARM, NOTHING))
    embeddings: Decimal = NOTHING
    baseline: Decimal = NOTHING
    baseline_cached: Decimal = NOTHING
    credits: int = 0

    def add(self, ended: Ended, rows: Sequence[LedgerEntry]) -> None:
        calls = [row for row in rows if row.kind != Kind.EMBEDDING]
        self.requests += 1
        self.credits += ended.credits
        self.baseline += sum((row.baseline_micro_usd or NOTHING for row in rows), NOTHING)
        self.baseline_cached += sum((row.baseline_cached_micro_usd or NOTHING for row in rows), NOTHING)
        embedding = sum((row.cost_micro_usd or NOTHING for row in rows if row.kind == Kind.EMBEDDING), NOTHING)
        self.embeddings += embedding
        for world in self.cost:
            self.cost[world] += embedding + sum(priced(ended, calls, world), NOTHING)

    def group(self) -> Group:
        return Group(self.requests, self.cost[TOLD], self.baseline, self.baseline_cached)


def priced(ended: Ended, calls: Sequence[LedgerEntry], world: str) -> Iterable[Decimal]:
    """Return the cost of each call of a request, had the vendor's machines been those of a world.

    Raises Unaccounted when it is not the ledger's in the world that the ledger was told of.
    """
    if ended.cache != Cache.NONE:
        return
    for row, uses in zip(calls, ended.uses, strict=True):
        price = prices.of(catalogue.parse(f"{row.provider}:{row.model}"), on=DAY)
        if price is None:
            raise Unaccounted(f"{row.model} has no price on {DAY}")
        use = uses[world]
        cost = price.cost(Tokens(row.input_tokens, use.read, row.output_tokens, use.written or 0))
        if world == TOLD and cost != row.cost_micro_usd:
            raise Unaccounted(f"{row.model}: the ledger has {row.cost_micro_usd} and the vendor billed {cost}")
        yield cost


def of(trace: Trace, configuration: Configuration, ended: Sequence[Ended], *, threshold: float) -> dict[str, Any]:
    """Return the figures of a replay, ready for JSON. Shares are of the answered requests unless they say otherwise."""
    rows: dict[UUID, list[LedgerEntry]] = defaultdict(list)
    for row in LedgerEntry.objects.order_by("reference", "attempt"):
        rows[row.reference].append(row)
    answered = [each for each in ended if each.answered]
    groups: dict[str, Sum] = {name: Sum() for name in GROUPS}
    tasks: dict[str, Sum] = defaultdict(Sum)
    for each in answered:
        groups[group_of(each)].add(each, rows[each.reference])
        tasks[trace.requests[each.number].task].add(each, rows[each.reference])
    whole = summed(groups.values())
    cached = prompt_cache(answered, rows)
    return {
        "name": configuration.name,
        "economy": configuration.economy,
        "premium": configuration.premium,
        "threshold": threshold,
        "requests": len(ended),
        "answered": len(answered),
        "refused": sum(bool(each.refused) for each in ended),
        "premium_share": share(answered, lambda each: each.tier == "premium"),
        "rules": counted(each.rule for each in answered),
        "premium_by_task": premium_by_task(trace, answered),
        "escalated_share": share(answered, lambda each: each.escalated),
        "exact_share": share(answered, lambda each: each.cache == Cache.EXACT),
        "semantic_share": share(answered, lambda each: each.cache == Cache.SEMANTIC),
        "wrong_hits": [[each.wrong, trace.requests[each.number].text] for each in answered if each.wrong],
        "passed_share": share(answered, lambda each: not each.faulty and not each.wrong),
        "prompt_cache": cached,
        "models": models(rows),
        "groups": {name: asdict_of(group.group()) for name, group in groups.items()},
        "tasks": {task: told(part) for task, part in sorted(tasks.items())},
        **told(whole),
        **against_cached(whole, cached[TOLD]["read_share"]),
    }


def premium_by_task(trace: Trace, ended: Sequence[Ended]) -> dict[str, dict[str, int]]:
    """Return how many requests of each task the premium tier had, by the rule that sent them there."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in ended:
        if each.tier == "premium":
            found[trace.requests[each.number].task].append(each.rule)
    return {task: counted(rules) for task, rules in sorted(found.items())}


def group_of(ended: Ended) -> str:
    if ended.cache != Cache.NONE:
        return str(ended.cache)
    if ended.escalated:
        return "escalated"
    return ended.tier


def summed(parts: Iterable[Sum]) -> Sum:
    whole = Sum()
    for part in parts:
        whole.requests += part.requests
        whole.credits += part.credits
        whole.embeddings += part.embeddings
        whole.baseline += part.baseline
        whole.baseline_cached += part.baseline_cached
        whole.cost = {world: whole.cost[world] + part.cost[world] for world in whole.cost}
    return whole


def told(part: Sum) -> dict[str, Any]:
    """Return a sum in USD, with the saving against GPT-4o without a prompt cache in each world."""
    return {
        "answers": part.requests,
        "cost_usd": {world: usd(cost) for world, cost in part.cost.items()},
        "embeddings_usd": usd(part.embeddings),
        "baseline_usd": usd(part.baseline),
        "baseline_cached_usd": usd(part.baseline_cached),
        "saving": {world: saving(cost, part.baseline) for world, cost in part.cost.items()},
        "saving_cached": saving(part.cost[TOLD], part.baseline_cached),
        "credits": part.credits,
    }


def against_cached(whole: Sum, read_share: float) -> dict[str, Any]:
    """Return the saving against a GPT-4o whose prompt cache works for all requests, as it works for our calls.

    The ledger takes an answer from our cache to be one that GPT-4o would have read afresh.
    """
    price = prices.of(catalogue.Deployment(catalogue.Provider.OPENAI, catalogue.BASELINE_MODEL), on=DAY)
    if price is None:
        raise Unaccounted(f"{catalogue.BASELINE_MODEL} has no price on {DAY}")
    hits = LedgerEntry.objects.exclude(cache=Cache.NONE).values_list("input_tokens", flat=True)
    less = Decimal(sum(hits)) * Decimal(str(read_share)) * (price.input - price.cached)
    baseline = whole.baseline_cached - less
    return {"baseline_cached_for_all_usd": usd(baseline), "saving_cached_for_all": saving(whole.cost[TOLD], baseline)}


def prompt_cache(ended: Sequence[Ended], rows: Mapping[UUID, Sequence[LedgerEntry]]) -> dict[str, dict[str, float]]:
    """Return, for each world, how often a call read from the prompt cache, and the shares of its tokens read and written."""
    found = {}
    for world in assumptions.WARM:
        calls = hits = read = written = total = 0
        for each in ended:
            kept = [row for row in rows[each.reference] if row.kind != Kind.EMBEDDING]
            for row, uses in zip(kept, each.uses, strict=False):
                calls += 1
                hits += uses[world].read > 0
                read += uses[world].read
                written += uses[world].written or 0
                total += row.input_tokens
        found[world] = {
            "hit_share": round(hits / calls, 4),
            "read_share": round(read / total, 4),
            "written_share": round(written / total, 4),
        }
    return found


def models(rows: Mapping[UUID, Sequence[LedgerEntry]]) -> dict[str, dict[str, Any]]:
    """Return calls, tokens and cost by model and kind of row."""
    found: dict[str, dict[str, Any]] = {}
    for row in (row for several in rows.values() for row in several if row.cache == Cache.NONE):
        part = found.setdefault(f"{row.model} {row.kind}", dict.fromkeys(COUNTED, 0) | {"cost": NOTHING})
        part["calls"] += 1
        part["input"] += row.input_tokens
        part["read"] += row.cached_tokens
        part["written"] += row.cache_write_tokens
        part["output"] += row.output_tokens
        part["cost"] += row.cost_micro_usd or NOTHING
    for part in found.values():
        part["cost_usd"] = usd(part.pop("cost"))
    return dict(sorted(found.items()))


def asdict_of(group: Group) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(group).items()}


def share(ended: Sequence[Ended], is_one: Callable[[Ended], bool]) -> float:
    return round(sum(map(is_one, ended)) / len(ended), 4)


def counted(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[str(value)] += 1
    return dict(sorted(counts.items()))


def usd(micro: Decimal) -> float:
    return round(float(micro / 1_000_000), 6)


def saving(cost: Decimal, baseline: Decimal) -> float:
    return round(float(1 - cost / baseline), 5) if baseline else 0.0
