"""Every figure of the report on a ledger that can be added up by hand: tests/ai_routing/reports/ledger_rows.py."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ai_routing.models import LedgerEntry
from ai_routing.reports import calls, people, spend
from ai_routing.reports.days import By
from ai_routing.reports.period import Period
from ai_routing.reports.spend import Spend
from ai_routing.reports.sums import Sums
from tests.ai_routing.reports.ledger_rows import BOTH, FIRST, NOW, SECOND, correct, escalated, row, small_ledger
from tests.conftest import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(alice: User, bob: User) -> None:
    small_ledger(alice, bob)


def found(period: Period = BOTH) -> Spend:
    return spend.of(period, now=NOW)


def counts(sums: Sums) -> tuple[int, int, int, int]:
    return sums.requests, sums.calls, sums.answers, sums.hits


def test_the_counts(ledger: None) -> None:
    total = found().total

    # Alice: an answer, an escalated one, one from the cache. Bob: one from the cache, one filtered, one after a refusal,
    # one without a price, one of the demonstration model, one that nobody could be asked.
    assert total.requests == 9
    assert total.calls == 9, "with the embedding and the draft, without the cached and the one that was not asked"
    assert total.answers == 7
    assert (total.exact_hits, total.semantic_hits, total.hits) == (1, 1, 2)
    assert total.hit_percent == Decimal(200) / 9
    assert (total.filtered, total.errors) == (1, 1)


def test_the_money_counts_corrections_and_both_baselines(ledger: None) -> None:
    total = found().total

    assert total.cost == 100 + 20 + 50 + 3_000 + 1 + 10
    assert (total.corrections, int(total.corrections_cost)) == (1, 20)
    assert total.baseline == 2_000 + 3_000 + 1_000 + 500 + 200
    assert total.baseline_cached == 1_500 + 2_500 + 900 + 400 + 150
    assert total.cost_usd == Decimal("0.003181")
    assert total.saved_usd == Decimal("0.003519")
    assert total.saved_cached_usd == Decimal("0.002269")
    assert total.saved_percent == Decimal(351_900) / 6_700
    assert total.saved_cached_percent == Decimal(226_900) / 5_450


def test_escalations_and_what_they_cost(ledger: None) -> None:
    report = found()

    assert (report.escalations, int(report.escalations_cost)) == (1, 3_000)
    assert (report.total.drafts, int(report.total.drafts_cost)) == (1, 50)
    assert report.escalated_percent == Decimal(100) / 9


def test_a_repair_by_the_same_model_is_no_escalation(alice: User) -> None:
    first = row(alice, kind="draft", faults=["schema"], money=(5, 0, 0))
    row(alice, reference=first.reference, attempt=2, money=(5, 100, 100))

    assert (found().escalations, found().total.drafts) == (0, 1)


def test_an_escalation_that_failed_is_one(alice: User) -> None:
    kept = row(alice, faults=["too_long"], money=(5, 100, 100))
    row(alice, reference=kept.reference, attempt=2, model="gpt-4o", outcome="unavailable")

    assert (found().escalations, int(found().escalations_cost), found().total.drafts) == (1, 0, 0)


def test_an_escalation_after_a_repair_counts_once(alice: User) -> None:
    first = row(alice, kind="draft", faults=["schema"], money=(5, 0, 0))
    row(alice, reference=first.reference, attempt=2, kind="draft", faults=["schema"], money=(6, 0, 0))
    row(alice, reference=first.reference, attempt=3, model="gpt-4o", money=(70, 100, 100))

    assert (found().escalations, int(found().escalations_cost), int(found().total.drafts_cost)) == (1, 70, 11)


def test_by_day(ledger: None) -> None:
    by_day = found().by_day

    assert list(by_day) == [FIRST.date(), SECOND.date()]
    assert counts(by_day[FIRST.date()]) == (6, 7, 6, 1)
    assert counts(by_day[SECOND.date()]) == (3, 2, 1, 1)
    assert [by_day[day].cost for day in by_day] == [3_160, 21], "the correction counts on its own day"


def test_by_model_task_plan_and_purpose(ledger: None) -> None:
    by = found().by

    assert {name: (sums.calls, int(sums.cost), int(sums.baseline)) for name, sums in by[By.MODEL].items()} == {
        "openai:gpt-4o-mini": (4, 180, 3_700),
        "openai:gpt-4o": (1, 3_000, 3_000),
        "openai:text-embedding-3-small": (1, 1, 0),
        "azure:gpt-4o-mini": (1, 0, 0),
        "openai:llama3.2": (1, 0, 0),
        "local:smollm2-135m": (1, 0, 0),
    }
    assert {name: (sums.requests, int(sums.cost)) for name, sums in by[By.TASK].items()} == {
        "chatbot": (1, 120),
        "marketing_template": (8, 3_061),
    }
    assert {name: (sums.requests, int(sums.cost)) for name, sums in by[By.PLAN].items()} == {
        "pro": (3, 3_171),
        "free": (6, 10),
    }
    assert {name: sums.cost for name, sums in by[By.PURPOSE].items()} == {"assistant": 120, "content": 3_061}


def test_a_saving_that_compares_with_nothing_is_none(ledger: None) -> None:
    local = found().by[By.MODEL]["local:smollm2-135m"]

    assert local.cost_usd == 0
    assert (local.saved_usd, local.saved_percent, local.saved_cached_percent, local.baseline_usd) == (None,) * 4


def test_an_unknown_price_is_told_and_is_not_0(ledger: None) -> None:
    report = found()

    assert (report.total.unpriced, report.total.calls) == (1, 9)
    assert report.total.cost_is_known
    assert not report.by[By.MODEL]["openai:llama3.2"].cost_is_known
    assert report.by[By.MODEL]["openai:gpt-4o"].unpriced == 0
    assert [sums.unpriced for sums in report.by_day.values()] == [1, 0]
    assert report.by[By.PLAN]["free"].unpriced == report.by[By.TASK]["marketing_template"].unpriced == 1


def test_a_price_that_came_later_makes_a_cost_known(ledger: None) -> None:
    unpriced = LedgerEntry.objects.get(model="llama3.2")
    correct(unpriced, money=(7, 300, 300), created_at=SECOND)

    assert (found().total.unpriced, int(found().total.cost)) == (0, 3_188)
    on_its_own_day = found(Period(FIRST.date(), FIRST.date()))
    assert (on_its_own_day.total.unpriced, int(on_its_own_day.total.cost)) == (1, 3_160)


def test_how_calls_ended(ledger: None) -> None:
    troubles = {ended: number for ended, number in found().outcomes.items() if ended[1] != "completed"}

    assert troubles == {
        ("openai:gpt-4o-mini", "content_filter"): 1,
        ("azure:gpt-4o-mini", "rate_limited"): 1,
        ("openai:gpt-4o-mini", "circuit_open"): 1,
    }
    assert found().outcomes["openai:gpt-4o-mini", "completed"] == 5


def test_what_providers_caches_gave_by_prompt(ledger: None) -> None:
    by = found().by[By.PROMPT]
    chat, writer = by["conversation.en.v1"], by["writer.en.v1"]

    assert (chat.measured_calls, chat.measured_input, chat.measured_cached) == (1, 1_000, 600)
    assert [chat.measured_share_percent, chat.measured_hit_percent, chat.measured_written] == [60, 100, 0]
    # The draft, the stronger model's answer, the filtered call and the one after a refusal.
    assert (writer.measured_calls, writer.measured_input, writer.measured_cached) == (4, 3_100, 1_000)
    assert [writer.measured_hits, writer.measured_hit_percent, writer.measured_written] == [1, 25, 800]


def test_how_long_answers_take(ledger: None) -> None:
    waits = found().waits

    assert waits["openai:gpt-4o"].answers == 1
    mini = waits["openai:gpt-4o-mini"]
    assert mini.answers == 3
    assert mini.p50_ms == pytest.approx(1_000, rel=0.025)
    assert mini.p95_ms == pytest.approx(2_000, rel=0.025)
    assert mini.first_token_p50_ms == pytest.approx(200, rel=0.025)
    assert mini.first_token_p95_ms == pytest.approx(400, rel=0.025)
    assert waits["openai:llama3.2"].first_token_p50_ms is None


def test_the_slowest_and_the_dearest_calls(ledger: None) -> None:
    report = found()
    slowest, dearest = calls.rows(report.slowest, report.dearest)

    assert [(entry.model, entry.latency_ms) for entry in slowest[:3]] == [
        ("llama3.2", 9_000),
        ("gpt-4o", 4_000),
        ("gpt-4o-mini", 2_000),
    ]
    assert [entry.cost_micro_usd for entry in dearest[:4]] == [3_000, 100, 50, 10]
    assert all(entry.cache == "none" and entry.kind != "correction" for entry in [*slowest, *dearest])


def test_of_many_only_twenty_are_told(alice: User) -> None:
    for number in range(30):
        row(alice, created_at=(FIRST, SECOND)[number % 2], money=(number, 0, 0), latency_ms=1_000 - number)

    report = found()

    assert [rank.cost for rank in report.dearest] == [Decimal(number) for number in range(29, 9, -1)]
    assert [rank.latency_ms for rank in report.slowest] == [1_000 - number for number in range(20)]


def test_who_costs_most(ledger: None, alice: User, bob: User) -> None:
    assert [(one.email, one.plan, one.requests, one.cost, one.baseline) for one in people.dearest(BOTH)] == [
        ("alice@example.org", "pro", 3, Decimal(3_170), Decimal(6_000)),
        ("bob@example.org", "free", 6, Decimal(11), Decimal(700)),
    ]


def test_of_many_users_fifty_are_told(alice: User) -> None:
    for number in range(52):
        row(person(f"creator{number}@example.org"), money=(number, 0, 0))
    row(alice, money=(None, None, None))

    found = people.dearest(BOTH)

    assert len(found) == 50
    assert found[0].cost == 51
    assert alice.email not in {one.email for one in found}, "what is not known comes last"


def test_what_lies_outside_does_not_count(ledger: None, alice: User) -> None:
    row(alice, money=(9_999, 0, 0), created_at=BOTH.start - timedelta(microseconds=1))
    row(alice, money=(9_999, 0, 0), created_at=BOTH.end)

    assert found().total.cost == 3_181


def test_nothing_at_all(db: None) -> None:
    report = found()

    assert (report.total.calls, report.total.hit_percent, report.escalated_percent) == (0, None, None)
    assert report.total.cost_is_known
    assert report.total.saved_percent is None
    assert people.dearest(BOTH) == []
    assert calls.rows(report.slowest, report.dearest) == [[], []]


def test_the_parts_add_up_to_the_whole(ledger: None, alice: User) -> None:
    for _ in range(3):
        escalated(alice)
    report = found()

    by_day: list[Sums] = list(report.by_day.values())
    for groups in (by_day, *[list(found.values()) for found in report.by.values()]):
        for name in ("requests", "calls", "answers", "cost", "baseline", "baseline_cached", "unpriced", "corrections"):
            assert sum(getattr(sums, name) for sums in groups) == getattr(report.total, name), name


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(rows: int, alice: User) -> None:
    for number in range(rows):
        row(alice, model=f"model-{number}", task_type=f"task-{number}", money=(number, 1, 1))

    with CaptureQueriesContext(connection) as asked:
        report = found()
        calls.rows(report.slowest, report.dearest)
        people.dearest(BOTH)

    assert len(asked) == 8


def test_the_figures_of_a_report_are_those_of_the_rows(ledger: None) -> None:
    """The sums of the ledger, by the ORM and without any grouping, are the totals."""
    rows: list[Any] = list(LedgerEntry.objects.all())

    assert found().total.cost == sum(entry.cost_micro_usd or 0 for entry in rows)
    assert found().total.answers == sum(entry.is_answer for entry in rows if entry.kind == "call")
