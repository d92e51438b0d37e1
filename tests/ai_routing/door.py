"""Take a job through the door to the models, in the three steps of its callers, and look at what it left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from ai_routing import completion
from ai_routing.completion import Completion
from ai_routing.jobs import Job
from ai_routing.ledger import Bill
from ai_routing.models import LedgerEntry
from analytics.models import Event
from billing.models import QuotaPeriod
from tests.ai_routing import sample
from tests.ai_routing.sample import Page

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def through(
    job: Job,
    *,
    page: Page | None = None,
    stop_requested: Callable[[], bool] = sample.never,
    reference: UUID | None = None,
) -> tuple[Completion, Bill]:
    route = completion.route(job)
    with transaction.atomic():
        reservation = completion.admit(job, route, now=NOW)
    done = completion.run(job, route, sink=page or Page(), stop_requested=stop_requested)
    with transaction.atomic():
        bill = completion.settle(
            job, route, done, reservation_id=reservation.pk, reference=reference or uuid4(), now=NOW
        )
    return done, bill


def rows() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.order_by("pk"))


def event_data() -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.get(event="ai.completion").data
    return data


def counters(user: User) -> tuple[int, int, int, int]:
    """Return what is used and reserved of the creator's credits, and the same of those for premium models."""
    period = QuotaPeriod.objects.get(user=user)
    return period.used, period.reserved, period.premium_used, period.premium_reserved
