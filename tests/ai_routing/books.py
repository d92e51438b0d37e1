"""What is written of a creator's completions in many places, held against each other to the token and the micro-USD."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.db.models import Sum

from accounts.models import User
from ai_routing import prices
from ai_routing.catalogue import Deployment, Provider, Tier
from ai_routing.models import Cache, LedgerEntry, Step, Turn
from ai_routing.models.work import ENDED, Work
from ai_routing.prices import Tokens
from analytics.models import Event
from billing.models import Budget, BudgetPeriod, QuotaPeriod, Reservation
from content.models import Variant

NOTHING = Decimal(0)
Kind = LedgerEntry.Kind
PLENTY = Decimal(10**11)


def open_budgets(user: User) -> None:
    """Make a budget of the user and one of the platform, large enough for whatever a test does."""
    Budget.objects.create(scope=Budget.Scope.USER, user=user, period=Budget.Period.DAY, limit_micro_usd=PLENTY)
    Budget.objects.create(scope=Budget.Scope.PLATFORM, period=Budget.Period.MONTH, limit_micro_usd=PLENTY)


def assert_books_agree(user: User) -> None:
    """Hold ledger, events, rows of work, reservations, credits and budgets of a creator's ended work against each other.

    Nothing may still be set aside. Budgets must hold nothing of other users' calls.
    """
    rows = list(LedgerEntry.objects.filter(user=user).exclude(kind=Kind.CORRECTION).order_by("pk"))
    for row in rows:
        assert_row_is_sound(row)
    by_reference: dict[UUID, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        by_reference[row.reference].append(row)
    events = list(Event.objects.filter(event="ai.completion", user=user))
    assert_events_tell_the_ledger(by_reference, events)
    assert_charged_once_and_only_for_a_text(by_reference, events)
    assert_work_tells_the_ledger(user, by_reference)
    assert_credits_agree(user, rows)
    assert_money_agrees(user, rows)


def assert_row_is_sound(row: LedgerEntry) -> None:
    """Hold a row's money against its tokens and the price list."""
    deployment = Deployment(Provider(row.provider), row.model)
    day = row.created_at.date()
    used = Tokens(row.input_tokens, row.cached_tokens, row.output_tokens, row.cache_write_tokens)
    price = prices.of(deployment, on=day)
    told = f"row {row.pk}: {row.kind} {row.outcome} {row.model}"
    if row.cache != Cache.NONE:
        assert row.cost_micro_usd == 0, told
        assert row.credits == 0, told
    else:
        assert row.cost_micro_usd == (None if price is None else price.cost(used)), told
    assert row.baseline_micro_usd is None or row.baseline_micro_usd >= 0, told
    if row.baseline_micro_usd:
        baseline = prices.baseline(deployment, on=day)
        assert baseline is not None, told
        assert row.kind == Kind.CALL, told
        assert row.outcome in {"completed", "stopped"}, told
        assert row.baseline_micro_usd == baseline.cost_uncached(used), told
        # GPT-4o's cache would have known the whole prompt of an answer that is given again.
        known = used if row.cache == Cache.NONE else Tokens(used.input, used.input, used.output)
        assert row.baseline_cached_micro_usd == baseline.cost(known), told
    if row.usage_source == LedgerEntry.UsageSource.NONE:
        assert used == Tokens(), told


def assert_events_tell_the_ledger(by_reference: dict[UUID, list[LedgerEntry]], events: Iterable[Event]) -> None:
    """A completion is one event; work that was begun again after a crash has one for each time."""
    told: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        told[UUID(event.data["reference"])].append(event.data)
    assert told.keys() == by_reference.keys()
    for reference, rows in by_reference.items():
        calls = [row for row in rows if row.kind != Kind.EMBEDDING]
        data = told[reference]
        sums = {
            "input_tokens": sum(row.input_tokens for row in calls),
            "cached_tokens": sum(row.cached_tokens for row in calls),
            "output_tokens": sum(row.output_tokens for row in calls),
            "credits": sum(row.credits for row in rows),
            "attempts": len(calls),
        }
        assert {name: sum(each[name] for each in data) for name in sums} == sums, (reference, data)
        assert amount(each["cost_micro_usd"] for each in data) == amount(row.cost_micro_usd for row in rows), data
        assert amount(each["baseline_micro_usd"] for each in data) == amount(row.baseline_micro_usd for row in calls)


def amount(amounts: Iterable[Any]) -> Decimal:
    return sum((Decimal(each) for each in amounts if each is not None), NOTHING)


def assert_charged_once_and_only_for_a_text(
    by_reference: dict[UUID, list[LedgerEntry]], events: Iterable[Event]
) -> None:
    for rows in by_reference.values():
        paid = [row for row in rows if row.credits]
        answers = [row for row in rows if row.outcome in {"completed", "stopped"} and row.kind == Kind.CALL]
        assert len(paid) <= 1, paid
        assert not paid or answers, rows
        assert len([row for row in rows if row.baseline_micro_usd]) <= 1, rows
        assert not (paid and any(row.cache != Cache.NONE for row in rows)), rows
    for event in events:
        if event.data["credits"]:
            assert event.data["outcome"] in {"completed", "stopped"}, event.data
            assert event.data["cache"] == "none", event.data


def works_of(user: User) -> list[Work]:
    return [
        *Variant.objects.filter(generation__user=user),
        *Turn.objects.filter(conversation__user=user),
        *Step.objects.filter(run__user=user),
    ]


def assert_work_tells_the_ledger(user: User, by_reference: dict[UUID, list[LedgerEntry]]) -> None:
    """Rows of work say what their last completion came to; what was lost before it is in the ledger alone."""
    for work in works_of(user):
        assert work.status in ENDED, work
        rows = [row for row in by_reference.get(work.pk, []) if row.outcome != "lost"]
        calls = [row for row in rows if row.kind != Kind.EMBEDDING]
        assert (work.input_tokens, work.cached_tokens, work.output_tokens, work.credits, work.attempts) == (
            sum(row.input_tokens for row in calls),
            sum(row.cached_tokens for row in calls),
            sum(row.output_tokens for row in calls),
            sum(row.credits for row in rows),
            len(calls),
        ), work
        assert (work.cost_micro_usd or NOTHING) == amount(row.cost_micro_usd for row in rows), work
        assert work.latency_ms == sum(row.latency_ms for row in rows), work


def assert_credits_agree(user: User, rows: list[LedgerEntry]) -> None:
    charged = sum(row.credits for row in rows)
    premium = sum(row.credits for row in rows if row.tier == Tier.PREMIUM)
    reservations = Reservation.objects.filter(period__user=user)
    periods = QuotaPeriod.objects.filter(user=user)
    assert not reservations.open().exists()
    assert [(period.reserved, period.premium_reserved) for period in periods] == [(0, 0)] * len(periods)
    assert sum(period.used for period in periods) == charged
    assert sum(period.premium_used for period in periods) == premium
    assert sum(reservation.charged for reservation in reservations) == charged


def assert_money_agrees(user: User, rows: list[LedgerEntry]) -> None:
    """What was spent is what the ledger's rows come to, in every budget that was there from the beginning."""
    spent = amount(row.cost_micro_usd for row in rows)
    told = Reservation.objects.filter(period__user=user).aggregate(sum=Sum("charged_micro_usd"))["sum"] or NOTHING
    assert told == spent
    for budget in Budget.objects.all():
        periods = list(BudgetPeriod.objects.filter(budget=budget))
        assert sum((period.reserved_micro_usd for period in periods), NOTHING) == 0, budget
        if not periods:
            assert not Reservation.objects.filter(period__user=user).exists(), budget
            continue
        assert sum((period.spent_micro_usd for period in periods), NOTHING) == spent, budget


def wait_until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Wait for what another thread or process writes."""
    give_up_at = monotonic() + seconds
    while not condition():
        assert monotonic() < give_up_at, f"not within {seconds} s"
        sleep(0.02)
