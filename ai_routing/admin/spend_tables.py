"""The tables of the page "AI spend"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ai_routing.admin.tables import Column, Row, Table, Value, Words
from ai_routing.models import LedgerEntry
from ai_routing.reports.days import By
from ai_routing.reports.people import Person
from ai_routing.reports.spend import Spend
from ai_routing.reports.sums import Sums, percent

MICRO: Final = 1_000_000
SMOOTH: Final = (LedgerEntry.Outcome.COMPLETED, LedgerEntry.Outcome.STOPPED)

REQUESTS: Final = Column("requests", _("Requests"), "count")
COST: Final = Column("cost_usd", _("Cost"), "cost")
FIGURES: Final = (
    REQUESTS,
    Column("calls", _("Calls"), "count"),
    Column("cache_hits", _("From the cache"), "count"),
    COST,
    Column("share_percent", _("Share of cost"), "percent"),
    Column("baseline_usd", _("On GPT-4o"), "saving"),
    Column("saved_percent", pgettext_lazy("money", "Saved"), "percent"),
    Column("baseline_cached_usd", _("On GPT-4o, cached"), "saving"),
    Column("saved_cached_percent", _("Saved, cached"), "percent"),
    Column("calls_without_price", _("No known price"), "count"),
)
CALL: Final = (
    Column("created_at", _("When"), "moment"),
    Column("latency_ms", _("Took"), "wait"),
    COST,
    Column("deployment", _("Model"), "text"),
    Column("outcome", _("Outcome"), "text"),
    Column("task_type", _("Task"), "text"),
    Column("purpose", _("Purpose"), "text"),
    Column("user", _("User"), "text"),
    Column("input_tokens", _("Tokens in"), "count"),
    Column("output_tokens", _("Tokens out"), "count"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """All that the page tells."""

    spend: Spend
    people: Sequence[Person]
    slowest: Sequence[LedgerEntry]
    dearest: Sequence[LedgerEntry]


def every(found: Found) -> list[Table]:
    spend = found.spend
    by = spend.by
    return [
        by_day(spend),
        figures("models", _("By model"), _("Model"), by[By.MODEL], spend.total),
        figures("tasks", _("By task"), _("Task"), by[By.TASK], spend.total),
        figures("plans", _("By plan"), _("Plan"), by[By.PLAN], spend.total),
        figures("purposes", _("By purpose"), _("Purpose"), by[By.PURPOSE], spend.total),
        users(found.people, spend.total),
        outcomes(spend),
        prompt_cache(by[By.PROMPT]),
        waits(spend),
        calls("slowest", _("Slowest calls"), found.slowest),
        calls("dearest", _("Dearest calls"), found.dearest),
    ]


def values(sums: Sums, whole: Sums) -> tuple[Value, ...]:
    """Return the values of FIGURES."""
    return (
        sums.requests,
        sums.calls,
        sums.hits,
        sums.cost_usd if sums.cost_is_known else None,
        percent(sums.cost, whole.cost),
        sums.baseline_usd,
        sums.saved_percent,
        sums.baseline_cached_usd,
        sums.saved_cached_percent,
        sums.unpriced,
    )


def by_day(spend: Spend) -> Table:
    return Table(
        "days",
        _("By day"),
        (Column("day", _("Day"), "day"), *FIGURES),
        [Row((day, *values(sums, spend.total))) for day, sums in sorted(spend.by_day.items(), reverse=True)],
        note=_("Days are those of UTC. A correction of a price counts on the day it was written."),
    )


def figures(key: str, title: Words, label: Words, groups: Mapping[str, Sums], whole: Sums) -> Table:
    dearest_first = sorted(groups.items(), key=lambda group: (-group[1].cost, -group[1].calls, group[0]))
    return Table(
        key,
        title,
        (Column(key.removesuffix("s"), label, "text"), *FIGURES),
        [Row((name, *values(sums, whole))) for name, sums in dearest_first],
    )


def users(people: Sequence[Person], whole: Sums) -> Table:
    return Table(
        "users",
        _("Users who cost most"),
        (
            Column("user", _("User"), "text"),
            Column("plan", _("Plan now"), "text"),
            REQUESTS,
            COST,
            Column("share_percent", _("Share of cost"), "percent"),
            Column("baseline_usd", _("On GPT-4o"), "saving"),
            Column("saved_percent", pgettext_lazy("money", "Saved"), "percent"),
        ),
        [
            Row(values_of(person, whole), url=reverse("admin:accounts_user_change", args=[person.id]))
            for person in people
        ],
        note=_("At most 50."),
    )


def values_of(person: Person, whole: Sums) -> tuple[Value, ...]:
    compared = person.baseline is not None and person.baseline > 0
    baseline, cost = person.baseline or Decimal(0), person.cost or Decimal(0)
    return (
        person.email,
        person.plan,
        person.requests,
        None if person.cost is None else cost / MICRO,
        percent(cost, whole.cost),
        baseline / MICRO if compared else None,
        percent(baseline - cost, baseline) if compared else None,
    )


def outcomes(spend: Spend) -> Table:
    entries: dict[str, int] = {}
    for (deployment, _outcome), number in spend.outcomes.items():
        entries[deployment] = entries.get(deployment, 0) + number
    troubles = [
        (deployment, outcome, number)
        for (deployment, outcome), number in spend.outcomes.items()
        if outcome not in SMOOTH and number
    ]
    return Table(
        "errors",
        _("What went wrong"),
        (
            Column("deployment", _("Model"), "text"),
            Column("outcome", _("Outcome"), "text"),
            Column("times", _("Times"), "count"),
            Column("share_percent", _("Of all its rows"), "percent"),
        ),
        [
            Row((deployment, LedgerEntry.Outcome(outcome).label, number, percent(number, entries[deployment])))
            for deployment, outcome, number in sorted(troubles, key=lambda each: (-each[2], each[0], each[1]))
        ],
    )


def prompt_cache(groups: Mapping[str, Sums]) -> Table:
    measured = {version: sums for version, sums in groups.items() if sums.measured_calls}
    return Table(
        "prompts",
        _("Providers' prompt caches"),
        (
            Column("prompt_version", _("Prompt"), "text"),
            Column("calls", _("Calls measured"), "count"),
            Column("input_tokens", _("Tokens in"), "count"),
            Column("cached_tokens", _("Of them cached"), "count"),
            Column("cached_percent", _("Share cached"), "percent"),
            Column("hit_percent", _("Calls with a hit"), "percent"),
            Column("cache_write_tokens", _("Tokens written"), "count"),
        ),
        [
            Row(
                (
                    version,
                    sums.measured_calls,
                    sums.measured_input,
                    sums.measured_cached,
                    sums.measured_share_percent,
                    sums.measured_hit_percent,
                    sums.measured_written,
                )
            )
            for version, sums in sorted(measured.items(), key=lambda each: (-each[1].measured_calls, each[0]))
        ],
        note=_("Only calls whose tokens the provider itself reported."),
    )


def waits(spend: Spend) -> Table:
    return Table(
        "waits",
        _("How long answers take"),
        (
            Column("deployment", _("Model"), "text"),
            Column("answers", _("Answers"), "count"),
            Column("first_token_p50_ms", _("First word, half within"), "wait"),
            Column("first_token_p95_ms", _("First word, 95 % within"), "wait"),
            Column("p50_ms", _("Whole, half within"), "wait"),
            Column("p95_ms", _("Whole, 95 % within"), "wait"),
        ),
        [
            Row(
                (
                    deployment,
                    waits.answers,
                    waits.first_token_p50_ms,
                    waits.first_token_p95_ms,
                    waits.p50_ms,
                    waits.p95_ms,
                )
            )
            for deployment, waits in spend.waits.items()
        ],
        note=_("Completed calls, without cached answers, to within 2.5 %."),
    )


def calls(key: str, title: Words, entries: Iterable[LedgerEntry]) -> Table:
    return Table(
        key,
        title,
        CALL,
        [
            Row(
                (
                    entry.created_at,
                    entry.latency_ms,
                    None if entry.cost_micro_usd is None else entry.cost_micro_usd / MICRO,
                    f"{entry.provider}:{entry.model}",
                    entry.get_outcome_display(),
                    entry.task_type,
                    entry.purpose,
                    entry.user.email if entry.user else "–",
                    entry.input_tokens,
                    entry.output_tokens,
                ),
                url=reverse("admin:ai_routing_ledgerentry_change", args=[entry.pk]),
            )
            for entry in entries
        ],
        note=_("At most 20, at the cost written with the call."),
    )
