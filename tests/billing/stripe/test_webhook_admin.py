"""What operators see of webhooks, and do about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from billing import stripe_events
from billing.models import Subscription, WebhookEvent
from tests.billing.stripe.paying import Payer, post, send, work

pytestmark = pytest.mark.django_db

LIST = "/admin/billing/webhookevent/"


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def row(number: int, **fields: Any) -> WebhookEvent:
    now = timezone.now()
    made: dict[str, Any] = {"type": "invoice.paid", "customer": f"cus_{number}", "payload": {}, **fields}
    return WebhookEvent.objects.create(event_id=f"evt_{number}", received_at=now, next_attempt_at=now, **made)


def listed(admin: Client, **query: str) -> set[str]:
    return {one.event_id for one in admin.get(LIST, query).context["cl"].result_list}


def test_events_are_found_by_state_by_type_and_by_id(admin: Client, bob: User) -> None:
    row(0)
    row(1, processed_at=timezone.now())
    row(2, attempts=3, error_class="APIError", type="customer.subscription.updated")
    row(3, attempts=stripe_events.MOST_ATTEMPTS, error_class="KeyError", type="customer.deleted", user=bob)

    assert listed(admin) == {"evt_0", "evt_1", "evt_2", "evt_3"}
    assert [listed(admin, state=one) for one in ("waiting", "done", "failing", "given-up")] == [
        {"evt_0"},
        {"evt_1"},
        {"evt_2"},
        {"evt_3"},
    ]
    assert listed(admin, family="customer.subscription.") == {"evt_2"}
    assert listed(admin, family="customer.deleted") == {"evt_3"}
    assert listed(admin, q="cus_1") == {"evt_1"}
    assert listed(admin, q="evt_2") == {"evt_2"}
    assert listed(admin, q="bob@example.org") == {"evt_3"}
    page = admin.get(LIST).content.decode()
    assert "failed, is tried again" in page
    assert "failed for good" in page


def test_an_operator_has_an_event_processed_again(
    admin: Client, operator: User, payer: Payer, eager_workers: None, django_capture_on_commit_callbacks: Any
) -> None:
    payer.subscribe()
    event = next(one for one in payer.events() if one["type"] == "customer.subscription.created")
    payer.account.control("faults", kind="api_500", times=50)
    send(event)
    payer.account.control("deliveries", clear=True)
    failed = WebhookEvent.objects.get()
    assert failed.error_class == "APIError"

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(LIST, {"action": "process_again", "_selected_action": [failed.pk]}, follow=True)
    assert "1 event is processed again." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.error_class, failed.attempts) == ("", 1)
    assert failed.processed_at is not None
    assert payer.tier() == "pro"
    entry = AuditEntry.objects.get(kind="admin_edit")
    assert (entry.actor, entry.data["model"], entry.data["row"]) == (operator, "billing.webhookevent", str(failed.pk))


def test_nobody_but_a_superuser_has_one_processed_again(client: Client, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    event = row(0, processed_at=timezone.now())

    assert client.post(LIST, {"action": "process_again", "_selected_action": [event.pk]}).status_code == 403
    event.refresh_from_db()
    assert event.processed_at is not None


def test_one_that_comes_again_while_it_is_replayed_is_done_once(payer: Payer) -> None:
    payer.subscribe()
    event = payer.events()[-1]
    send(event)
    stripe_events.again(WebhookEvent.objects.get().pk, now=timezone.now() - timedelta(seconds=1))
    assert post(event) == 200
    work()

    assert WebhookEvent.objects.get().processed_at is not None
    assert Subscription.objects.count() == 1
