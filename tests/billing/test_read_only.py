"""An account that did not pay in time may only read: written with the tier, and held to by the door to the models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Tier, User
from accounts.read_only import ReadOnly
from billing import quota, subscriptions
from billing.entitlements import GRACE, Standing
from billing.models import Reservation
from billing.subscriptions import Told

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def told(status: str, *, unpaid_since: datetime | None = None) -> Told:
    standing = Standing(status, Tier.PRO, NOW + 30 * DAY, unpaid_since=unpaid_since)
    return Told("sub_1", standing, "month", "eur")


def access(user: User) -> tuple[str, datetime | None]:
    user.refresh_from_db()
    return user.tier, user.read_only_since


def test_it_begins_with_the_end_of_the_grace_and_ends_with_the_payment(bob: User) -> None:
    owing = told("past_due", unpaid_since=NOW)
    subscriptions.apply(bob.pk, owing, now=NOW)
    assert access(bob) == ("pro", None)

    subscriptions.apply(bob.pk, owing, now=NOW + GRACE)
    assert access(bob) == ("free", NOW + GRACE)

    # Told again, and with Stripe's next word for it: it is the same time without a pen.
    subscriptions.apply(bob.pk, told("unpaid", unpaid_since=NOW), now=NOW + GRACE + DAY)
    assert access(bob) == ("free", NOW + GRACE)

    subscriptions.apply(bob.pk, told("active"), now=NOW + GRACE + 2 * DAY)
    assert access(bob) == ("pro", None)


def test_by_itself_it_begins_within_the_hour(bob: User) -> None:
    subscriptions.apply(bob.pk, told("past_due", unpaid_since=NOW), now=NOW)

    assert subscriptions.expire(now=NOW + GRACE) == 1
    assert access(bob) == ("free", NOW + GRACE)


def test_who_cancels_in_place_of_paying_writes_again_on_free(bob: User) -> None:
    subscriptions.apply(bob.pk, told("unpaid", unpaid_since=NOW), now=NOW)
    subscriptions.apply(bob.pk, told("canceled"), now=NOW + DAY)

    assert access(bob) == ("free", None)


def test_the_door_sets_nothing_aside_but_what_is_on_us(bob: User) -> None:
    bob.read_only_since = NOW
    bob.save()

    with pytest.raises(ReadOnly):
        quota.reserve(bob, credits=1, premium=False, now=NOW)
    assert not Reservation.objects.exists()

    # The moderation of a post that was scheduled before.
    assert quota.reserve(bob, credits=0, premium=False, now=NOW).credits == 0
