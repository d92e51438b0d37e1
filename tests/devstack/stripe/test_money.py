"""Cards, intents, refunds, disputes, invoices by hand."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.devstack.stripe.test_subscriptions import Story
from tests.fakes.stripe_account import Account


def pay(account: Account, card: str, **fields: Any) -> Any:
    wanted = {"amount": 1000, "currency": "eur", "payment_method": card, "confirm": True, **fields}
    return account.client.v1.payment_intents.create(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_each_card_is_declined_for_its_own_reason(account: Account, card: str, code: str, decline: str) -> None:
    with pytest.raises(stripe.CardError) as raised:
        pay(account, card)

    error = raised.value.error
    assert (raised.value.http_status, raised.value.code, error.decline_code) == (402, code, decline)  # type: ignore[union-attr]
    found = account.client.v1.payment_intents.list().data[0]
    assert (found.status, found.last_payment_error.code) == ("requires_payment_method", code)  # type: ignore[union-attr]
    assert "payment_intent.payment_failed" in account.events()


def test_the_holder_of_a_card_is_asked_and_the_payment_goes_on(account: Account) -> None:
    intent = pay(account, "pm_card_threeDSecure2Required", return_url="https://huntaze.example/back")

    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    reached, _ = account.submit(intent.next_action.redirect_to_url.url, answer="pass")
    assert reached == "https://huntaze.example/back"
    assert account.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_holder_who_is_not_there_cannot_be_asked(account: Account) -> None:
    with pytest.raises(stripe.CardError) as raised:
        pay(account, "pm_card_authenticationRequired", off_session=True)
    assert raised.value.code == "authentication_required"


def test_a_card_that_was_set_up_is_not_asked_about_again(account: Account) -> None:
    customer = account.customer(None)
    setup = account.client.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "https://huntaze.example/",
        }
    )
    assert setup.status == "requires_action"
    account.submit(setup.next_action.redirect_to_url.url, answer="pass")  # type: ignore[union-attr, arg-type]

    saved = account.client.v1.setup_intents.retrieve(setup.id)
    assert saved.status == "succeeded"
    assert pay(account, str(saved.payment_method), customer=customer.id, off_session=True).status == "succeeded"


def test_a_card_belongs_to_one_customer_until_it_is_taken_away(account: Account) -> None:
    first, second = account.customer(None), account.customer(None)
    card = account.give_card(first.id, "pm_card_visa")

    with pytest.raises(stripe.InvalidRequestError):
        account.client.v1.payment_methods.attach(card.id, {"customer": second.id})
    account.client.v1.payment_methods.detach(card.id)
    assert account.client.v1.customers.retrieve(first.id).invoice_settings.default_payment_method is None  # type: ignore[union-attr]
    with pytest.raises(stripe.CardError):
        account.give_card(first.id, "pm_card_chargeDeclined")


def test_money_is_given_back_in_parts_and_never_more_than_was_taken(account: Account) -> None:
    intent = pay(account, "pm_card_visa")
    refund = account.client.v1.refunds.create({"payment_intent": intent.id, "amount": 400})

    assert (refund.status, refund.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        account.client.v1.refunds.create({"payment_intent": intent.id, "amount": 700})
    account.client.v1.refunds.create({"charge": str(intent.latest_charge)})
    charge = account.client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded, len(charge.refunds.data)) == (1000, True, 2)  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError) as raised:
        account.client.v1.refunds.create({"charge": charge.id})
    assert raised.value.code == "charge_already_refunded"
    assert account.events("charge.refunded") == ["charge.refunded"] * 2


@pytest.mark.parametrize(("won", "status", "event"), [(True, "won", True), (False, "lost", False)])
def test_a_dispute_is_answered_and_decided(account: Account, won: bool, status: str, event: bool) -> None:
    charge = str(pay(account, "pm_card_visa").latest_charge)
    id = account.control("dispute", charge=charge)["dispute"]
    answered = account.client.v1.disputes.update(id, {"evidence": {"product_description": "Texts"}, "submit": True})

    assert (answered.status, answered.evidence.product_description) == ("under_review", "Texts")
    account.control("decide", dispute=id, won=won)
    assert account.client.v1.disputes.retrieve(id).status == status
    assert account.client.v1.charges.retrieve(charge).disputed is True
    told = account.events("charge.dispute.*")
    assert told[0] == "charge.dispute.created"
    assert told[-1] == "charge.dispute.closed"
    assert ("charge.dispute.funds_reinstated" in told) is event


def test_an_invoice_by_hand(account: Account) -> None:
    customer = account.customer()
    item = account.client.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    dropped = account.client.v1.invoice_items.create({"customer": customer.id, "amount": 1, "currency": "eur"})
    account.client.v1.invoice_items.delete(dropped.id)
    made = account.client.v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    assert (made.status, made.amount_due, made.lines.data[0].amount) == ("draft", 700, 700)
    assert account.client.v1.invoice_items.retrieve(item.id).invoice == made.id
    final = account.client.v1.invoices.finalize_invoice(made.id)
    assert final.status == "open"
    assert final.number
    assert final.invoice_pdf
    assert account.client.v1.invoices.pay(made.id).status == "paid"
    with pytest.raises(stripe.InvalidRequestError):
        account.client.v1.invoices.void_invoice(made.id)


@pytest.mark.parametrize(("way", "status"), [("void_invoice", "void"), ("mark_uncollectible", "uncollectible")])
def test_an_open_invoice_can_be_closed_unpaid(account: Account, way: str, status: str) -> None:
    story = Story(account, "pm_card_chargeCustomerFail")
    owed = story.subscribe().latest_invoice

    assert getattr(account.client.v1.invoices, way)(owed.id).status == status


def test_products_and_prices_are_changed_and_keys_handed_over(account: Account) -> None:
    first = account.price()
    account.client.v1.prices.update(first.id, {"lookup_key": "pro_month"})
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        account.client.v1.prices.create(
            {"product": first.product, "unit_amount": 3100, "currency": "eur", "lookup_key": "pro_month"}
        )
    second = account.client.v1.prices.create(
        {
            "product": first.product, "unit_amount": 3100, "currency": "eur", "recurring": {"interval": "month"},
            "lookup_key": "pro_month", "transfer_lookup_key": True,
        }
    )  # fmt: skip
    account.client.v1.prices.update(first.id, {"active": False})

    found = account.client.v1.prices.list({"lookup_keys": ["pro_month"], "active": True})
    assert [one.id for one in found.data] == [second.id]
    assert account.client.v1.products.update(first.product, {"name": "Pro+"}).name == "Pro+"
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        account.client.v1.subscriptions.create({"customer": account.customer().id, "items": [{"price": first.id}]})


def test_the_account_says_who_it_is(account: Account) -> None:
    assert account.client.v1.accounts.retrieve_current().id.startswith("acct_")
