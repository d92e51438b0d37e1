"""A plan that runs is changed, cancelled and kept: what is charged, what is credited, and from when on it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Tier, User
from billing import changes, provider
from billing.changes import ChangeRefused, Hindrance, NothingToChange
from billing.plans import Interval
from billing.provider import ChangeOutdated, Feedback, NeverSubscribed, PaymentDeclined, PaymentsUnavailable, Planned
from tests.billing.stripe.paying import send
from tests.billing.stripe.subscriber import Subscriber

pytestmark = pytest.mark.django_db

MONTH, YEAR = Interval.MONTH, Interval.YEAR


def change(who: Subscriber, tier: Tier, interval: Interval = MONTH) -> changes.Quote:
    """Do as the page does: what is asked for is what was quoted."""
    quote = changes.quote(who.user, tier, interval, now=who.now)
    changes.make(who.user, tier, interval, at=quote.preview.at, now=who.now)
    return quote


def planned(who: Subscriber) -> Planned | None:
    return provider.current().planned(who.user)


def test_an_upgrade_is_paid_for_the_rest_of_the_period_and_counts_at_once(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.half()
    quote = change(subscriber, Tier.SCALE)

    assert quote.is_at_once
    assert (quote.preview.due_now, quote.preview.credited, quote.preview.renewal) == (3500, 1450, 9900)
    assert subscriber.invoices() == [2900, 3500]
    assert (subscriber.tier(), subscriber.row().plan) == ("scale", "scale")
    assert quote.preview.renews_at == subscriber.row().period_ends_at
    assert planned(subscriber) is None


def test_a_year_begins_at_once_and_what_is_left_of_the_month_is_credited(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.half()
    quote = change(subscriber, Tier.PRO, YEAR)

    assert (quote.preview.due_now, quote.preview.credited) == (28_800 - 1450, 1450)
    assert (quote.preview.renewal, quote.preview.renews_at) == (28_800, subscriber.row().period_ends_at)
    assert subscriber.invoices() == [2900, 27_350]
    assert subscriber.row().interval == "year"


def test_a_preview_changes_nothing(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    before = len(subscriber.account.events())
    for tier, interval in ((Tier.SCALE, MONTH), (Tier.PRO, YEAR), (Tier.STARTER, MONTH)):
        changes.quote(subscriber.user, tier, interval, now=subscriber.now)

    assert len(subscriber.account.events()) == before
    assert subscriber.tier() == "pro"


@pytest.mark.parametrize(
    ("begin", "wanted", "paid"),
    [
        ((Tier.SCALE, MONTH), (Tier.STARTER, MONTH), 1200),
        ((Tier.PRO, YEAR), (Tier.PRO, MONTH), 2900),
        ((Tier.PRO, MONTH), (Tier.STARTER, YEAR), 12_000),
    ],
)
def test_what_shrinks_keeps_everything_until_the_period_is_over(
    subscriber: Subscriber, begin: Any, wanted: Any, paid: int
) -> None:
    subscriber.subscribe(*begin)
    end = subscriber.row().period_ends_at
    quote = change(subscriber, *wanted)

    assert not quote.is_at_once
    assert (quote.preview.due_now, quote.preview.renewal, quote.preview.renews_at) == (0, paid, end)
    waits = planned(subscriber)
    assert waits is not None
    assert (waits.order, waits.at, waits.page) == (quote.order, end, "")
    subscriber.wait((end - subscriber.now).days - 1)
    assert subscriber.tier() == begin[0]
    subscriber.wait(2.1)
    assert (subscriber.tier(), subscriber.row().interval) == (wanted[0], wanted[1])
    assert subscriber.invoices()[-1] == paid
    assert planned(subscriber) is None


def test_another_smaller_plan_takes_the_place_of_the_planned_one(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.SCALE)
    change(subscriber, Tier.STARTER)
    change(subscriber, Tier.PRO)

    waits = planned(subscriber)
    assert waits is not None
    assert waits.order is not None
    assert waits.order.tier == Tier.PRO
    assert len(subscriber.v1.subscription_schedules.list().data) == 1


def test_a_planned_change_is_taken_back(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    change(subscriber, Tier.STARTER)
    with pytest.raises(ChangeRefused) as raised:
        changes.quote(subscriber.user, Tier.SCALE, MONTH, now=subscriber.now)
    assert raised.value.hindrance == Hindrance.PLANNED

    changes.keep(subscriber.user, now=subscriber.now)
    assert planned(subscriber) is None
    subscriber.wait(32)
    assert (subscriber.tier(), subscriber.invoices()[-1]) == ("pro", 2900)


def test_an_end_comes_with_the_end_of_what_is_paid_and_can_be_taken_back(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    end = subscriber.row().period_ends_at
    changes.cancel(subscriber.user, feedback=Feedback.TOO_EXPENSIVE, now=subscriber.now)

    assert (subscriber.tier(), subscriber.row().ends_at) == ("pro", end)
    assert subscriber.at_stripe().cancellation_details.feedback == "too_expensive"
    with pytest.raises(ChangeRefused) as raised:
        change(subscriber, Tier.SCALE)
    assert raised.value.hindrance == Hindrance.ENDING
    changes.keep(subscriber.user, now=subscriber.now)
    assert subscriber.row().ends_at is None
    changes.cancel(subscriber.user, feedback=None, now=subscriber.now)
    subscriber.wait(32)
    assert (subscriber.tier(), subscriber.row().status) == ("free", "canceled")
    with pytest.raises(NeverSubscribed):
        changes.keep(subscriber.user, now=subscriber.now)


def test_an_end_drops_what_was_planned(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    change(subscriber, Tier.STARTER)
    changes.cancel(subscriber.user, feedback=None, now=subscriber.now)

    assert planned(subscriber) is None
    assert subscriber.row().ends_at is not None


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required"])
def test_an_upgrade_that_is_not_paid_changes_nothing_until_it_is(subscriber: Subscriber, card: str) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.card(card)
    with pytest.raises(PaymentDeclined) as raised:
        change(subscriber, Tier.SCALE)

    waits = planned(subscriber)
    assert waits is not None
    assert waits.page == raised.value.page
    assert waits.order is not None
    assert (waits.order.tier, subscriber.tier(), subscriber.row().status) == (Tier.SCALE, "pro", "active")
    assert provider.current().owed(subscriber.user) is None
    subscriber.account.submit(waits.page, number="4242 4242 4242 4242")
    provider.current().catch_up(subscriber.user, now=subscriber.now)
    assert (subscriber.tier(), planned(subscriber)) == ("scale", None)


def test_an_unpaid_upgrade_is_taken_back_or_makes_room(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.STARTER)
    subscriber.card("pm_card_chargeCustomerFail")
    for act in ("keep", "change"):
        with pytest.raises(PaymentDeclined):
            change(subscriber, Tier.SCALE)
        if act == "keep":
            changes.keep(subscriber.user, now=subscriber.now)
            assert planned(subscriber) is None
    subscriber.card("pm_card_visa")
    change(subscriber, Tier.PRO)

    assert (subscriber.tier(), planned(subscriber)) == ("pro", None)
    statuses = [one.status for one in subscriber.v1.invoices.list({"customer": subscriber.customer}).data]
    assert statuses == ["paid", "void", "void", "paid"]


def test_who_clicks_twice_pays_once(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    quote = change(subscriber, Tier.SCALE)

    with pytest.raises(NothingToChange):
        changes.make(subscriber.user, Tier.SCALE, MONTH, at=quote.preview.at, now=subscriber.now)
    provider.current().change(subscriber.user, quote.order, at=quote.preview.at, now=subscriber.now)
    assert len(subscriber.invoices()) == 2
    subscriber.card("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            change(subscriber, Tier.SCALE, YEAR)
    assert len(subscriber.invoices()) == 3


def test_within_a_trial_every_change_counts_at_once_and_costs_nothing(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO, trial_period_days=14)
    end = subscriber.row().trial_ends_at
    for tier, interval in ((Tier.SCALE, YEAR), (Tier.STARTER, MONTH)):
        quote = change(subscriber, tier, interval)
        assert (quote.is_at_once, quote.is_trial, quote.preview.due_now) == (True, True, 0)
        assert quote.preview.renews_at == end
        assert subscriber.tier() == tier
    assert quote.preview.renewal == 1200
    assert subscriber.row().trial_ends_at == end


def test_who_owes_something_pays_first(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.card("pm_card_chargeCustomerFail")
    subscriber.wait(32)
    with pytest.raises(ChangeRefused) as raised:
        change(subscriber, Tier.SCALE)

    assert raised.value.hindrance == Hindrance.OWED
    owed = provider.current().owed(subscriber.user)
    assert owed is not None
    assert (owed.total, owed.status) == (2900, "open")
    subscriber.account.submit(owed.page, number="4242 4242 4242 4242")
    subscriber.look()
    assert (subscriber.row().status, provider.current().owed(subscriber.user)) == ("active", None)


def test_what_was_quoted_is_good_for_an_hour(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    quote = changes.quote(subscriber.user, Tier.SCALE, MONTH, now=subscriber.now)

    for later in (timedelta(minutes=61), timedelta(minutes=-1)):
        with pytest.raises(ChangeOutdated):
            changes.make(subscriber.user, Tier.SCALE, MONTH, at=quote.preview.at, now=subscriber.now + later)
    assert subscriber.tier() == "pro"


def test_nothing_is_changed_while_stripe_is_away(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    quote = changes.quote(subscriber.user, Tier.SCALE, MONTH, now=subscriber.now)
    subscriber.account.control("faults", kind="api_500", times=100)

    with pytest.raises(PaymentsUnavailable):
        changes.make(subscriber.user, Tier.SCALE, MONTH, at=quote.preview.at, now=subscriber.now)
    with pytest.raises(PaymentsUnavailable):
        changes.keep(subscriber.user, now=subscriber.now)
    subscriber.account.control("deliveries", clear=True)
    subscriber.look()
    assert subscriber.tier() == "pro"


def test_nobody_changes_what_they_do_not_have(subscriber: Subscriber) -> None:
    with pytest.raises(NeverSubscribed):
        changes.quote(subscriber.user, Tier.SCALE, MONTH, now=subscriber.now)
    subscriber.subscribe(Tier.PRO)
    with pytest.raises(NothingToChange):
        change(subscriber, Tier.PRO)
    with pytest.raises(ValueError, match="Free"):
        change(subscriber, Tier.FREE)


@pytest.mark.parametrize(("duration", "renewal"), [("forever", 7425), ("once", 9900)])
def test_a_promotion_in_effect_is_told_and_stays(subscriber: Subscriber, duration: Any, renewal: int) -> None:
    coupon = subscriber.v1.coupons.create({"percent_off": 25, "duration": duration})
    code = subscriber.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
    )
    subscriber.subscribe(Tier.PRO, discounts=[{"promotion_code": code.id}])
    coming = provider.current().coming(subscriber.user)
    assert coming is not None
    assert [one.code for one in coming.discounts] == (["SPRING"] if duration == "forever" else [])

    quote = changes.quote(subscriber.user, Tier.SCALE, MONTH, now=subscriber.now)
    assert quote.preview.renewal == renewal
    change(subscriber, Tier.STARTER)
    coming = provider.current().coming(subscriber.user)
    assert coming is not None
    assert coming.amount == (900 if duration == "forever" else 1200)
    subscriber.wait(32)
    assert subscriber.invoices()[-1] == coming.amount


def test_what_comes_next_is_told_and_nothing_when_nothing_comes(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    coming = provider.current().coming(subscriber.user)
    assert coming is not None
    assert (coming.amount, coming.currency, coming.at) == (2900, "eur", subscriber.row().period_ends_at)

    changes.cancel(subscriber.user, feedback=None, now=subscriber.now)
    assert provider.current().coming(subscriber.user) is None


def test_what_was_planned_in_the_portal_is_known_by_the_webhooks_alone(subscriber: Subscriber) -> None:
    subscriber.subscribe(Tier.PRO)
    page = provider.current().portal_page(subscriber.user)
    subscriber.account.submit(
        page, action="change", subscription=subscriber.id, price=subscriber.price(Tier.STARTER, YEAR)
    )
    for event in list(subscriber.account.server.world.objects["event"].values()):
        assert send(event) == 200

    waits = planned(subscriber)
    assert waits is not None
    assert waits.order is not None
    assert (waits.order.tier, waits.order.interval) == (Tier.STARTER, YEAR)
    assert waits.at == subscriber.row().period_ends_at


def test_nobody_sees_the_papers_of_somebody_else(subscriber: Subscriber, alice: User) -> None:
    subscriber.subscribe(Tier.PRO)

    assert len(provider.current().invoices(subscriber.user, most=9)) == 1
    assert provider.current().invoices(alice, most=9) == []
    assert provider.current().payment_method(alice) is None


def test_a_card_that_is_replaced_meanwhile_pays_for_what_was_planned(subscriber: Subscriber) -> None:
    method = subscriber.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscriber.customer})
    subscriber.subscribe(Tier.PRO)
    # As Checkout leaves it: the card is the subscription's.
    subscriber.v1.subscriptions.update(subscriber.id, {"default_payment_method": method.id})
    change(subscriber, Tier.STARTER)
    page = provider.current().payment_method_page(subscriber.user)
    subscriber.account.submit(page, action="card", number="5555 5555 5555 4444")
    provider.current().catch_up(subscriber.user, now=subscriber.now)

    subscriber.wait(32)
    assert (subscriber.row().status, subscriber.invoices()[-1]) == ("active", 1200)
