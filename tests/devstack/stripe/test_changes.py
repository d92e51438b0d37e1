"""Changes of plan: what they cost, now and before they are made."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.devstack.stripe.test_subscriptions import DAY, HOUR, START, Story, item, moment
from tests.fakes.stripe_account import Account

MONTH = moment(10, 21) - START


@pytest.fixture
def story(account: Account) -> Story:
    one = Story(account)
    one.subscribe()
    one.until(START + MONTH // 2)
    return one


def amounts(invoice: Any) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def test_an_upgrade_that_is_paid_at_once_charges_the_difference_for_the_rest_of_the_month(story: Story) -> None:
    scale = story.account.price(9900, product="Scale")
    changed = story.change_price(scale, proration_behavior="always_invoice")

    assert amounts(changed.latest_invoice) == [-1450, 4950]
    assert (changed.latest_invoice.amount_paid, changed.latest_invoice.billing_reason) == (3500, "subscription_update")
    assert item(changed).price.id == scale.id
    assert item(changed).current_period_end == moment(10, 21)
    renewed = story.until(moment(10, 21) + HOUR)
    assert amounts(renewed.latest_invoice) == [9900]


def test_a_preview_tells_the_same_and_changes_nothing(story: Story) -> None:
    scale = story.account.price(9900, product="Scale")
    details = {"items": [{"id": item(story.now()).id, "price": scale.id}], "proration_behavior": "always_invoice"}
    before = len(story.account.events())
    preview = story.v1.invoices.create_preview({"subscription": story.id, "subscription_details": details})

    assert (amounts(preview), preview.amount_due, preview.status) == ([-1450, 4950], 3500, "draft")
    assert [line.parent.subscription_item_details.proration for line in preview.lines.data] == [True, True]
    assert item(story.now()).price.id == story.price.id
    assert len(story.account.events()) == before
    charged = story.change_price(scale, proration_behavior="always_invoice").latest_invoice
    assert charged.amount_paid == preview.amount_due


def test_a_preview_of_nothing_in_particular_is_the_next_invoice(story: Story) -> None:
    preview = story.v1.invoices.create_preview({"subscription": story.id})

    assert (preview.amount_due, preview.created) == (2900, moment(10, 21))
    story.change(cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError) as raised:
        story.v1.invoices.create_preview({"subscription": story.id})
    assert raised.value.code == "invoice_upcoming_none"


def test_prorations_wait_for_the_next_invoice_unless_told_otherwise(story: Story) -> None:
    story.change_price(story.account.price(9900, product="Scale"))

    assert [one.amount for one in story.v1.invoice_items.list({"customer": story.customer.id}).data] == [4950, -1450]
    assert story.now().latest_invoice.billing_reason == "subscription_create"
    assert amounts(story.until(moment(10, 21) + HOUR).latest_invoice) == [-1450, 4950, 9900]


def test_a_downgrade_leaves_a_credit_that_pays_what_comes(story: Story) -> None:
    changed = story.change_price(story.account.price(900, product="Starter"), proration_behavior="always_invoice")

    assert (changed.latest_invoice.total, changed.latest_invoice.amount_due) == (450 - 1450, 0)
    assert story.v1.customers.retrieve(story.customer.id).balance == -1000
    renewed = story.until(moment(10, 21) + HOUR).latest_invoice
    assert (renewed.total, renewed.starting_balance, renewed.amount_paid, renewed.ending_balance) == (
        900,
        -1000,
        0,
        -100,
    )
    assert story.until(moment(11, 21) + HOUR).latest_invoice.amount_paid == 800


def test_no_proration_means_none(story: Story) -> None:
    scale = story.account.price(9900, product="Scale")
    story.change_price(scale, proration_behavior="none")

    assert amounts(story.until(moment(10, 21) + HOUR).latest_invoice) == [9900]


def test_another_interval_begins_a_period_of_its_own(story: Story) -> None:
    yearly = story.account.price(28_800, "year")
    changed = story.change_price(yearly)

    assert amounts(changed.latest_invoice) == [-1450, 28_800]
    assert changed.latest_invoice.amount_paid == 27_350
    start = START + MONTH // 2
    assert item(changed).current_period_start == changed.billing_cycle_anchor == start
    assert item(changed).current_period_end == start + 365 * DAY


def test_an_upgrade_that_is_not_paid_changes_nothing_until_it_is(story: Story) -> None:
    story.account.give_card(story.customer.id, "pm_card_chargeCustomerFail")
    scale = story.account.price(9900, product="Scale")
    waiting = story.change_price(scale, proration_behavior="always_invoice", payment_behavior="pending_if_incomplete")

    assert (waiting.status, item(waiting).price.id) == ("active", story.price.id)
    assert waiting.pending_update.subscription_items[0].price.id == scale.id
    story.account.give_card(story.customer.id, "pm_card_visa")
    story.v1.invoices.pay(waiting.latest_invoice.id)
    changed = story.now()
    assert (changed.pending_update, item(changed).price.id) == (None, scale.id)


def test_an_upgrade_that_is_never_paid_is_forgotten(story: Story) -> None:
    story.account.give_card(story.customer.id, "pm_card_chargeCustomerFail")
    scale = story.account.price(9900, product="Scale")
    story.change_price(scale, proration_behavior="always_invoice", payment_behavior="pending_if_incomplete")

    later = story.until(START + MONTH // 2 + DAY)
    assert (later.pending_update, item(later).price.id, later.status) == (None, story.price.id, "active")
    assert later.latest_invoice.status == "void"


def test_a_change_that_must_be_paid_and_is_not_leaves_no_trace(story: Story) -> None:
    story.account.give_card(story.customer.id, "pm_card_chargeCustomerFail")
    before = story.now().to_dict()

    with pytest.raises(stripe.CardError):
        story.change_price(
            story.account.price(9900), proration_behavior="always_invoice", payment_behavior="error_if_incomplete"
        )
    assert story.now().to_dict() == before


def test_within_a_trial_a_change_costs_nothing(account: Account) -> None:
    story = Story(account)
    story.subscribe(trial_period_days=14)
    changed = story.change_price(account.price(9900, product="Scale"), proration_behavior="always_invoice")

    assert (changed.status, changed.latest_invoice.total) == ("trialing", 0)
    paid = story.until(START + 14 * DAY + HOUR)
    assert (paid.status, paid.latest_invoice.amount_paid) == ("active", 9900)


def test_a_trial_can_be_ended_now(account: Account) -> None:
    story = Story(account)
    story.subscribe(trial_period_days=14)

    ended = story.change(trial_end="now")
    assert (ended.status, ended.latest_invoice.amount_paid) == ("active", 2900)


@pytest.mark.parametrize(
    ("coupon", "paid"),
    [
        ({"percent_off": 25, "duration": "once"}, [2175, 2900, 2900]),
        ({"percent_off": 50, "duration": "repeating", "duration_in_months": 2}, [1450, 1450, 2900]),
        ({"amount_off": 500, "currency": "eur", "duration": "forever"}, [2400, 2400, 2400]),
    ],
)
def test_a_promotion_code_takes_off_for_as_long_as_it_lasts(account: Account, coupon: Any, paid: list[int]) -> None:
    story = Story(account)
    made = story.v1.coupons.create(coupon)
    code = story.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": made.id}, "code": "SPRING", "max_redemptions": 1}
    )
    story.subscribe(discounts=[{"promotion_code": code.id}])
    story.until(moment(11, 21) + HOUR)

    invoices = story.v1.invoices.list({"subscription": story.id}).data
    assert [one.amount_paid for one in invoices][::-1] == paid
    used = story.v1.promotion_codes.retrieve(code.id)
    assert (used.times_redeemed, used.active) == (1, False)
    with pytest.raises(stripe.InvalidRequestError):
        story.subscribe(discounts=[{"promotion_code": code.id}])


def test_an_upgrade_that_is_not_paid_is_taken_back_with_its_invoice(story: Story) -> None:
    story.account.give_card(story.customer.id, "pm_card_chargeCustomerFail")
    scale = story.account.price(9900, product="Scale")
    waiting = story.change_price(scale, proration_behavior="always_invoice", payment_behavior="pending_if_incomplete")
    story.v1.invoices.void_invoice(waiting.latest_invoice.id)

    assert (story.now().pending_update, item(story.now()).price.id) == (None, story.price.id)
    assert "customer.subscription.pending_update_expired" in story.account.events()


def test_a_proration_is_reckoned_for_a_moment_of_the_current_period(story: Story) -> None:
    scale = story.account.price(9900, product="Scale")
    quarter = START + MONTH // 4
    changed = story.change_price(scale, proration_behavior="always_invoice", proration_date=quarter)
    assert amounts(changed.latest_invoice) == [-2175, 7425]

    for outside in (START - 1, moment(10, 21) + 1):
        with pytest.raises(stripe.InvalidRequestError, match="proration_date"):
            story.change_price(story.price, proration_date=outside)
