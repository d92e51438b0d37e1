"""Every state that a subscription can be in, and what its owner may do then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import Subscription

from accounts.models import Tier
from billing import entitlements
from billing.entitlements import GRACE, Access, Entitlement, Reason, Standing

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
SOON: Final = NOW + timedelta(days=9)
LONG_AGO: Final = NOW - timedelta(days=400)
SECOND: Final = timedelta(seconds=1)
FULL, READ_ONLY = Access.FULL, Access.READ_ONLY


def standing(status: str, **fields: Any) -> Standing:
    return Standing(status, Tier.PRO, SOON, **fields)


TABLE: Final = [
    ("never had one", None, Tier.FREE, FULL, Reason.FREE, None),
    ("on trial", standing("trialing", trial_ends_at=SOON), Tier.PRO, FULL, Reason.TRIAL, SOON),
    ("on trial, ends with it", standing("trialing", trial_ends_at=SOON, ends_at=SOON), Tier.PRO, FULL, Reason.TRIAL, SOON),
    ("paid", standing("active"), Tier.PRO, FULL, Reason.PAID, None),
    ("paid, and cancelled", standing("active", ends_at=SOON), Tier.PRO, FULL, Reason.ENDING, SOON),
    ("paid once, collection stopped", standing("active", is_collecting=False), Tier.FREE, FULL, Reason.PAUSED, None),
    ("owes since today", standing("past_due", unpaid_since=NOW), Tier.PRO, FULL, Reason.GRACE, NOW + GRACE),
    ("owes, since when is not known", standing("past_due"), Tier.PRO, FULL, Reason.GRACE, None),
    (
        "a second before the grace is over",
        standing("past_due", unpaid_since=NOW - GRACE + SECOND),
        Tier.PRO, FULL, Reason.GRACE, NOW + SECOND,
    ),
    ("the grace is over", standing("past_due", unpaid_since=NOW - GRACE), Tier.FREE, READ_ONLY, Reason.UNPAID, None),
    ("owes for long", standing("past_due", unpaid_since=LONG_AGO), Tier.FREE, READ_ONLY, Reason.UNPAID, None),
    ("given up", standing("unpaid", unpaid_since=LONG_AGO), Tier.FREE, READ_ONLY, Reason.UNPAID, None),
    ("trial over, no card", standing("paused"), Tier.FREE, FULL, Reason.PAUSED, None),
    ("first payment under way", standing("incomplete"), Tier.FREE, FULL, Reason.CONFIRMING, None),
    ("first payment never came", standing("incomplete_expired"), Tier.FREE, FULL, Reason.ENDED, None),
    ("over", standing("canceled", ends_at=LONG_AGO), Tier.FREE, FULL, Reason.ENDED, None),
    ("a word that is new", standing("hibernating"), Tier.FREE, FULL, Reason.UNKNOWN, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_", "tier", "access", "reason", "changes_at"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_state_gives_what_the_table_says(
    given_: Standing | None, tier: Tier, access: Access, reason: Reason, changes_at: datetime | None
) -> None:
    assert entitlements.of(given_, now=NOW) == Entitlement(tier, access, reason, changes_at)


def test_the_table_has_every_status_that_stripes_client_knows() -> None:
    known = set(get_args(Subscription.__annotations__["status"]))

    assert len(known) == 8
    assert known <= {row[1].status for row in TABLE if row[1] is not None}


@given(
    status=st.sampled_from(["past_due", "unpaid", "canceled", "paused", "incomplete", "incomplete_expired", "other"]),
    days=st.integers(14, 4_000),
)
def test_nobody_keeps_a_paid_plan_that_is_not_paid_for(status: str, days: int) -> None:
    found = entitlements.of(standing(status, unpaid_since=NOW - timedelta(days=days)), now=NOW)

    assert found.tier is Tier.FREE
    assert found.changes_at is None
