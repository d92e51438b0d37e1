"""Webhooks: signed, sent again until they are taken, and gone wrong on purpose."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.fakes.stripe_account import Account, Inbox


def listen(account: Account, inbox: Inbox, *events: Any) -> str:
    made = account.client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": [*events] or ["*"]})
    return str(made.secret)


def verified(taken: tuple[str, bytes], secret: str) -> Any:
    construct: Any = stripe.Webhook.construct_event
    return construct(taken[1], taken[0], secret)


def test_an_event_arrives_signed_and_as_the_api_shows_it(account: Account, inbox: Inbox) -> None:
    secret = listen(account, inbox)
    made = account.client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    account.settle()

    event = verified(inbox.taken[0], secret)
    assert (event.type, event.data.object["id"], event.api_version) == ("customer.created", made.id, stripe.api_version)
    assert event["request"]["idempotency_key"] == "k"
    with pytest.raises(stripe.SignatureVerificationError):
        verified(inbox.taken[0], "whsec_another")
    assert account.client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_an_endpoint_hears_what_it_asked_for(account: Account, inbox: Inbox) -> None:
    listen(account, inbox, "customer.updated")
    made = account.client.v1.customers.create({})
    account.client.v1.customers.update(made.id, {"name": "Alice"})
    account.client.v1.customers.update(made.id, {"name": "Alice"})
    account.settle()

    assert inbox.types() == ["customer.updated"]
    body = json.loads(inbox.taken[0][1])
    assert body["data"]["previous_attributes"] == {"name": None}


def test_what_is_refused_comes_again_until_it_is_taken(account: Account, inbox: Inbox) -> None:
    account.control("deliveries", haste=0.01)
    listen(account, inbox)
    inbox.refuses = 2
    account.client.v1.customers.create({})
    account.settle()

    assert (len(inbox.refused), inbox.types()) == (2, ["customer.created"])
    assert {body for _, body in inbox.refused} == {inbox.taken[0][1]}


def test_the_secret_is_told_once_and_never_again(account: Account, inbox: Inbox) -> None:
    assert listen(account, inbox).startswith("whsec_")

    found = account.client.v1.webhook_endpoints.list().data[0]
    assert not hasattr(found, "secret")


def test_while_a_secret_is_replaced_both_hold(account: Account, inbox: Inbox) -> None:
    old = listen(account, inbox)
    endpoint = account.client.v1.webhook_endpoints.list().data[0].id
    account.control("roll", endpoint=endpoint, secret="whsec_new", and_old=True)
    account.client.v1.customers.create({})
    account.settle()

    assert verified(inbox.taken[0], old).id == verified(inbox.taken[0], "whsec_new").id


def test_faults_on_demand(account: Account, inbox: Inbox) -> None:
    secret = listen(account, inbox)
    account.control("faults", kind="drop")
    account.client.v1.customers.create({"name": "lost"})
    account.settle()
    assert inbox.taken == []

    account.control("faults", kind="duplicate")
    account.client.v1.customers.create({"name": "twice"})
    account.settle()
    assert [verified(one, secret).data.object["name"] for one in inbox.taken] == ["twice", "twice"]

    inbox.taken.clear()
    account.control("faults", kind="bad_signature")
    account.client.v1.customers.create({"name": "forged"})
    account.settle()
    with pytest.raises(stripe.SignatureVerificationError):
        verified(inbox.taken[0], secret)
    assert verified(inbox.taken[1], secret).data.object["name"] == "forged"


def test_what_waited_is_delivered_after_a_restart(tmp_path: Path, inbox: Inbox) -> None:
    file = tmp_path / "stripe.json"
    with Account(file) as account:
        account.control("deliveries", delay=60)
        listen(account, inbox)
        account.client.v1.customers.create({})
    assert inbox.taken == []

    with Account(file) as account:
        account.settle()
    assert inbox.types() == ["customer.created"]


def test_an_event_can_be_sent_again(account: Account, inbox: Inbox) -> None:
    listen(account, inbox)
    account.client.v1.customers.create({})
    account.settle()
    account.control("resend", event=account.client.v1.events.list().data[0].id)
    account.settle()

    assert inbox.types() == ["customer.created"] * 2


def test_time_passes_for_all_who_live_without_a_clock(account: Account) -> None:
    customer = account.customer()
    made = account.client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": account.price().id}]})
    account.control("advance", seconds=32 * 86_400)

    renewed = account.client.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert renewed["items"].data[0].current_period_end > time.time() + 32 * 86_400
    assert renewed.latest_invoice.status == "paid"  # type: ignore[union-attr]
