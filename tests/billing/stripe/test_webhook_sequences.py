"""Whatever happened and whatever of it arrives, in whatever order, how often and how late: it ends in what Stripe holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.models import Event as AnalyticsEvent
from billing import quota, stripe_events
from billing.models import Subscription, WebhookEvent
from billing.plans import PLANS
from tests.billing.crowd import all_at_once
from tests.billing.stripe.lives import FAMILIES, STEPS, Life
from tests.billing.stripe.paying import post, work
from tests.conftest import person
from tests.fakes.stripe_account import Account

MOST: Final = 4
LATER: Final = timedelta(hours=2)

Step = Callable[[Life], None]
TALES: Final[list[list[Step]]] = [
    [Life.buy, Life.upgrade, Life.get_money_back],
    [Life.buy, Life.dispute, Life.cancel_now],
    [Life.begin_trial, Life.cancel_later, Life.be_deleted],
    [Life.buy, Life.miss_a_renewal],
    [Life.be_declined],
    [Life.buy, Life.be_deleted],
]
KINDS: Final = {
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
    "payment_intent.payment_failed",
    "charge.refunded",
    "charge.dispute.created",
    "customer.deleted",
}
numbers = itertools.count()
lives = st.lists(st.sampled_from(STEPS), min_size=1, max_size=4)
FEW: Final = settings(
    max_examples=18,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def new_life(account: Account) -> Life:
    return Life(account, person(f"life{next(numbers)}@example.org"))


def is_given_once(life: Life) -> None:
    """Do everything once more: nothing changes, and nothing is recorded again."""
    changes = AnalyticsEvent.objects.filter(event="subscription.changed", user=life.user)
    before, rows = changes.count(), list(Subscription.objects.filter(user=life.user).values())
    period = quota.current_period(life.user, now=timezone.now())
    for row in WebhookEvent.objects.order_by("-pk"):
        stripe_events.again(row.pk, now=timezone.now())
    work()
    assert not WebhookEvent.objects.filter(processed_at=None).exists()
    assert (changes.count(), list(Subscription.objects.filter(user=life.user).values())) == (before, rows)
    again = quota.current_period(life.user, now=timezone.now())
    assert (again.pk, again.credit_limit) == (period.pk, PLANS[life.tier()].credits)


@contextmanager
def undone(account: Account) -> Iterator[None]:
    """Leave neither rows nor anything at Stripe behind."""
    with account.server.lock:
        kept = account.server.world.snapshot()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with account.server.lock:
        account.server.world.restore(kept)


# To find the shortest of what breaks it takes longer than to find that nothing does.
@pytest.mark.timeout(300)
@pytest.mark.django_db
@FEW
@given(steps=lives, data=st.data())
def test_any_four_events_in_any_order_end_in_what_stripe_holds(account: Account, steps: list[Step], data: Any) -> None:
    with undone(account):
        life = new_life(account)
        happened: list[dict[str, Any]] = []
        for step in steps:
            if happened and data.draw(st.booleans(), label="one comes before the next step"):
                post(data.draw(st.sampled_from(happened)))
                if data.draw(st.booleans(), label="and is done"):
                    work()
            step(life)
            happened += life.told()
        # What was done before the last step cannot know of it: one at least is still to come, or to be done.
        done = set(WebhookEvent.objects.exclude(processed_at=None).values_list("event_id", flat=True))
        fresh = [event for event in happened if event["id"] not in done]
        assume(fresh)
        others = data.draw(st.lists(st.sampled_from(happened), max_size=MOST - 1), label="come, some twice")
        for event in data.draw(st.permutations([*others, data.draw(st.sampled_from(fresh))]), label="in this order"):
            assert post(event) == 200
            if data.draw(st.booleans(), label="is done before the next comes"):
                work()
        work(LATER)

        life.assert_as_stripe_holds()
        is_given_once(life)


@pytest.mark.django_db
def test_each_kind_of_event_is_enough_on_its_own(account: Account) -> None:
    seen: set[str] = set()
    for steps in TALES:
        with undone(account):
            life = new_life(account)
            for step in steps:
                step(life)
            for kind, event in {event["type"]: event for event in life.told()}.items():
                seen.add(kind)
                with transaction.atomic():
                    assert post(event) == 200
                    work()
                    assert WebhookEvent.objects.get().processed_at is not None
                    life.assert_as_stripe_holds()
                    transaction.set_rollback(True)
    assert seen >= KINDS
    assert all(any(kind.startswith(family) for kind in seen) for family in FAMILIES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("steps", TALES[:4], ids=lambda steps: "-".join(step.__name__ for step in steps))
def test_eight_deliveries_at_once_end_in_what_stripe_holds(account: Account, steps: list[Step]) -> None:
    life = new_life(account)
    for step in steps:
        step(life)
    last, *others = life.told()[::-1]
    chosen = [last, *others[:3]]

    def deliver(event: dict[str, Any]) -> int:
        status = post(event)
        work()
        return status

    assert all_at_once([partial(deliver, event) for event in chosen * 2]) == [200] * len(chosen * 2)
    # What one kept another from is made up for by the sweep.
    work(LATER)
    assert WebhookEvent.objects.count() == len(chosen)
    life.assert_as_stripe_holds()
    is_given_once(life)
