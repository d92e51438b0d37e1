"""What the sweep does with variants that a dead worker, or a lost message, left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import completion, leases
from ai_routing.jobs import Route
from ai_routing.models import LedgerEntry
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from analytics.models import Event
from billing.models import QuotaPeriod, Reservation
from content import brief, ending, generation, sweep, writer
from content.models import Generation, IdempotencyKey, Variant
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def variant(alice: User, provider: OpenAIServer) -> Variant:
    generation.request(alice, brief.Brief(prompt="Rain"), now=timezone.now())
    return Variant.objects.select_related("generation").get()


def test_what_is_fresh_is_left_alone(variant: Variant) -> None:
    assert sweep.stuck(now=variant.queued_at + leases.PATIENCE) == []
    writer.claim(variant.pk, now=variant.queued_at)
    assert sweep.stuck(now=variant.queued_at + leases.LEASE) == []


def test_a_lost_message_is_sent_again_but_not_at_every_sweep(variant: Variant) -> None:
    later = variant.queued_at + leases.PATIENCE + SECOND

    assert sweep.stuck(now=later) == [variant.pk]
    assert sweep.stuck(now=later + SECOND) == []


def test_a_dead_workers_variant_goes_back_to_the_queue_and_the_ledger_says_so(variant: Variant) -> None:
    writer.claim(variant.pk, now=variant.queued_at)

    assert sweep.stuck(now=variant.queued_at + leases.LEASE + SECOND) == [variant.pk]

    variant.refresh_from_db()
    assert variant.status == Status.QUEUED
    assert variant.claim == 1
    entry = LedgerEntry.objects.get()
    assert (entry.outcome, entry.credits, entry.output_tokens) == ("lost", 0, 0)


def test_after_three_dead_workers_it_is_given_up_and_released(variant: Variant) -> None:
    now = variant.queued_at
    for _ in range(leases.MOST_CLAIMS - 1):
        writer.claim(variant.pk, now=now)
        now += leases.LEASE + SECOND
        assert sweep.stuck(now=now) == [variant.pk]
    writer.claim(variant.pk, now=now)

    assert sweep.stuck(now=now + leases.LEASE + SECOND) == []

    variant.refresh_from_db()
    assert (variant.status, variant.error_code) == (Status.FAILED, "ai_unavailable")
    assert Generation.objects.get().status == Status.FAILED
    # What the calls took is not known: budgets count what was set aside for them.
    assert (Reservation.objects.get().state, Reservation.objects.get().charged) == (Reservation.State.SETTLED, 0)
    assert QuotaPeriod.objects.get().reserved == 0
    assert Event.objects.filter(event="generation.finished").count() == 1


def test_what_nobody_takes_for_ten_minutes_is_given_up(variant: Variant) -> None:
    assert sweep.stuck(now=variant.queued_at + leases.OLDEST + SECOND) == []

    variant.refresh_from_db()
    assert variant.status == Status.FAILED


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(variant: Variant) -> None:
    stalled = writer.claim(variant.pk, now=variant.queued_at)
    assert stalled is not None
    sweep.stuck(now=variant.queued_at + leases.LEASE + SECOND)
    writer.write(variant.pk)
    settled = Variant.objects.get()
    assert settled.status == Status.DONE
    job = brief.job(settled.generation.user, settled.generation)
    route = Route.from_json(settled.generation.decision)
    late = completion.run(job, route, sink=writer.Desk(stalled, Publisher("late")), stop_requested=bool)

    ending.end(stalled, job, route, late, now=timezone.now())

    assert Variant.objects.values().get() == Variant.objects.filter(body=settled.body).values().get()
    assert QuotaPeriod.objects.get().used == 1
    assert sum(entry.credits for entry in LedgerEntry.objects.all()) == 1
    assert LedgerEntry.objects.filter(outcome="completed").count() == 2


def test_a_second_worker_finds_nothing_to_claim(variant: Variant) -> None:
    assert writer.claim(variant.pk, now=variant.queued_at) is not None
    assert writer.claim(variant.pk, now=variant.queued_at) is None


def test_a_variant_that_cannot_be_sorted_out_does_not_hold_up_those_behind_it(
    alice: User, provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation.request(alice, brief.Brief(prompt="Rain", variants=2), now=timezone.now())
    first, second = Variant.objects.order_by("queued_at", "pk")
    for variant in (first, second):
        writer.claim(variant.pk, now=variant.queued_at)
    job = brief.job

    def failing(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(brief, "job", job)
        raise ValueError("this one cannot be read")

    monkeypatch.setattr(brief, "job", failing)

    assert sweep.stuck(now=first.queued_at + leases.LEASE + SECOND) == [second.pk]

    assert Variant.objects.get(pk=first.pk).status == Status.WRITING
    assert Variant.objects.get(pk=second.pk).status == Status.QUEUED


def test_the_quota_is_locked_only_when_all_else_is_written(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    settle = completion.settle
    before: list[tuple[str, int]] = []

    def late(*arguments: Any, **named: Any) -> Any:
        written = Generation.objects.get()
        before.append((written.status, Event.objects.filter(event="generation.finished").count()))
        return settle(*arguments, **named)

    monkeypatch.setattr(completion, "settle", late)

    writer.write(variant.pk)

    assert before == [("done", 1)]


def test_a_stop_before_any_word_charges_nothing(alice: User, variant: Variant) -> None:
    generation.stop(variant.generation, now=timezone.now())

    writer.write(variant.pk)

    variant.refresh_from_db()
    assert variant.status == Status.STOPPED
    assert variant.body == ""
    assert QuotaPeriod.objects.get().used == QuotaPeriod.objects.get().reserved == 0


def test_keys_are_forgotten_after_a_day(alice: User, variant: Variant) -> None:
    now = timezone.now()
    for hours in (23, 25):
        IdempotencyKey.objects.create(
            user=alice,
            key=f"k{hours}",
            request_hash=b"",
            generation=variant.generation,
            created_at=now - timedelta(hours=hours),
            locked_until=now,
        )

    assert sweep.forget_keys(now=now) == 1
    assert IdempotencyKey.objects.get().key == "k23"
