"""What Stripe told us: kept once as it came, then done from what Stripe holds by then, as often as it takes.

    id = stripe_events.keep(event, body, now=now)     the webhook, before it answers
    stripe_events.work(id, now=now)                   a worker, at once or whenever the sweep finds it

What is done about an event is one transaction under its customer's lock, with the mark that it is done. So a worker may
die anywhere, two may have the same event, and the same event may come and be done again: it ends in the same.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from djstripe.models import Event

from accounts import statements
from billing import stripe_client, stripe_mirror, subscriptions
from billing.models import WebhookEvent

logger = logging.getLogger(__name__)

PATIENCE: Final = timedelta(seconds=5)
"""For so long the sweep leaves to the queue what it was told of."""

MOST_ATTEMPTS: Final = 80
"""Some three days. What still fails waits for an operator, who lets it begin anew."""

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)

ABOUT_MONEY: Final = (
    "charge.",
    "customer.discount.",
    "subscription_schedule.",
    "checkout.session.",
    "customer.subscription.",
    "invoice.",
    "payment_intent.",
    "subscription_schedule.",
)
"""After one of these, Stripe is asked for all subscriptions of the customer: the one that tells of a change may be late."""

# Of what Stripe tells of people who are none of ours, all that is kept.
GIST: Final = ("id", "object", "type", "created", "livemode", "api_version")

_KEEP: Final = """
INSERT INTO billing_webhookevent
    (event_id, type, customer, payload, received_at, attempts, next_attempt_at, error_class, error_text)
VALUES (%(id)s, %(type)s, %(customer)s, %(body)s::jsonb, %(now)s, 0, %(now)s, '', '')
ON CONFLICT (event_id) DO NOTHING RETURNING id
"""


def keep(event: dict[str, Any], body: str, *, now: datetime) -> int | None:
    """Store an event, and return the id of its row; None when it was there before. `body` is what it was read from."""
    about = event["data"]["object"]
    row = statements.only_row(
        _KEEP,
        {
            "id": event["id"],
            "type": event["type"],
            "customer": stripe_mirror.customer_id(about) or "",
            "body": body,
            "now": now,
        },
    )
    return int(row[0]) if row else None


def due(*, now: datetime, at_most: int = 500) -> list[int]:
    """Return the ids of what should have been done by now: its worker died, its message was lost, or it failed."""
    waiting = _waiting().filter(next_attempt_at__lte=now - PATIENCE)
    return list(waiting.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:at_most])


def work(id: int, *, now: datetime) -> bool:
    """Do what an event asks for, and say whether it was done now: not when it is done, not due, or another has it.

    What fails is written down at the event and tried again later; nothing of it is raised but a database that is away.
    """
    if not _begin(id, now=now):
        return False
    try:
        with transaction.atomic():
            row = _waiting().select_for_update(skip_locked=True, no_key=True).filter(pk=id).first()
            if row is None:
                return False
            _do(row, now=now)
            row.processed_at, row.error_class, row.error_text = now, "", ""
            row.save()
    except Exception as error:
        # Whatever is wrong with one event, it must neither be lost nor stand in the way of others.
        away = isinstance(error, stripe_client.AWAY)
        logger.log(logging.WARNING if away else logging.ERROR, "Webhook event %s failed", id, exc_info=not away)
        _note(id, error)
        return False
    return True


def again(id: int, *, now: datetime) -> None:
    """Let an event be done once more, whatever became of it; its attempts are counted anew."""
    fresh = {"processed_at": None, "attempts": 0, "next_attempt_at": now, "error_class": "", "error_text": ""}
    WebhookEvent.objects.filter(pk=id).update(**fresh)


def forget(before: datetime, at_most: int) -> int:
    """Delete events that came before a moment, ours and dj-stripe's; return how many."""
    ours = WebhookEvent.objects.filter(received_at__lt=before).order_by("pk").values("pk")[:at_most]
    theirs = Event.objects.filter(djstripe_created__lt=before).order_by("pk").values("pk")[:at_most]
    # The one that has more left says whether there is another round.
    gone, too = WebhookEvent.objects.filter(pk__in=ours).delete(), Event.objects.filter(pk__in=theirs).delete()
    return max(int(gone[0]), int(too[0]))


def _waiting() -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(processed_at=None, attempts__lt=MOST_ATTEMPTS)


def _begin(id: int, *, now: datetime) -> bool:
    """Count an attempt before it is made; say whether it is ours to make."""
    row = _waiting().filter(pk=id, next_attempt_at__lte=now).only("attempts").first()
    if row is None:
        return False
    wait = min(FIRST_WAIT * 3 ** min(row.attempts, 10), LONGEST_WAIT)
    mine = _waiting().filter(pk=id, attempts=row.attempts)
    return mine.update(attempts=row.attempts + 1, next_attempt_at=now + wait) == 1


def _note(id: int, error: Exception) -> None:
    said = str(error).strip().partition("\n")[0]
    WebhookEvent.objects.filter(pk=id, processed_at=None).update(
        error_class=type(error).__name__[:100], error_text=said[:255]
    )


def _do(row: WebhookEvent, *, now: datetime) -> None:
    row.customer = row.customer or stripe_mirror.whose(row.payload["data"]) or ""
    if not row.customer:
        _mirror(row)
        return
    # From here on nobody else reads Stripe for this customer and writes what they read.
    stripe_mirror.lock(row.customer)
    row.user_id = stripe_mirror.account_of(row.customer)
    if row.user_id is None:
        # As one is whose account was erased. What Stripe still tells of them is not ours to keep.
        logger.info("A webhook event is about a customer of nobody's: %s %s", row.type, row.event_id)
        row.payload = _gist(row.payload)
        return
    _mirror(row)
    if row.type.startswith(ABOUT_MONEY):
        stripe_mirror.keep_subscriptions(row.customer)
    if stripe_mirror.account_of(row.customer) is None:
        # It was deleted at Stripe, which ends all that it subscribed to.
        subscriptions.apply(row.user_id, None, now=now)
    else:
        stripe_mirror.refresh(row.customer, now=now)


def _mirror(row: WebhookEvent) -> None:
    """Have dj-stripe ask for the object of an event and keep it; once more for an event that it knows."""
    known = Event.objects.filter(id=row.event_id).first()
    if known is None:
        Event.process(row.payload)
    else:
        known.invoke_webhook_handlers()


def _gist(payload: dict[str, Any]) -> dict[str, Any]:
    about = payload["data"]["object"]
    named = {name: about[name] for name in ("id", "object", "customer") if name in about}
    return {**{name: payload.get(name) for name in GIST}, "data": {"object": named}}
