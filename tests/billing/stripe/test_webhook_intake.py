"""What comes is kept at once and done by a worker, sooner or later, and once."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from djstripe.models import Event

from accounts import statements
from analytics.models import Event as AnalyticsEvent
from billing import stripe_events, tasks
from billing.models import Subscription, WebhookEvent
from devstack.stripe_server.server import Handler
from tests.billing.stripe.paying import Payer, post, send, work

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def created(payer: Payer) -> dict[str, Any]:
    payer.subscribe()
    return next(one for one in payer.events() if one["type"] == "customer.subscription.created")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A queue that nobody answers at."""
    with current_app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        apply: Any = tasks.process_webhook.apply_async
        send_there = functools.partial(apply, connection=nowhere)
        monkeypatch.setattr(tasks.process_webhook, "apply_async", send_there)
        yield


def broken(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event that cannot be done: no object has such an id."""
    return {**event, "id": "evt_broken", "data": {"object": {**event["data"]["object"], "id": 17}}}


def test_an_answer_takes_one_statement_and_asks_stripe_nothing(payer: Payer, created: dict[str, Any]) -> None:
    payer.account.control("faults", kind="api_500", times=1)

    with CaptureQueriesContext(connection) as asked:
        assert post(created) == 200
    assert [query["sql"].split()[0] for query in asked.captured_queries] == ["INSERT"]
    assert payer.account.server.controls.faults
    row = WebhookEvent.objects.get()
    assert (row.event_id, row.type, row.customer, row.payload) == (
        created["id"],
        created["type"],
        payer.customer,
        created,
    )
    assert (row.processed_at, row.attempts, Event.objects.count()) == (None, 0, 0)


def test_a_second_delivery_is_taken_and_not_kept_again(payer: Payer, created: dict[str, Any]) -> None:
    assert [post(created), post(created)] == [200, 200]
    work()
    assert [post(created), send(created)] == [200, 200]

    row = WebhookEvent.objects.get()
    assert (row.attempts, row.user) == (1, payer.user)


def test_the_workers_are_told_once_it_is_committed(
    payer: Payer, created: dict[str, Any], eager_workers: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert post(created) == 200
        assert payer.tier() == "free"

    assert payer.tier() == "pro"
    with django_capture_on_commit_callbacks() as told:
        post(created)
    assert told == []


def test_while_the_queue_is_away_it_is_taken_all_the_same_and_the_sweep_finds_it(
    payer: Payer, created: dict[str, Any], django_capture_on_commit_callbacks: Any, caplog: Any, away: None
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert post(created) == 200
    assert "waits for the sweep" in caplog.text
    row = WebhookEvent.objects.get()
    assert stripe_events.due(now=row.received_at) == []
    assert stripe_events.due(now=row.received_at + stripe_events.PATIENCE) == [row.pk]


def test_while_the_database_is_away_stripe_is_told_to_come_again(
    payer: Payer, created: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(statements, "only_row", gone)
    assert post(created) == 503
    monkeypatch.undo()
    assert not WebhookEvent.objects.exists()


def test_the_sweep_has_it_done(payer: Payer, created: dict[str, Any], eager_workers: None) -> None:
    post(created)
    tasks.sweep_webhooks.delay()
    assert payer.tier() == "free"
    WebhookEvent.objects.update(next_attempt_at=timezone.now() - stripe_events.PATIENCE)

    tasks.sweep_webhooks.delay()
    assert payer.tier() == "pro"
    assert stripe_events.due(now=timezone.now() + HOUR) == []


def test_while_stripe_is_away_it_is_kept_and_done_later(payer: Payer, created: dict[str, Any], caplog: Any) -> None:
    payer.account.control("faults", kind="api_500", times=50)

    assert send(created) == 200
    row = WebhookEvent.objects.get()
    assert (row.processed_at, row.attempts, row.error_class) == (None, 1, "APIError")
    assert "unknown error" in row.error_text
    assert not Event.objects.exists()
    assert not Subscription.objects.exists()
    # It is away: that is no defect of ours.
    assert {record.levelname for record in caplog.records if record.name == "billing.stripe_events"} == {"WARNING"}
    payer.account.control("deliveries", clear=True)
    work()
    assert payer.tier() == "free"
    work(HOUR)
    assert payer.tier() == "pro"
    row.refresh_from_db()
    assert (row.error_class, row.error_text, row.attempts) == ("", "", 2)


def test_what_breaks_on_one_event_is_noted_and_lets_others_pass(
    payer: Payer, created: dict[str, Any], caplog: Any
) -> None:
    assert (send(broken(created)), send(created)) == (200, 200)
    assert payer.tier() == "pro"
    row = WebhookEvent.objects.get(event_id="evt_broken")
    assert (row.processed_at, row.attempts) == (None, 1)
    assert row.error_class
    assert any(record.levelname == "ERROR" and record.exc_info for record in caplog.records)


def test_waits_grow_and_end_with_an_operator(payer: Payer, created: dict[str, Any]) -> None:
    post(broken(created))
    now, waits = timezone.now(), []
    for attempts in (0, 1, 2, 8, 40, 79):
        WebhookEvent.objects.update(attempts=attempts, next_attempt_at=now)
        row = WebhookEvent.objects.get()
        assert not stripe_events.work(row.pk, now=now)
        row.refresh_from_db()
        assert (row.attempts, row.processed_at) == (attempts + 1, None)
        waits.append(row.next_attempt_at - now)
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45)]
    assert waits[3:] == [HOUR] * 3

    assert stripe_events.due(now=now + 30 * HOUR) == []
    assert not stripe_events.work(row.pk, now=now + 30 * HOUR)
    WebhookEvent.objects.update(payload=created)
    stripe_events.again(row.pk, now=now)
    assert stripe_events.work(row.pk, now=now)
    assert payer.tier() == "pro"


def test_what_was_done_can_be_done_again_and_gives_nothing_twice(payer: Payer, created: dict[str, Any]) -> None:
    send(created)
    row = WebhookEvent.objects.get()
    # Something of it was lost.
    Subscription.objects.all().delete()
    type(payer.user).objects.update(tier="free")

    stripe_events.again(row.pk, now=timezone.now())
    work()
    assert payer.tier() == "pro"
    told = AnalyticsEvent.objects.filter(event="subscription.changed").count()
    for _ in range(3):
        stripe_events.again(row.pk, now=timezone.now())
        work()
    assert AnalyticsEvent.objects.filter(event="subscription.changed").count() == told
    assert (Event.objects.count(), WebhookEvent.objects.count()) == (1, 1)


def test_a_year_and_a_month_later_it_is_forgotten(payer: Payer, created: dict[str, Any]) -> None:
    send(created)
    post({**created, "id": "evt_newer"})
    old = timezone.now() - timedelta(days=401)
    WebhookEvent.objects.filter(event_id=created["id"]).update(received_at=old, processed_at=old)
    Event.objects.update(djstripe_created=old)

    assert stripe_events.forget(timezone.now() - timedelta(days=400), 1_000) == 1
    assert WebhookEvent.objects.get().event_id == "evt_newer"
    assert not Event.objects.exists()


@pytest.mark.parametrize("data", [None, [], {}, {"object": None}, {"object": "cus_1"}])
def test_what_is_signed_and_is_no_event_is_refused(payer: Payer, created: dict[str, Any], data: Any) -> None:
    assert post({**created, "data": data}) == 400
    assert post(json.dumps([created]).encode()) == 400
    assert not WebhookEvent.objects.exists()


def test_what_waits_for_one_customer_is_done_together_and_each_object_asked_for_once(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    serve = Handler._do

    def listen(self: Any, path: str, *rest: Any, **more: Any) -> Any:
        asked.append(path.partition("?")[0])
        return serve(self, path, *rest, **more)

    made = payer.subscribe()
    told = [one for one in payer.events() if one["type"].startswith(stripe_events.ABOUT_MONEY)][:8]
    failing = broken(told[0])
    for event in [failing, *told]:
        post(event)
    monkeypatch.setattr(Handler, "_do", listen)

    first = WebhookEvent.objects.get(event_id=told[0]["id"])
    assert stripe_events.work(first.pk, now=timezone.now())
    assert payer.tier() == "pro"
    # The one that cannot be done has its own attempt, and its own error.
    (left,) = WebhookEvent.objects.filter(processed_at=None)
    assert (left.event_id, left.attempts, left.error_class) == (failing["id"], 0, "")
    objects = [f"/{one['data']['object']['id']}" for one in told]
    assert len(set(objects)) < len(objects)
    assert asked.count("/v1/subscriptions") == 1
    assert asked.count(f"/v1/subscriptions/{made.id}") <= 1
    # Those that had it done for them find nothing left to do.
    others = WebhookEvent.objects.exclude(processed_at=None).exclude(pk=first.pk).order_by("pk")
    assert not any(stripe_events.work(one.pk, now=timezone.now()) for one in others)
