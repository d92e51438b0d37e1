"""What happens by itself as time goes by: trials end, periods begin, drafts become final, payments are tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from devstack.stripe_server import changing, intervals, invoicing, lines, methods, scheduling, standing
from devstack.stripe_server.world import Object, World

Due = tuple[int, Callable[[], None]]

DAY: Final = 86_400
INCOMPLETE_FOR: Final = 23 * 3_600
TOLD_BEFORE: Final = 3 * DAY
MOST: Final = 20_000


def run(world: World, clock: Object | None) -> int:
    """Do what is due by now on a test clock, or for all who live without one, in the order of time; return how much."""
    done = 0
    until = int(clock["_target"]) if clock else world.now()
    try:
        while done < MOST:
            due = min(_due(world, clock), key=lambda one: one[0], default=None)
            if due is None or due[0] > until:
                break
            moment = max(due[0], 0)
            if clock is not None:
                clock["frozen_time"] = max(moment, int(clock["frozen_time"]))
            else:
                world.moment = moment
            due[1]()
            done += 1
    finally:
        world.moment = None
    if clock is not None:
        clock["frozen_time"] = until
    return done


def _due(world: World, clock: Object | None) -> Iterator[Due]:
    id = clock["id"] if clock else None
    for subscription in world.all("subscription", test_clock=id):
        yield from _of_subscription(world, subscription)
    for invoice in world.all("invoice", test_clock=id):
        yield from _of_invoice(world, invoice)
    if clock is None:
        for session in world.all("checkout.session", status="open"):
            yield session["expires_at"], _expire(world, session)


def _of_subscription(world: World, subscription: Object) -> Iterator[Due]:
    status = subscription["status"]
    if status == "incomplete":
        yield subscription["created"] + INCOMPLETE_FOR, lambda: _give_up(world, subscription)
    if status not in {"active", "trialing", "past_due", "unpaid", "paused"}:
        return
    if pending := subscription["pending_update"]:
        yield pending["expires_at"], lambda: changing.drop_pending(world, subscription)
    if subscription["cancel_at"]:
        yield subscription["cancel_at"], lambda: standing.end(world, subscription, reason="cancellation_requested")
    pause = subscription["pause_collection"]
    if pause and pause["resumes_at"]:
        yield (
            pause["resumes_at"],
            lambda: world.change("customer.subscription.updated", subscription, {"pause_collection": None}),
        )
    if status == "trialing":
        if subscription["trial_end"] - subscription["trial_start"] > TOLD_BEFORE and not subscription.get("_told"):
            yield subscription["trial_end"] - TOLD_BEFORE, lambda: _tell(world, subscription)
        yield subscription["trial_end"], lambda: _end_trial(world, subscription)
    elif status != "paused":
        # A phase that ends with the period says what the next one costs.
        yield from scheduling.due(world, subscription)
        end = min(item["current_period_end"] for item in subscription["items"]["data"])
        yield end, lambda: _renew(world, subscription, end)


def _of_invoice(world: World, invoice: Object) -> Iterator[Due]:
    if not invoice["auto_advance"]:
        return
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"]:
        yield invoice["automatically_finalizes_at"], lambda: _advance(world, invoice)
    elif invoice["status"] == "open" and invoice["next_payment_attempt"] and invoice["attempted"]:
        yield invoice["next_payment_attempt"], lambda: _retry(world, invoice)


def _tell(world: World, subscription: Object) -> None:
    subscription["_told"] = True
    world.emit("customer.subscription.trial_will_end", subscription)


def _end_trial(world: World, subscription: Object) -> None:
    end = subscription["trial_end"]
    missing = methods.default_of(world, subscription["customer"], subscription) is None
    behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if missing and behaviour == "cancel":
        standing.end(world, subscription, reason="cancellation_requested")
        return
    if missing and behaviour == "pause":
        world.change("customer.subscription.updated", subscription, {"status": "paused"})
        world.emit("customer.subscription.paused", subscription)
        return
    _renew(world, subscription, end)


def _renew(world: World, subscription: Object, end: int) -> None:
    """Let the next period begin, with a draft that becomes final after an hour."""
    previous = {"items": {"data": [dict(item) for item in subscription["items"]["data"]]}}
    for item in subscription["items"]["data"]:
        item["current_period_start"] = end
        item["current_period_end"] = intervals.next_end(
            subscription["billing_cycle_anchor"], item["price"]["recurring"], end
        )
    if subscription["status"] == "trialing":
        previous["status"] = subscription["status"]
        subscription["status"] = "active"
    found = [lines.of_item(world, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoicing.draft(
        world, subscription, found, customer=subscription["customer"], reason="subscription_cycle",
        period_start=previous["items"]["data"][0]["current_period_start"], period_end=end,
    )  # fmt: skip
    world.emit("customer.subscription.updated", subscription, previous)
    if subscription["status"] == "unpaid":
        invoice.update(auto_advance=False, automatically_finalizes_at=None)
    pause = subscription["pause_collection"]
    if pause:
        invoice.update(auto_advance=False, automatically_finalizes_at=None)
        if pause["behavior"] != "keep_as_draft":
            invoicing.finalize(world, invoice)
            close = invoicing.void if pause["behavior"] == "void" else invoicing.write_off
            if invoice["status"] == "open":
                close(world, invoice)


def _advance(world: World, invoice: Object) -> None:
    invoicing.finalize(world, invoice)
    if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
        invoicing.pay(world, invoice)


def _retry(world: World, invoice: Object) -> None:
    intent = world.get("payment_intent", invoice["_payment_intent"])
    if intent["status"] == "requires_action":
        # Who must prove who they are is asked again, by the same page.
        intent["status"] = "requires_payment_method"
    invoicing.pay(world, invoice)


def _give_up(world: World, subscription: Object) -> None:
    for invoice in standing.invoices_of(world, subscription):
        if invoice["status"] == "open":
            invoicing.void(world, invoice)
    subscription["ended_at"] = world.now(subscription["customer"])
    world.change("customer.subscription.updated", subscription, {"status": "incomplete_expired"})


def _expire(world: World, session: Object) -> Callable[[], None]:
    def expire() -> None:
        session.update(status="expired", url=None)
        world.emit("checkout.session.expired", session)

    return expire
