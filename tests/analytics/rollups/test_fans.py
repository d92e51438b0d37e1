"""What is known of each fan, from events in any order and in any portions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from analytics import events, figures
from analytics.models import Event, FanFigures, FanMonth
from tests.analytics.rolling import earned, followed, roll_up, unfollowed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FAN = UUID("0199d000-0000-7000-8000-000000000001")
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def months() -> list[tuple[Any, ...]]:
    return list(
        FanMonth.objects.order_by("month", "fan", "currency").values_list(
            "month", "currency", "payments", "subscriptions", "renewals", "net_minor"
        )
    )


def test_a_fan_comes_follows_pays_and_leaves(alice: User) -> None:
    followed(alice, FAN, NOON)
    unfollowed(alice, FAN, NOON + DAY)
    followed(alice, FAN, NOON + 2 * DAY)
    earned(alice, NOON + 3 * DAY, fan_id=str(FAN), source="subscription")
    earned(alice, NOON + 33 * DAY, fan_id=str(FAN), source="renewal", net_minor=700)
    lapsed = NOON + 63 * DAY
    events.record("fan.lapsed", user_id=alice.pk, data={"fan_id": str(FAN), "platform": "onlyfans"}, now=lapsed)

    roll_up()

    fan = FanFigures.objects.get()
    assert (fan.user, fan.fan) == (alice, FAN)
    assert (fan.first_seen, fan.last_seen) == (NOON, NOON + 33 * DAY)
    assert (fan.first_followed_at, fan.followed_at, fan.unfollowed_at) == (NOON, NOON + 2 * DAY, NOON + DAY)
    assert (fan.first_paid_at, fan.last_paid_at) == (NOON + 3 * DAY, NOON + 33 * DAY)
    assert (fan.lapsed_at, fan.payments) == (lapsed, 2)
    assert months() == [(NOVEMBER, "eur", 1, 1, 0, 800), (DECEMBER, "eur", 1, 0, 1, 700)]


def test_the_order_in_which_events_come_makes_no_difference(alice: User) -> None:
    for days in (5, 1, 9, 3):
        earned(alice, NOON + days * DAY, fan_id=str(FAN))
        roll_up()

    fan = FanFigures.objects.get()
    assert (fan.first_paid_at, fan.last_paid_at, fan.payments) == (NOON + DAY, NOON + 9 * DAY, 4)
    assert fan.first_followed_at is None


def test_a_payment_that_was_a_mistake_was_neither_the_first_nor_the_last(alice: User) -> None:
    first = earned(alice, NOON, fan_id=str(FAN))
    earned(alice, NOON + DAY, fan_id=str(FAN))
    roll_up()
    earned(alice, NOON, what="removed", **first | {"earning_id": str(uuid4())})

    roll_up()

    fan = FanFigures.objects.get()
    assert (fan.first_paid_at, fan.last_paid_at, fan.payments) == (NOON + DAY, NOON + DAY, 1)
    assert months() == [(NOVEMBER, "eur", 1, 0, 0, 800)]


def test_who_never_paid_after_all_is_no_paying_fan(alice: User) -> None:
    only = earned(alice, NOON, fan_id=str(FAN))
    earned(alice, NOON, what="removed", **only)

    roll_up()

    fan = FanFigures.objects.get()
    assert (fan.first_paid_at, fan.last_paid_at, fan.payments) == (None, None, 0)
    assert months() == [(NOVEMBER, "eur", 0, 0, 0, 0)]


def test_an_earning_that_was_entered_anew_counts_as_it_is_now(alice: User) -> None:
    wrong = earned(alice, NOON, fan_id=str(FAN))
    earned(alice, NOON, what="removed", **wrong)
    earned(alice, NOON + DAY, **wrong | {"net_minor": 500})

    roll_up()

    fan = FanFigures.objects.get()
    assert (fan.first_paid_at, fan.payments) == (NOON + DAY, 1)
    assert months() == [(NOVEMBER, "eur", 1, 0, 0, 500)]


def test_a_refund_takes_money_and_no_payment_and_may_be_a_mistake_itself(alice: User) -> None:
    paid = earned(alice, NOON, fan_id=str(FAN))
    earned(alice, NOON + DAY, what="refunded", **paid)
    roll_up()
    assert months() == [(NOVEMBER, "eur", 1, 0, 0, 0)]
    earned(alice, NOON + DAY, what="refunded", **paid | {"gross_minor": -1000, "fee_minor": -200, "net_minor": -800})

    roll_up()

    assert months() == [(NOVEMBER, "eur", 1, 0, 0, 800)]
    assert FanFigures.objects.get().first_paid_at == NOON


def test_currencies_and_creators_are_kept_apart(alice: User, bob: User) -> None:
    earned(alice, NOON, fan_id=str(FAN))
    earned(alice, NOON, fan_id=str(FAN), currency="usd")
    earned(bob, NOON, fan_id=str(FAN))
    earned(bob, NOON, fan_id=None)

    roll_up()

    assert FanMonth.objects.filter(user=alice).count() == 2
    assert FanMonth.objects.filter(user=bob).count() == 1
    assert FanFigures.objects.count() == 2


def test_a_fan_is_forgotten_and_the_sums_stay(alice: User, bob: User) -> None:
    other = uuid4()
    for fan in (FAN, other):
        followed(alice, fan, NOON)
        earned(alice, NOON, fan_id=str(fan))
    earned(bob, NOON, fan_id=str(FAN))
    roll_up()
    earned(alice, NOON, fan_id=str(FAN))

    assert events.forget_fan(alice.pk, FAN) == 3
    roll_up()

    assert not Event.objects.filter(user=alice, data__fan_id=str(FAN)).exists()
    assert set(FanFigures.objects.values_list("user", "fan")) == {(alice.pk, other), (bob.pk, FAN)}
    assert not FanMonth.objects.filter(user=alice, fan=FAN).exists()
    (total,) = figures.total(alice, "earning.net", NOON.date(), NOON.date() + DAY)
    assert (total.count, total.amount) == (3, Decimal(2400))
