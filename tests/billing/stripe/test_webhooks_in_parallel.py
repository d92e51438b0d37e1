"""Webhooks at once: the customer's lock lets nobody write what was true a moment ago."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from djstripe.models import Event

from accounts.models import Tier
from analytics.models import Event as AnalyticsEvent
from billing.models import Subscription
from tests.billing.crowd import all_at_once, at_once
from tests.billing.stripe.paying import Payer, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_deliveries_of_one_event_do_its_work_once(payer: Payer) -> None:
    payer.subscribe()
    event = next(one for one in payer.events() if one["type"] == "customer.subscription.created")

    assert at_once(lambda: send(event), times=8) == [200] * 8
    assert Event.objects.count() == 1
    assert AnalyticsEvent.objects.filter(event="subscription.changed").count() == 1
    assert payer.tier() == "pro"


def test_events_at_once_end_in_what_stripe_holds(payer: Payer) -> None:
    made = payer.subscribe(Tier.PRO)
    payer.v1.subscriptions.cancel(made.id)
    events = [one for one in payer.events() if one["type"].startswith("customer.subscription.")]

    statuses = all_at_once([lambda event=event: send(event) for event in events * 2])  # type: ignore[misc]
    assert set(statuses) == {200}
    assert payer.tier() == "free"
    assert Subscription.objects.get(user=payer.user).status == "canceled"


def test_who_read_before_a_change_does_not_write_after_it(payer: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lost update: one reads "active", Stripe changes, another reads and writes "canceled", the first one writes."""
    made = payer.subscribe(Tier.PRO)
    happened = {one["type"]: one for one in payer.events()}
    send(happened["customer.subscription.created"])
    server = payer.account.server
    find = type(server.world).all
    slow = [True]

    def late(world: Any, kind: str, **wanted: Any) -> Any:
        found = find(world, kind, **wanted)
        if kind == "subscription" and slow and slow.pop():
            # The answer was made, and is long on its way; meanwhile others are served.
            found = iter(copy.deepcopy(list(found)))
            server.lock.release()
            try:
                time.sleep(1.5)
            finally:
                server.lock.acquire()
        return found

    monkeypatch.setattr(type(server.world), "all", late)

    def cancel_and_tell() -> int:
        time.sleep(0.5)
        payer.v1.subscriptions.cancel(made.id)
        ended = next(one for one in payer.events() if one["type"] == "customer.subscription.deleted")
        return send(ended)

    assert all_at_once([lambda: send(happened["invoice.paid"]), cancel_and_tell]) == [200, 200]
    assert Subscription.objects.get(user=payer.user).status == "canceled"
    assert payer.tier() == "free"
