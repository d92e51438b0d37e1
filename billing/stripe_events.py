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
from django.db.models import Q, QuerySet
from djstripe.models import Event

from accounts import statements
from billing import stripe_client, stripe_mirror, stripe_money, subscriptions
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

TAKES_AWAY: Final = frozenset({"customer.discount.deleted", "invoice.deleted"})
"""Of these, those for which dj-stripe deletes a row; for all others it asks for the object as it is now."""

MOST_AT_ONCE: Final = 10
"""Events of one customer that are done in one transaction; whoever waits for their lock gives up after 10 s."""

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

    What else waits for the same customer is done with it. What fails is written down at the event and tried again later;
    nothing of it is raised but a database that is away.
    """
    if not _begin(id, now=now):
        return False
    try:
        with transaction.atomic():
            return _do(id, now=now)
    except Exception as error:
        # Whatever is wrong with one event, it must neither be lost nor stand in the way of others.
        away = isinstance(error, stripe_client.AWAY)
        logger.log(logging.WARNING if away else logging.ERROR, "Webhook event %s failed", id, exc_info=not away)
        _note(id, error)
        return False


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


def _do(id: int, *, now: datetime) -> bool:
    first = _waiting().filter(pk=id).first()
    if first is None:
        return False
    customer = first.customer or stripe_mirror.whose(first.payload["data"]) or ""
    if customer:
        # From here on nobody else reads Stripe for this customer and writes what they read.
        stripe_mirror.lock(customer)
    rows = _held(id, customer)
    if all(row.pk != id for row in rows):
        # Whoever had the lock before did it.
        return False
    user_id = stripe_mirror.account_of(customer) if customer else None
    if customer and user_id is None:
        for row in rows:
            # As one is whose account was erased. What Stripe still tells of them is not ours to keep.
            logger.info("A webhook event is about a customer of nobody's: %s %s", row.type, row.event_id)
            row.payload = _gist(row.payload)
    else:
        rows = _mirrored(rows, id)
    if user_id is not None:
        _follow(customer, user_id, rows, now=now)
    for row in rows:
        row.customer, row.user_id, row.processed_at, row.error_class, row.error_text = customer, user_id, now, "", ""
        row.save()
    return True


def _held(id: int, customer: str) -> list[WebhookEvent]:
    """Take an event, and with it what waits for the same customer and has not failed yet."""
    with_it = Q(customer=customer, error_class="") if customer else Q(pk=id)
    others = _waiting().filter(with_it).exclude(pk=id).order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE - 1]
    rows = _waiting().select_for_update(skip_locked=True, no_key=True).filter(Q(pk=id) | Q(pk__in=list(others)))
    return list(rows.order_by("pk"))


def _mirrored(rows: list[WebhookEvent], id: int) -> list[WebhookEvent]:
    """Have dj-stripe write down what the events are about, each object once; return those with which it went well."""
    # So who listens to dj-stripe's signals may not count on each event of the kinds that are about money.
    seen: set[tuple[Any, Any]] = set()
    done = []
    for row in rows:
        about = row.payload["data"]["object"]
        is_whole = row.type.startswith(ABOUT_MONEY) and row.type not in TAKES_AWAY
        if not is_whole or (about["object"], about.get("id")) not in seen:
            try:
                with transaction.atomic():
                    _mirror(row)
            except Exception:
                # Whatever is wrong with an event beside ours, it has its own attempt; ours crashes loudly.
                if row.pk == id:
                    raise
                logger.warning("Webhook event %s failed beside another, and has its own attempt", row.pk)
                continue
        if is_whole and about.get("id"):
            seen.add((about["object"], about["id"]))
        done.append(row)
    return done


def _follow(customer: str, user_id: int, rows: list[WebhookEvent], *, now: datetime) -> None:
    """Bring the account in line with what Stripe holds."""
    stripe_money.record(rows, user_id=user_id)
    if any(row.type.startswith(ABOUT_MONEY) for row in rows):
        stripe_mirror.keep_subscriptions(customer)
    if stripe_mirror.account_of(customer) is None:
        # It was deleted at Stripe, which ends all that it subscribed to.
        subscriptions.apply(user_id, None, now=now)
    else:
        stripe_mirror.refresh(customer, now=now)


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
