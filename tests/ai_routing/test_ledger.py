"""What a completion leaves behind: a ledger row for each attempt, an event and a bill that agree, and no way to change them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from ai_routing import completion, tokens
from ai_routing.jobs import Job
from ai_routing.ledger import Bill
from ai_routing.models import Cache, LedgerEntry, PromptRecord
from ai_routing.prices import Tokens
from analytics.models import Event
from billing.models import QuotaPeriod
from tests.ai_routing import door, sample
from tests.fakes.openai_server import Fault, OpenAIServer


def test_the_ledger_has_a_row_for_each_attempt(job: Job, alice: User, provider: OpenAIServer) -> None:
    provider.script(Fault.RATE_LIMITED, retry_after=0.01)
    provider.script(Fault.BAD_KEY)

    done, _ = door.through(job)

    entries = door.rows()
    assert [entry.attempt for entry in entries] == [1, 2, 3]
    assert [(entry.provider, entry.outcome) for entry in entries] == [
        ("azure", "rate_limited"),
        ("azure", "misconfigured"),
        ("openai", "completed"),
    ]
    for entry, attempt, request in zip(entries, done.attempts, provider.requests, strict=True):
        assert entry.user == alice
        assert entry.created_at == door.NOW
        assert (entry.purpose, entry.task_type, entry.tier) == ("content", "marketing_template", "economy")
        assert (entry.complexity, entry.critical) == (2, False)
        route = completion.route(job)
        assert entry.reason == f"{route.reason} {route.explanation}"
        assert entry.prompt_version == "writer.en.v1"
        assert entry.model == "gpt-4o-mini"
        assert entry.provider_request_id == request.id
        assert entry.usage_source == attempt.usage_source
        assert (entry.first_token_ms, entry.latency_ms) == (attempt.first_token_ms, attempt.latency_ms)


def test_a_row_costs_what_its_tokens_cost_and_the_baselines_are_gpt_4o_s(job: Job) -> None:
    door.through(job)
    door.through(job)

    _, row = door.rows()
    fresh = row.input_tokens - row.cached_tokens
    assert row.cached_tokens >= 1_024
    assert row.cost_micro_usd == (
        fresh * Decimal("0.15") + row.cached_tokens * Decimal("0.075") + row.output_tokens * Decimal("0.60")
    )
    assert row.baseline_micro_usd == row.input_tokens * Decimal("2.5") + row.output_tokens * 10
    assert row.baseline_cached_micro_usd == (
        fresh * Decimal("2.5") + row.cached_tokens * Decimal("1.25") + row.output_tokens * 10
    )


@pytest.mark.parametrize("fault", [None, Fault.CUT_MID_STREAM, Fault.PROMPT_FILTERED, Fault.MISSING_USAGE])
def test_the_event_and_the_bill_equal_the_ledger(fault: Fault | None, job: Job, provider: OpenAIServer) -> None:
    provider.script(fault)
    reference = uuid4()

    _, bill = door.through(job, reference=reference)

    entries = door.rows()
    assert {entry.reference for entry in entries} == {reference}
    used = Tokens(
        input=sum(entry.input_tokens for entry in entries),
        cached=sum(entry.cached_tokens for entry in entries),
        output=sum(entry.output_tokens for entry in entries),
    )
    cost = sum((entry.cost_micro_usd or Decimal(0) for entry in entries), Decimal(0))
    assert bill == Bill(
        model=entries[-1].model,
        tokens=used,
        cost_micro_usd=cost,
        baseline_micro_usd=entries[-1].baseline_micro_usd,
        credits=sum(entry.credits for entry in entries),
        latency_ms=sum(entry.latency_ms for entry in entries),
        attempts=len(entries),
        cache=Cache.NONE,
        escalated=False,
    )
    data = door.event_data()
    assert Decimal(data.pop("cost_micro_usd")) == cost
    assert Decimal(data.pop("baseline_micro_usd")) == entries[-1].baseline_micro_usd
    assert data == {
        "purpose": "content",
        "reference": str(reference),
        "task_type": "marketing_template",
        "tier": "economy",
        "model": "gpt-4o-mini",
        "outcome": entries[-1].outcome,
        "cache": "none",
        "escalated": False,
        "attempts": len(entries),
        "input_tokens": used.input,
        "cached_tokens": used.cached,
        "output_tokens": used.output,
        "credits": bill.credits,
        "plan": "pro",
    }
    assert Event.objects.get(event="ai.completion").created_at == door.NOW


def test_tokens_that_the_provider_does_not_report_are_counted_and_said_to_be(job: Job, provider: OpenAIServer) -> None:
    provider.script(Fault.MISSING_USAGE)

    done, bill = door.through(job)

    [entry] = door.rows()
    assert entry.usage_source == "counted"
    assert entry.input_tokens == tokens.in_messages(job.prompt.messages)
    assert entry.output_tokens == tokens.in_text(done.last.text)
    assert bill.credits == 1


def test_a_model_without_a_price_is_charged_the_least_and_its_cost_is_not_known(job: Job, settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["openai:house-model"]
    with OpenAIServer(models=["house-model"]) as house:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = house.url, house.api_key
        _, bill = door.through(job)

    [entry] = door.rows()
    assert (entry.cost_micro_usd, entry.baseline_micro_usd, entry.baseline_cached_micro_usd) == (None, None, None)
    assert (bill.cost_micro_usd, bill.baseline_micro_usd, bill.credits) == (None, None, 1)
    assert door.event_data()["baseline_micro_usd"] is None


def test_the_local_model_is_free_takes_a_credit_and_saves_nothing(alice: User, settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["local:smollm2-135m"]
    job = sample.job(alice)
    with OpenAIServer(api_key="not-needed", models=["smollm2-135m"]) as local:
        settings.LOCAL_MODEL_URL = local.url
        _, bill = door.through(job)

    [entry] = door.rows()
    assert (entry.cost_micro_usd, entry.baseline_micro_usd, entry.credits) == (Decimal(0), None, 1)
    assert entry.prompt_version == "demonstration.v1"
    assert (bill.cost_micro_usd, bill.baseline_micro_usd, bill.credits) == (Decimal(0), None, 1)


def test_a_call_that_died_with_its_worker_is_told_and_not_charged(critical_job: Job, alice: User) -> None:
    route = completion.route(critical_job)
    reservation = completion.admit(critical_job, route, now=door.NOW)

    completion.lost(critical_job, route, reference=uuid4(), now=door.NOW)

    [entry] = door.rows()
    assert (entry.outcome, entry.provider, entry.model) == ("lost", "azure", "gpt-4o")
    assert (entry.usage_source, entry.input_tokens, entry.output_tokens) == ("none", 0, 0)
    assert (entry.credits, entry.cost_micro_usd, entry.prompt_version) == (0, Decimal(0), "writer.en.v1")
    assert (entry.tier, entry.critical) == ("premium", True)
    data = door.event_data()
    assert (data["outcome"], data["attempts"], data["credits"]) == ("lost", 1, 0)
    # The next worker goes on with the same reservation.
    assert door.counters(alice) == (0, reservation.credits, 0, reservation.credits)


@pytest.fixture
def entry(job: Job) -> LedgerEntry:
    door.through(job)
    return LedgerEntry.objects.get()


def change_by_queryset(entry: LedgerEntry) -> None:
    LedgerEntry.objects.filter(pk=entry.pk).update(credits=0)


def change_by_saving(entry: LedgerEntry) -> None:
    entry.cost_micro_usd = Decimal(0)
    entry.save()


def change_by_sql(entry: LedgerEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ai_routing_ledgerentry SET outcome = 'lost' WHERE id = %s", [entry.pk])


def delete_by_queryset(entry: LedgerEntry) -> None:
    LedgerEntry.objects.filter(pk=entry.pk).delete()


def delete_by_instance(entry: LedgerEntry) -> None:
    LedgerEntry(pk=entry.pk).delete()


def delete_by_sql(entry: LedgerEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ai_routing_ledgerentry WHERE id = %s", [entry.pk])


@pytest.mark.parametrize(
    "attempt",
    [change_by_queryset, change_by_saving, change_by_sql, delete_by_queryset, delete_by_instance, delete_by_sql],
)
def test_the_database_refuses_to_change_or_delete_a_row(
    attempt: Callable[[LedgerEntry], None], entry: LedgerEntry
) -> None:
    before = LedgerEntry.objects.values().get(pk=entry.pk)

    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        attempt(entry)

    assert LedgerEntry.objects.values().get(pk=entry.pk) == before


def test_a_person_with_ledger_rows_cannot_be_deleted_from_under_them(entry: LedgerEntry, alice: User) -> None:
    # Other rows would hold the person, too.
    QuotaPeriod.objects.filter(user=alice).delete()
    PromptRecord.objects.filter(user=alice).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        with pytest.raises(IntegrityError, match="ledgerentry"), transaction.atomic():
            cursor.execute("DELETE FROM users WHERE id = %s", [alice.pk])


def test_the_database_refuses_more_cached_tokens_than_input(entry: LedgerEntry) -> None:
    copy = LedgerEntry.objects.get(pk=entry.pk)
    copy.pk = None
    copy.cached_tokens = copy.input_tokens + 1

    with pytest.raises(DatabaseError, match="ledger_cached_within_input"), transaction.atomic():
        copy.save(force_insert=True)
