"""What a webhook should have told, and did not."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from djstripe.models import Subscription as Mirrored

from accounts.models import Tier, User
from billing import reconcile
from billing.models import Subscription
from tests.billing.stripe.paying import Payer

pytestmark = pytest.mark.django_db


def run() -> list[str]:
    return reconcile.run(now=timezone.now())


def test_when_all_is_right_nothing_is_touched(payer: Payer) -> None:
    payer.subscribe()
    payer.deliver()
    before = Mirrored.objects.get().djstripe_updated

    assert run() == []
    assert Mirrored.objects.get().djstripe_updated == before


def test_a_subscription_that_nobody_told_of_is_found(payer: Payer, caplog: Any) -> None:
    payer.subscribe(Tier.SCALE)

    assert run() == [payer.customer]
    assert payer.tier() == "scale"
    assert payer.customer in caplog.text
    assert run() == []


def test_an_end_that_nobody_told_of_is_found(payer: Payer) -> None:
    made = payer.subscribe()
    payer.deliver()
    payer.v1.subscriptions.cancel(made.id)

    assert run() == [payer.customer]
    assert payer.tier() == "free"


def test_a_row_that_somebody_changed_is_put_right(payer: Payer) -> None:
    payer.subscribe()
    payer.deliver()
    Subscription.objects.update(plan="scale", status="trialing")
    User.objects.filter(pk=payer.user.pk).update(tier="scale")

    assert run() == [payer.customer]
    assert (payer.tier(), Subscription.objects.get().status) == ("pro", "active")


def test_who_is_no_customer_of_ours_is_left_alone(payer: Payer) -> None:
    stranger = payer.account.customer()
    payer.v1.subscriptions.create({"customer": stranger.id, "items": [{"price": payer.price(Tier.PRO).id}]})

    assert run() == []
    assert not Subscription.objects.exists()
