"""Webhooks end in the state that Stripe holds, whoever sends what, how often, and in which order."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from djstripe.models import Event, WebhookEndpoint
from djstripe.models import Subscription as Mirrored

from accounts.models import Tier
from analytics.models import Event as AnalyticsEvent
from billing import stripe_events, stripe_mirror, subscriptions
from billing.models import Subscription, WebhookEvent
from devstack.stripe_server import delivery
from tests.billing.stripe.paying import SECRET, Payer, send, work

pytestmark = pytest.mark.django_db


def test_a_subscription_gives_its_tier_and_its_end_takes_it_away(payer: Payer) -> None:
    made = payer.subscribe(Tier.PRO)
    assert set(payer.deliver()) == {200}

    row = Subscription.objects.get(user=payer.user)
    assert (row.stripe_id, row.status, row.plan, row.interval, row.currency) == (
        made.id,
        "active",
        "pro",
        "month",
        "eur",
    )
    assert payer.tier() == "pro"
    payer.v1.subscriptions.cancel(made.id)
    payer.deliver()
    assert payer.tier() == "free"
    row.refresh_from_db()
    assert (row.status, row.plan) == ("canceled", "pro")
    told = AnalyticsEvent.objects.filter(event="subscription.changed").order_by("created_at", "pk")
    assert [(one.data["plan_before"], one.data["plan"]) for one in told] == [("free", "pro"), ("pro", "free")]


def test_an_upgrade_counts_at_once(payer: Payer) -> None:
    made = payer.subscribe(Tier.STARTER)
    payer.deliver()
    item = made["items"].data[0].id
    payer.v1.subscriptions.update(made.id, {"items": [{"id": item, "price": payer.price(Tier.SCALE, 9900).id}]})
    payer.deliver()

    assert payer.tier() == "scale"


@pytest.mark.parametrize("order", ["backwards", "twice", "the last alone"])
def test_the_order_of_events_does_not_matter(payer: Payer, order: str) -> None:
    made = payer.subscribe(Tier.PRO)
    payer.v1.subscriptions.cancel(made.id)
    sent = payer.events()
    sent = {"backwards": sent[::-1], "twice": [*sent, *sent], "the last alone": sent[-1:]}[order]

    assert {send(event) for event in sent} == {200}
    assert payer.tier() == "free"
    assert Subscription.objects.get(user=payer.user).status == "canceled"


def test_an_event_is_kept_once_and_does_its_work_once(payer: Payer) -> None:
    payer.subscribe()
    sent = payer.events()
    for _ in range(3):
        assert {send(event) for event in sent} == {200}

    assert Event.objects.count() == WebhookEvent.objects.count() == len(sent)
    assert AnalyticsEvent.objects.filter(event="subscription.changed").count() == 1


@pytest.mark.parametrize(
    "how",
    ["unsigned", "forged", "empty secret", "old", "of another account", "of the other mode", "changed", "no event"],
)
def test_what_stripe_did_not_send_us_is_refused_and_not_kept(payer: Payer, how: str, settings: Any) -> None:
    payer.subscribe()
    event = payer.events()[-1]
    body = json.dumps(event).encode()
    status = {
        "unsigned": lambda: send(body, headers={"Stripe-Signature": ""}),
        "forged": lambda: send(body, secret="whsec_guessed"),
        "empty secret": lambda: _with_secrets(settings, ("",), lambda: send(body, secret="")),
        "old": lambda: send(body, at=int(time.time()) - 301),
        "of another account": lambda: send({**event, "account": "acct_other"}),
        "of the other mode": lambda: send({**event, "livemode": True}),
        "changed": lambda: send(body + b" ", headers={"Stripe-Signature": _signature_of(body)}),
        "no event": lambda: send({"object": "customer", "id": "cus_1"}),
    }[how]()

    assert status == 400
    assert not WebhookEvent.objects.exists()
    assert not Event.objects.exists()
    assert payer.tier() == "free"


def _with_secrets(settings: Any, secrets: tuple[str, ...], act: Any) -> int:
    settings.STRIPE_WEBHOOK_SECRETS = secrets
    return int(act())


def _signature_of(body: bytes) -> str:
    return delivery.signature([SECRET], body, int(time.time()))


def test_dj_stripes_header_for_debugging_opens_nothing(payer: Payer, settings: Any) -> None:
    settings.DEBUG = True
    payer.subscribe()
    event = payer.events()[-1]

    header = {"X-Djstripe-Webhook-Secret": "whsec_mine"}
    assert send(event, secret="whsec_mine", headers=header) == 400
    assert not Event.objects.exists()


def test_while_the_secret_is_replaced_both_are_taken_and_none_is_kept(payer: Payer, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ("whsec_new", SECRET)
    payer.subscribe()
    first, second, *_ = payer.events()

    assert (send(first, secret=SECRET), send(second, secret="whsec_new")) == (200, 200)
    assert not WebhookEndpoint.objects.exists()
    settings.STRIPE_WEBHOOK_SECRETS = ("whsec_new",)
    assert send({**first, "id": "evt_later"}, secret=SECRET) == 400


def test_a_price_that_no_plan_has_gives_nothing(payer: Payer, caplog: Any) -> None:
    payer.account.give_card(payer.customer, "pm_card_visa")
    other = payer.account.price()
    payer.v1.subscriptions.create({"customer": payer.customer, "items": [{"price": other.id}]})

    assert set(payer.deliver()) == {200}
    assert payer.tier() == "free"
    assert other.id in caplog.text


def test_of_customers_of_nobodys_no_more_is_kept_than_that_there_was_something(payer: Payer) -> None:
    payer.events()
    stranger = payer.account.customer(name="Nobody Known")
    payer.v1.subscriptions.create({"customer": stranger.id, "items": [{"price": payer.price(Tier.PRO).id}]})
    refund = payer.v1.payment_intents.list({"customer": stranger.id}).data[0]
    payer.v1.refunds.create({"payment_intent": refund.id})
    payer.account.control("dispute", charge=payer.account.customer_charge(stranger.id))
    sent = payer.events()

    assert {send(event) for event in sent} == {200}
    kept = WebhookEvent.objects.all()
    assert {one.type for one in kept} == {event["type"] for event in sent}
    assert all(one.processed_at for one in kept)
    of_the_stranger = [one for one in kept if one.customer == stranger.id]
    assert {"charge.dispute.created", "customer.created", "invoice.paid"} <= {one.type for one in of_the_stranger}
    assert not any(word in json.dumps(one.payload) for one in kept for word in ("Nobody Known", "alice@example.org"))
    assert not Subscription.objects.exists()
    assert not Mirrored.objects.exists()


def test_events_of_kinds_that_nobody_uses_are_kept(payer: Payer) -> None:
    payer.events()
    product = payer.account.price().product
    event = next(one for one in payer.events() if one["data"]["object"]["id"] == product)
    unheard_of = {**event, "id": "evt_unheard_of", "type": "product.admired"}

    assert (send(event), send(unheard_of)) == (200, 200)
    assert WebhookEvent.objects.get(event_id="evt_unheard_of").payload == unheard_of
    assert Event.objects.count() == 2
    assert all(one.processed_at for one in WebhookEvent.objects.all())


def test_a_plan_given_by_hand_stays_until_there_is_a_subscription(payer: Payer, settings: Any) -> None:
    payer.user.tier = Tier.SCALE
    payer.user.save()
    payer.deliver()

    assert payer.tier() == "scale"


def test_a_renewal_that_is_not_paid_keeps_the_plan_for_a_grace(payer: Payer) -> None:
    payer.subscribe()
    payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
    payer.account.control("advance", seconds=32 * 86_400)
    assert set(payer.deliver()) == {200}

    row = Subscription.objects.get(user=payer.user)
    assert (row.status, row.access, payer.tier()) == ("past_due", "full", "pro")
    assert row.unpaid_since is not None
    assert subscriptions.expire(now=row.unpaid_since + timedelta(days=13)) == 0
    assert subscriptions.expire(now=row.unpaid_since + timedelta(days=14)) == 1
    row.refresh_from_db()
    assert (row.access, payer.tier()) == ("read_only", "free")


@pytest.mark.parametrize("order", ["forwards", "backwards", "the last alone"])
def test_a_deleted_customer_has_no_plan_and_can_begin_anew(payer: Payer, order: str) -> None:
    payer.subscribe()
    payer.deliver()
    payer.v1.customers.delete(payer.customer)
    sent = payer.events()
    assert sent[-1]["type"] == "customer.deleted"
    sent = {"forwards": sent, "backwards": sent[::-1], "the last alone": sent[-1:]}[order]

    assert {send(event) for event in sent * 2} == {200}
    assert payer.tier() == "free"
    assert Subscription.objects.get(user=payer.user).status == "canceled"
    assert all(one.processed_at for one in WebhookEvent.objects.all())
    # What was on its way for long changes nothing any more.
    for event in WebhookEvent.objects.filter(type="customer.created"):
        stripe_events.again(event.pk, now=timezone.now())
    work()
    payer.customer = stripe_mirror.customer_of(payer.user)
    payer.subscribe(Tier.SCALE)
    payer.deliver()
    assert payer.tier() == "scale"


def test_nothing_but_post_is_taken(client: Any) -> None:
    assert client.get("/api/webhooks/stripe").status_code == 405
    assert not getattr(django_settings, "STRIPE_LIVE_MODE", True)
