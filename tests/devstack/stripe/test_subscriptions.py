"""Subscriptions as they live: begun, tried, changed, renewed, owed for, ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.fakes.stripe_account import Account

START = int(datetime(2026, 9, 21, 12, tzinfo=UTC).timestamp())
DAY = 86_400
HOUR = 3_600


def moment(month: int, day: int, year: int = 2026) -> int:
    return int(datetime(year, month, day, 12, tzinfo=UTC).timestamp())


class Story:
    """One customer on a test clock, with a price to subscribe to."""

    def __init__(self, account: Account, card: str | None = "pm_card_visa", amount: int = 2900) -> None:
        self.account = account
        self.v1: Any = account.client.v1
        self.clock = account.clock(START)
        self.customer = account.customer(card, test_clock=self.clock.id)
        self.price = account.price(amount)

    def subscribe(self, **fields: Any) -> Any:
        self.id = self.v1.subscriptions.create(
            {"customer": self.customer.id, "items": [{"price": self.price.id}], **fields}
        ).id
        return self.now()

    def now(self) -> Any:
        return self.v1.subscriptions.retrieve(self.id, {"expand": ["latest_invoice"]})

    def until(self, at: int) -> Any:
        self.account.advance(self.clock, at)
        return self.now()

    def change(self, **fields: Any) -> Any:
        self.v1.subscriptions.update(self.id, fields)
        return self.now()

    def change_price(self, price: Any, **fields: Any) -> Any:
        item = self.now()["items"].data[0].id
        return self.change(items=[{"id": item, "price": price.id}], **fields)


@pytest.fixture
def story(account: Account) -> Story:
    return Story(account)


def item(subscription: Any) -> Any:
    return subscription["items"].data[0]


def test_a_good_card_makes_an_active_subscription_with_a_paid_invoice(story: Story) -> None:
    made = story.subscribe(metadata={"user": "7"})

    assert (made.status, made.latest_invoice.status, made.latest_invoice.amount_paid) == ("active", "paid", 2900)
    assert made.latest_invoice.parent.subscription_details.subscription == made.id
    assert (item(made).current_period_start, item(made).current_period_end) == (START, moment(10, 21))


def test_what_happened_is_told_in_the_order_in_which_it_did(story: Story) -> None:
    story.subscribe()
    told = story.account.events()

    wanted = [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "charge.succeeded",
        "invoice.paid",
    ]
    assert [one for one in told if one in wanted] == wanted
    assert told[-1] == "customer.subscription.updated"


@pytest.mark.parametrize(
    ("behaviour", "status", "invoice"),
    [("allow_incomplete", "incomplete", "open"), ("default_incomplete", "incomplete", "open")],
)
def test_a_card_that_is_declined_leaves_it_incomplete(
    account: Account, behaviour: str, status: str, invoice: str
) -> None:
    story = Story(account, "pm_card_chargeCustomerFail")
    made = story.subscribe(payment_behavior=behaviour)

    assert (made.status, made.latest_invoice.status) == (status, invoice)
    expired = story.until(START + 23 * HOUR)
    assert (expired.status, expired.latest_invoice.status) == ("incomplete_expired", "void")


def test_a_subscription_that_must_be_paid_at_once_is_not_made_when_it_is_not(account: Account) -> None:
    story = Story(account, "pm_card_chargeCustomerFail")

    with pytest.raises(stripe.CardError) as raised:
        story.subscribe(payment_behavior="error_if_incomplete")
    assert raised.value.code == "card_declined"
    assert story.v1.subscriptions.list({"status": "all"}).data == []
    assert story.v1.invoices.list().data == []


def test_without_anything_to_pay_with_there_is_no_subscription(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        Story(account, None).subscribe()


def test_it_renews_each_month_an_hour_after_the_period_began(story: Story) -> None:
    story.subscribe()
    begun = story.until(moment(10, 21))
    assert (begun.status, begun.latest_invoice.status) == ("active", "draft")
    paid = story.until(moment(10, 21) + HOUR)

    assert (paid.latest_invoice.status, paid.latest_invoice.billing_reason) == ("paid", "subscription_cycle")
    assert item(paid).current_period_end == moment(11, 21)
    year = story.until(moment(9, 22, 2027))
    assert len(story.v1.invoices.list({"subscription": year.id, "limit": 100}).data) == 13


def test_the_last_day_of_a_month_comes_back_after_a_short_month(account: Account) -> None:
    story = Story(account)
    clock = account.clock(moment(1, 31, 2027))
    story.clock, story.customer = clock, account.customer(test_clock=clock.id)
    story.subscribe()

    ends = [item(story.until(at)).current_period_end for at in (moment(2, 28, 2027), moment(3, 31, 2027))]
    assert ends == [moment(3, 31, 2027), moment(4, 30, 2027)]


def test_a_trial_without_a_card_pauses_and_goes_on_with_one(account: Account) -> None:
    story = Story(account, None)
    made = story.subscribe(trial_period_days=14, trial_settings={"end_behavior": {"missing_payment_method": "pause"}})
    assert (made.status, made.latest_invoice.status, made.latest_invoice.total) == ("trialing", "paid", 0)

    assert story.until(START + 11 * DAY).status == "trialing"
    assert "customer.subscription.trial_will_end" in account.events()
    assert story.until(START + 14 * DAY).status == "paused"
    account.give_card(story.customer.id, "pm_card_visa")
    story.v1.subscriptions.resume(story.id)
    resumed = story.now()
    assert (resumed.status, resumed.latest_invoice.amount_paid) == ("active", 2900)
    assert item(resumed).current_period_start == START + 14 * DAY


@pytest.mark.parametrize(
    ("missing", "card", "status"),
    [("cancel", None, "canceled"), ("create_invoice", None, "past_due"), ("pause", "pm_card_visa", "active")],
)
def test_a_trial_ends_as_it_was_said(account: Account, missing: str, card: str | None, status: str) -> None:
    story = Story(account, card)
    story.subscribe(trial_period_days=14, trial_settings={"end_behavior": {"missing_payment_method": missing}})

    assert story.until(START + 14 * DAY + HOUR).status == status


@pytest.mark.parametrize(("ending", "status"), [("unpaid", "unpaid"), ("cancel", "canceled"), ("past_due", "past_due")])
def test_a_renewal_that_fails_is_tried_again_and_ends_as_the_account_says(
    account: Account, ending: str, status: str
) -> None:
    account.control("settings", after_retries=ending)
    story = Story(account)
    story.subscribe()
    account.give_card(story.customer.id, "pm_card_chargeCustomerFail")

    failed = story.until(moment(10, 21) + HOUR)
    assert (failed.status, failed.latest_invoice.attempt_count) == ("past_due", 1)
    assert failed.latest_invoice.next_payment_attempt == moment(10, 21) + HOUR + 3 * DAY
    ended = story.until(moment(10, 21) + HOUR + 15 * DAY)
    assert (ended.status, ended.latest_invoice.attempt_count) == (status, 4)
    assert account.events("invoice.payment_failed") == ["invoice.payment_failed"] * 4


def test_a_new_card_brings_a_past_due_subscription_back(story: Story) -> None:
    story.subscribe()
    story.account.give_card(story.customer.id, "pm_card_chargeCustomerFail")
    owed = story.until(moment(10, 21) + HOUR).latest_invoice
    with pytest.raises(stripe.CardError):
        story.v1.invoices.pay(owed.id)
    story.account.give_card(story.customer.id, "pm_card_visa")

    assert story.v1.invoices.pay(owed.id).status == "paid"
    assert story.now().status == "active"


def test_it_ends_with_its_period_or_stays_when_that_is_taken_back(story: Story) -> None:
    story.subscribe()
    planned = story.change(cancel_at_period_end=True, cancellation_details={"feedback": "too_expensive"})
    assert (planned.status, planned.cancel_at, planned.canceled_at) == ("active", moment(10, 21), START)
    assert planned.cancellation_details.feedback == "too_expensive"
    assert story.change(cancel_at_period_end=False).cancel_at is None
    assert story.until(moment(10, 22)).status == "active"

    story.change(cancel_at_period_end=True)
    ended = story.until(moment(11, 22))
    assert (ended.status, ended.ended_at) == ("canceled", moment(11, 21))
    assert len(story.v1.invoices.list({"subscription": story.id}).data) == 2


def test_ended_at_once_it_is_over_and_cannot_be_changed(story: Story) -> None:
    story.subscribe()

    assert story.v1.subscriptions.cancel(story.id).status == "canceled"
    assert story.v1.subscriptions.list({"customer": story.customer.id}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        story.change(cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError):
        story.v1.subscriptions.cancel(story.id)


def test_collection_that_is_paused_takes_no_money(story: Story) -> None:
    story.subscribe()
    story.change(pause_collection={"behavior": "void"})

    paused = story.until(moment(10, 22))
    assert (paused.status, paused.latest_invoice.status) == ("active", "void")
    story.change(pause_collection="")
    assert story.until(moment(11, 22)).latest_invoice.status == "paid"


def test_a_customer_who_is_deleted_has_no_subscription_any_more(story: Story) -> None:
    story.subscribe()
    story.v1.customers.delete(story.customer.id)

    assert story.now().status == "canceled"
    assert story.v1.customers.retrieve(story.customer.id).deleted is True
    assert "customer.deleted" in story.account.events()
