"""Which change of plan counts at once, and which waits for the renewal."""

from __future__ import annotations

import pytest

from accounts.models import Tier
from billing import changes
from billing.plans import Currency, Interval
from billing.provider import Order

MONTH, YEAR = Interval.MONTH, Interval.YEAR


@pytest.mark.parametrize(
    ("before", "wanted", "at_once"),
    [
        ((Tier.STARTER, MONTH), (Tier.PRO, MONTH), True),
        ((Tier.PRO, YEAR), (Tier.SCALE, YEAR), True),
        ((Tier.PRO, MONTH), (Tier.PRO, YEAR), True),
        ((Tier.STARTER, MONTH), (Tier.SCALE, YEAR), True),
        ((Tier.PRO, MONTH), (Tier.STARTER, MONTH), False),
        ((Tier.SCALE, YEAR), (Tier.PRO, YEAR), False),
        ((Tier.PRO, YEAR), (Tier.PRO, MONTH), False),
        ((Tier.PRO, MONTH), (Tier.STARTER, YEAR), False),
        ((Tier.STARTER, YEAR), (Tier.SCALE, MONTH), False),
    ],
)
def test_what_grows_counts_at_once_and_what_shrinks_waits(
    before: tuple[Tier, Interval], wanted: tuple[Tier, Interval], at_once: bool
) -> None:
    orders = [Order(tier, interval, Currency.EUR) for tier, interval in (before, wanted)]

    assert changes.is_at_once(*orders) == at_once
