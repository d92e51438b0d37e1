"""Schedules: what is planned for the end of a period, carried out by the clock, or taken back."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.devstack.stripe.test_subscriptions import HOUR, START, Story, item, moment
from tests.fakes.stripe_account import Account

MONTH_END = moment(10, 21)


@pytest.fixture
def story(account: Account) -> Story:
    one = Story(account)
    one.subscribe()
    one.until(START + 10 * 86_400)
    return one


def plan(story: Story, price: Any, interval: str = "month", **fields: Any) -> Any:
    """Let another price follow when the period is over, as the application does."""
    schedules = story.v1.subscription_schedules
    made = schedules.create({"from_subscription": story.id})
    now = made.phases[0]
    kept = {"discounts": [{"discount": one.discount} for one in now.discounts]}
    current = {"items": [{"price": now["items"][0].price, "quantity": 1}], "start_date": now.start_date, **kept}
    following = {"items": [{"price": price.id}], "duration": {"interval": interval}, **kept}
    wanted: Any = {"phases": [current | {"end_date": now.end_date}, following], **fields}
    return schedules.update(made.id, wanted)


def test_a_schedule_says_at_first_what_is_so_anyway(story: Story) -> None:
    made = story.v1.subscription_schedules.create({"from_subscription": story.id})

    (phase,) = made.phases
    assert (made.status, made.end_behavior, made.subscription) == ("active", "release", story.id)
    assert (phase.start_date, phase.end_date) == (START, MONTH_END)
    assert [one.price for one in phase["items"]] == [story.price.id]
    assert story.now().schedule == made.id
    assert story.v1.subscription_schedules.retrieve(made.id).current_phase.end_date == MONTH_END
    assert [one.id for one in story.v1.subscription_schedules.list({"customer": story.customer.id}).data] == [made.id]
    assert "subscription_schedule.created" in story.account.events()


def test_a_smaller_plan_follows_when_the_period_is_over_and_not_before(story: Story) -> None:
    starter = story.account.price(1200, product="Starter")
    plan(story, starter)

    assert item(story.until(MONTH_END - 1)).price.id == story.price.id
    renewed = story.until(MONTH_END + HOUR)
    assert item(renewed).price.id == starter.id
    assert (renewed.latest_invoice.billing_reason, renewed.latest_invoice.amount_paid) == ("subscription_cycle", 1200)
    assert [line.amount for line in renewed.latest_invoice.lines.data] == [1200]
    assert item(renewed).current_period_end == moment(11, 21)


def test_behind_its_last_phase_a_schedule_lets_go(story: Story) -> None:
    made = plan(story, story.account.price(1200, product="Starter"))

    later = story.until(moment(11, 21) + HOUR)
    assert (later.status, later.schedule, later.latest_invoice.amount_paid) == ("active", None, 1200)
    released = story.v1.subscription_schedules.retrieve(made.id)
    assert (released.status, released.released_subscription, released.subscription) == ("released", story.id, None)


def test_a_schedule_can_end_the_subscription(story: Story) -> None:
    made = plan(story, story.account.price(1200, product="Starter"), end_behavior="cancel")

    assert story.until(moment(11, 21)).status == "canceled"
    assert story.v1.subscription_schedules.retrieve(made.id).status == "completed"


@pytest.mark.parametrize("interval", ["month", "year"])
def test_another_interval_counts_from_the_end_of_the_old_one(account: Account, interval: str) -> None:
    story = Story(account)
    other = "year" if interval == "month" else "month"
    story.price = account.price(28_800 if interval == "year" else 2_900, interval)
    story.subscribe()
    end = item(story.now()).current_period_end
    following = account.price(9_900 if other == "month" else 99_000, other)
    plan(story, following, other)

    renewed = story.until(end + HOUR)
    assert (item(renewed).price.id, item(renewed).current_period_start) == (following.id, end)
    assert renewed.latest_invoice.amount_paid == following.unit_amount
    # A month and a year, or a year and a month, later.
    assert item(renewed).current_period_end == moment(10, 21, 2027)


def test_what_was_planned_can_be_taken_back(story: Story) -> None:
    made = plan(story, story.account.price(1200, product="Starter"))
    released = story.v1.subscription_schedules.release(made.id)

    assert (released.status, released.current_phase) == ("released", None)
    renewed = story.until(MONTH_END + HOUR)
    assert (item(renewed).price.id, renewed.latest_invoice.amount_paid) == (story.price.id, 2900)
    with pytest.raises(stripe.InvalidRequestError, match="`released` status"):
        story.v1.subscription_schedules.release(made.id)


def test_the_next_invoice_is_what_the_next_phase_costs(story: Story) -> None:
    made = plan(story, story.account.price(1200, product="Starter"))

    for about in ({"schedule": made.id}, {"subscription": story.id}):
        preview = story.v1.invoices.create_preview(about)
        assert (preview.amount_due, preview.created) == (1200, MONTH_END)
    assert item(story.now()).price.id == story.price.id


def test_a_scheduled_subscription_ends_with_its_schedule_and_the_other_way_round(account: Account) -> None:
    for act in ("schedule", "subscription"):
        story = Story(account)
        story.subscribe()
        made = plan(story, account.price(1200))
        if act == "schedule":
            story.v1.subscription_schedules.cancel(made.id)
        else:
            story.v1.subscriptions.cancel(story.id)
        assert story.now().status == "canceled"
        assert story.v1.subscription_schedules.retrieve(made.id).status == "canceled"


def test_under_a_schedule_nothing_is_changed_directly(story: Story) -> None:
    plan(story, story.account.price(1200))

    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        story.change(cancel_at_period_end=True)
    with pytest.raises(stripe.InvalidRequestError, match="Release the schedule first"):
        story.change_price(story.account.price(9900))
    with pytest.raises(stripe.InvalidRequestError, match="already has a schedule"):
        story.v1.subscription_schedules.create({"from_subscription": story.id})


def test_the_current_phase_stays_as_it_began(story: Story) -> None:
    made = story.v1.subscription_schedules.create({"from_subscription": story.id})
    phase: Any = {"items": [{"price": story.price.id}], "start_date": START, "end_date": MONTH_END}

    for wrong in ([{**phase, "start_date": START + 1}], [{**phase, "end_date": START}], [phase, {**phase}]):
        with pytest.raises(stripe.InvalidRequestError):
            story.v1.subscription_schedules.update(made.id, {"phases": wrong})
    assert len(story.v1.subscription_schedules.retrieve(made.id).phases) == 1


def test_a_phase_may_begin_in_the_middle_of_a_period_and_is_prorated_then(story: Story) -> None:
    made = story.v1.subscription_schedules.create({"from_subscription": story.id})
    half = START + (MONTH_END - START) // 2
    scale = story.account.price(9900, product="Scale")
    phases: Any = [
        {"items": [{"price": story.price.id}], "start_date": START, "end_date": half},
        {"items": [{"price": scale.id}], "duration": {"interval": "month"}, "proration_behavior": "always_invoice"},
    ]
    story.v1.subscription_schedules.update(made.id, {"phases": phases})

    changed = story.until(half)
    assert item(changed).price.id == scale.id
    assert changed.latest_invoice.amount_paid == 4950 - 1450


def test_a_discount_goes_on_when_the_phases_say_so_and_ends_when_they_do_not(account: Account) -> None:
    paid = []
    for keeps in (True, False):
        story = Story(account)
        coupon = story.v1.coupons.create({"percent_off": 50, "duration": "forever"})
        story.subscribe(discounts=[{"coupon": coupon.id}])
        made = plan(story, account.price(1200))
        if not keeps:
            phases = [
                {"items": [{"price": one["items"][0].price}], "start_date": one.start_date, "end_date": one.end_date}
                for one in made.phases
            ]
            story.v1.subscription_schedules.update(made.id, {"phases": phases})
            assert story.now().discounts == []
        paid.append(story.until(MONTH_END + HOUR).latest_invoice.amount_paid)
    assert paid == [600, 1200]


def test_the_portal_plans_what_is_smaller_and_does_at_once_what_is_larger(story: Story) -> None:
    starter, scale = story.account.price(1200, product="Starter"), story.account.price(9900, product="Scale")
    yearly = story.account.price(28_800, "year", product="Pro by the year")
    update: Any = {
        "enabled": True, "default_allowed_updates": ["price"], "proration_behavior": "always_invoice",
        "products": [{"product": one.product, "prices": [one.id]} for one in (starter, scale, yearly)],
        "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}, {"type": "shortening_interval"}]},
    }  # fmt: skip
    features: Any = {"subscription_update": update, "subscription_cancel": {"enabled": True, "mode": "at_period_end"}}
    portal = story.v1.billing_portal
    configured = portal.configurations.create({"features": features})
    page = portal.sessions.create({"customer": story.customer.id, "configuration": configured.id}).url

    def act(action: str, price: Any = None) -> Any:
        story.account.submit(page, action=action, subscription=story.id, price=price.id if price else "")
        return story.now()

    assert act("change", starter).schedule is not None
    assert act("resume").schedule is None
    assert item(act("change", scale)).price.id == scale.id
    planned = act("change", starter)
    assert (item(planned).price.id, planned.schedule is None) == (scale.id, False)
    ending = act("cancel")
    assert (ending.schedule, ending.cancel_at_period_end) == (None, True)
