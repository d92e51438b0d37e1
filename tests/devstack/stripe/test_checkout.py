"""Checkout and the portal, as a person uses them: by their forms."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.devstack.stripe.test_subscriptions import HOUR, Story, moment
from tests.fakes.stripe_account import Account

GOOD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
ASKS = "4000 0000 0000 3220"
ASKS_ONCE = "4000 0025 0000 3155"


def session(account: Account, **fields: Any) -> Any:
    wanted = {
        "mode": "subscription",
        "line_items": [{"price": account.price().id, "quantity": 1}],
        "success_url": "https://huntaze.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://huntaze.example/back",
        **fields,
    }
    return account.client.v1.checkout.sessions.create(wanted)  # type: ignore[arg-type]


def now(account: Account, made: Any) -> Any:
    return account.client.v1.checkout.sessions.retrieve(made.id, {"expand": ["subscription", "line_items"]})


def test_paying_makes_the_subscription_and_leads_back(account: Account) -> None:
    customer = account.customer(None)
    made = session(
        account, customer=customer.id, client_reference_id="7", subscription_data={"metadata": {"user": "7"}}
    )
    assert (made.status, made.payment_status, made.amount_total) == ("open", "unpaid", 2900)
    assert "29.00 EUR" in account.submit(made.url, action="code", code="")[1]

    reached, _ = account.submit(made.url, number=GOOD)
    assert reached == f"https://huntaze.example/done?session={made.id}"
    done = now(account, made)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.subscription.status, done.subscription.metadata["user"]) == ("active", "7")
    assert done.subscription.default_payment_method
    assert account.events()[-1] == "checkout.session.completed"
    again, _ = account.submit(made.url, number=GOOD)
    assert again == reached
    assert len(account.client.v1.subscriptions.list().data) == 1


def test_a_declined_card_can_be_tried_again_and_leaves_nothing(account: Account) -> None:
    made = session(account, customer=account.customer(None).id)

    _, page = account.submit(made.url, number=DECLINED)
    assert "Your card was declined." in page
    assert account.client.v1.subscriptions.list({"status": "all"}).data == []
    account.submit(made.url, number=GOOD)
    assert now(account, made).status == "complete"


@pytest.mark.parametrize("card", [ASKS, ASKS_ONCE])
def test_the_bank_asks_and_what_is_answered_decides(account: Account, card: str) -> None:
    made = session(account, customer=account.customer(None).id)

    reached, page = account.submit(made.url, number=card)
    assert "3-D Secure" in page
    _, page = account.submit(reached, answer="fail")
    assert "unable to authenticate" in page
    assert now(account, made).status == "open"
    reached, _ = account.submit(made.url, number=card)
    reached, _ = account.submit(reached, answer="pass")
    assert reached.startswith("https://huntaze.example/done")
    assert now(account, made).subscription.status == "active"


def test_a_trial_needs_no_card_where_none_is_collected(account: Account) -> None:
    made = session(
        account,
        customer=account.customer(None).id,
        payment_method_collection="if_required",
        subscription_data={
            "trial_period_days": 14,
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        },
    )
    account.submit(made.url)

    done = now(account, made)
    assert (done.subscription.status, done.payment_status) == ("trialing", "no_payment_required")
    assert done.subscription.trial_settings.end_behavior.missing_payment_method == "pause"


def test_a_promotion_code_is_typed_on_the_page(account: Account) -> None:
    coupon = account.client.v1.coupons.create({"percent_off": 50, "duration": "once"})
    account.client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"})
    made = session(account, allow_promotion_codes=True, customer=account.customer(None).id)

    assert "This code is invalid." in account.submit(made.url, action="code", code="NONE")[1]
    assert "14.50 EUR" in account.submit(made.url, action="code", code="half")[1]
    account.submit(made.url, number=GOOD)
    invoice = account.client.v1.invoices.retrieve(now(account, made).invoice)
    assert (invoice.subtotal, invoice.amount_paid) == (2900, 1450)


def test_who_is_no_customer_yet_becomes_one(account: Account) -> None:
    made = session(account, customer_email="new@example.org")
    account.submit(made.url, number=GOOD, email="new@example.org")

    done = now(account, made)
    assert done.customer_details.email == "new@example.org"
    assert account.client.v1.customers.retrieve(done.customer).email == "new@example.org"


def test_a_session_ends_after_a_day_or_when_it_is_told_to(account: Account) -> None:
    told, waited = session(account), session(account)
    account.client.v1.checkout.sessions.expire(told.id)
    account.control("advance", seconds=24 * HOUR + 1)

    assert (now(account, told).status, now(account, waited).status) == ("expired", "expired")
    with pytest.raises(stripe.InvalidRequestError):
        account.client.v1.checkout.sessions.expire(told.id)


def test_other_modes_pay_once_and_save_a_card(account: Account) -> None:
    customer = account.customer(None)
    product = account.client.v1.products.create({"name": "Credits"})
    once = account.client.v1.prices.create({"product": product.id, "unit_amount": 500, "currency": "eur"})
    paid = session(account, mode="payment", line_items=[{"price": once.id, "quantity": 2}], customer=customer.id)
    account.submit(paid.url, number=GOOD)
    intent = account.client.v1.payment_intents.retrieve(now(account, paid).payment_intent)
    assert (intent.status, intent.amount_received) == ("succeeded", 1000)

    saved = account.client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "eur", "customer": customer.id, "success_url": "https://huntaze.example/"}
    )
    account.submit(str(saved.url), number=GOOD)
    assert account.client.v1.setup_intents.retrieve(now(account, saved).setup_intent).status == "succeeded"
    assert len(account.client.v1.customers.payment_methods.list(customer.id).data) == 1


# --- The portal ---


def configured(account: Account, *prices: Any) -> Any:
    update: Any = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": one.product, "prices": [one.id]} for one in prices],
    }
    return account.client.v1.billing_portal.configurations.create(
        {
            "features": {
                "payment_method_update": {"enabled": True},
                "invoice_history": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
                "subscription_update": update,
            }
        }
    )


def test_a_customer_helps_themselves_in_the_portal(account: Account) -> None:
    story = Story(account)
    made = story.subscribe()
    scale = account.price(9900, product="Scale")
    configured(account, story.price, scale)
    portal = account.client.v1.billing_portal.sessions.create(
        {"customer": story.customer.id, "return_url": "https://huntaze.example/app/billing"}
    )

    account.submit(portal.url, action="change", subscription=made.id, price=scale.id)
    assert story.now()["items"].data[0].price.id == scale.id
    account.submit(portal.url, action="cancel", subscription=made.id, feedback="unused")
    assert story.now().cancel_at_period_end is True
    _, page = account.submit(portal.url, action="resume", subscription=made.id)
    assert story.now().cancel_at_period_end is False
    assert "99.00 EUR" in page
    assert "https://huntaze.example/app/billing" in page
    assert "Your card was declined." in account.submit(portal.url, action="card", number=DECLINED)[1]
    account.submit(portal.url, action="card", number="5555 5555 5555 4444")
    customer: Any = account.client.v1.customers.retrieve(story.customer.id)
    card: Any = account.client.v1.payment_methods.retrieve(customer.invoice_settings.default_payment_method).card
    assert card.brand == "mastercard"


def test_the_portal_allows_what_it_is_configured_for_and_only_ones_own(account: Account) -> None:
    story, other = Story(account), Story(account)
    story.subscribe()
    others = other.subscribe()
    account.client.v1.billing_portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})
    portal = account.client.v1.billing_portal.sessions.create({"customer": story.customer.id})

    assert "does not allow" in account.submit(portal.url, action="cancel", subscription=story.id)[1]
    assert "No such subscription" in account.submit(portal.url, action="cancel", subscription=others.id)[1]
    assert other.now().cancel_at_period_end is False


def test_an_invoice_has_a_page_to_pay_it_and_a_pdf(account: Account) -> None:
    story = Story(account)
    story.subscribe()
    account.give_card(story.customer.id, "pm_card_threeDSecure2Required")
    owed = story.until(moment(10, 21) + HOUR)
    assert owed.status == "past_due"
    assert "invoice.payment_action_required" in account.events()

    reached, page = account.submit(owed.latest_invoice.hosted_invoice_url, number=ASKS)
    assert "3-D Secure" in page
    _, page = account.submit(reached, answer="pass")
    assert "This invoice is paid." in page
    assert story.now().status == "active"
    file = account.read(owed.latest_invoice.invoice_pdf)
    assert file.startswith(b"%PDF-1.4")
    assert b"29.00 EUR" in file
