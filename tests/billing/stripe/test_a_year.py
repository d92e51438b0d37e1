"""A year of one customer, on the simulator's clock: invoices, credits and what may be done agree each month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from django.core import mail

from accounts.models import Tier
from accounts.read_only import ReadOnly
from analytics import partitions
from billing import changes, plans, provider, quota, subscriptions, tasks
from billing.models import QuotaPeriod
from billing.plans import Interval
from tests.billing.stripe import paying
from tests.billing.stripe.subscriber import Subscriber
from tests.fakes.stripe_account import Account

pytestmark = pytest.mark.django_db

DAY: Final = timedelta(days=1)
START: Final = datetime(2027, 1, 5, 9, tzinfo=UTC)
USED_A_DAY: Final = 40
CALM_STEP: Final = 7 * DAY
"""While all is paid, only a day of each week is lived; in a trial, and while something is owed, each."""

RUNNING: Final = frozenset({"trialing", "active", "past_due"})
MONTH: Final = Interval.MONTH


@dataclass
class Month:
    """How a month ended: what was invoiced in it and is paid, in cents; the plan and its credits; what was written."""

    paid: list[int]
    plan: str
    credits: int
    letters: list[str] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    read_only_days: int = 0


FAILED: Final = "The payment for your {} plan did not go through"
LOW: Final = "{} of your {} credits this month are left"
# The upgrade comes 15 days and 3 hours into a period of 31 days.
SHARE: Final = 1 - (15 * 24 + 3) / (31 * 24)
UPGRADE: Final = round(2900 * SHARE) - round(1200 * SHARE)

STORY: Final = {
    "2027-01": Month([0, 1200], "starter", 2_000, ["Your trial of Starter ends on 19 January 2027"]),
    "2027-02": Month([1200], "starter", 2_000),
    "2027-03": Month([1200], "starter", 2_000),
    # Larger in mid-month: paid for the rest of the period, and the month has its credits at once.
    "2027-04": Month([UPGRADE, 2900], "pro", 8_000),
    # Not paid on the 19th, and on the 26th by another card: nothing was taken away.
    "2027-05": Month(
        [2900],
        "pro",
        8_000,
        [FAILED.format("Pro"), "The payment for your Pro plan is still open", "Paid: your Pro plan goes on"],
    ),
    "2027-06": Month([2900], "pro", 8_000),
    # Smaller from the renewal on; the credits of the month are what was paid for at its beginning.
    "2027-07": Month([1200], "starter", 8_000),
    "2027-08": Month(
        [],
        "starter",
        2_000,
        [
            FAILED.format("Starter"),
            "The payment for your Starter plan is still open",
            "Your account becomes read-only on 2 September 2027",
        ],
        open=[1200],
    ),
    # Read-only from the 2nd on, until the invoice of August is paid, after noon on the 12th.
    "2027-09": Month(
        [1200, 1200],
        "starter",
        2_000,
        ["Your account is read-only", "Paid: your Starter plan goes on"],
        read_only_days=11,
    ),
    "2027-10": Month([1200], "starter", 2_000),
    "2027-11": Month([1200], "starter", 2_000),
    # Cancelled on the 10th, paid for until the 19th.
    "2027-12": Month([], "free", 2_000, ["Your Starter plan has ended"]),
    "2028-01": Month([], "free", 200, [LOW.format("40", "200"), "Your credits for this month are used up"]),
}


class Year:
    """A subscriber who lives from a noon to another: Stripe's clock, its webhooks, our tasks, and some work with AI."""

    def __init__(self, who: Subscriber, clock: time_machine.Traveller) -> None:
        self.who, self.clock = who, clock
        self.told = 0
        self.read_only_days: dict[str, int] = {}
        self.letters: dict[str, list[str]] = {}
        self.used: dict[str, int] = {}

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def month(self) -> str:
        return f"{self.now:%Y-%m}"

    def until(self, month: int, day: int, year: int = 2027) -> None:
        """Live to the noon of a day, and hold the books of each month that ends on the way against the story."""
        end = datetime(year, month, day, 12, tzinfo=UTC)
        while self.now < end:
            noon = self.now.replace(hour=12)
            last = noon.replace(day=monthrange(noon.year, noon.month)[1])
            if noon == last:
                self.close()
            calm = self.who.row().status in {"active", "canceled"}
            step = min(noon + (CALM_STEP if calm else DAY), end)
            self.clock.move_to(min(step, last) if noon < last else step)
            self.live()

    def live(self) -> None:
        self.who.account.control("advance", seconds=0)
        self.deliver()
        tasks.end_grace()
        self.spend()
        mail.outbox.clear()
        tasks.write_letters()
        self.letters.setdefault(self.month, []).extend(str(message.subject) for message in mail.outbox)
        self.agree()

    def deliver(self) -> None:
        world = self.who.account.server.world
        events = list(world.objects["event"].values())
        for event in events[self.told :]:
            assert paying.send(event) == 200
        self.told = len(events)

    def spend(self) -> None:
        """Have something written, if that is allowed, as far as the credits go."""
        user = self.who.user
        user.refresh_from_db()
        if user.read_only_since is not None:
            with pytest.raises(ReadOnly):
                quota.reserve(user, credits=USED_A_DAY, premium=False, now=self.now)
            self.read_only_days[self.month] = self.read_only_days.get(self.month, 0) + 1
            return
        if quota.status(user, now=self.now).left < USED_A_DAY:
            return
        reservation = quota.reserve(user, credits=USED_A_DAY, premium=False, now=self.now)
        quota.settle(reservation.pk, credits=USED_A_DAY, now=self.now)
        self.used[self.month] = self.used.get(self.month, 0) + USED_A_DAY

    def agree(self) -> None:
        """The account has what Stripe says, on each day that is lived."""
        user, row = self.who.user, self.who.row()
        theirs = self.who.account.server.world.objects["subscription"][self.who.id]
        assert row.status == theirs["status"]
        price = theirs["items"]["data"][0]["price"]
        is_paid_for = theirs["status"] in RUNNING and user.read_only_since is None
        assert user.tier == (price["metadata"]["tier"] if is_paid_for else "free")
        found = subscriptions.entitlement(user, now=self.now)
        assert (found.tier, found.access == "read_only") == (user.tier, user.read_only_since is not None)
        assert plans.get(user.tier).credits <= quota.status(user, now=self.now).limit

    def close(self) -> None:
        """Hold the books of the month against the story, and ours against Stripe's."""
        user, month = self.who.user, self.month
        theirs = self.who.v1.invoices.list({"customer": self.who.customer, "limit": 100}).data
        shown = provider.current().invoices(user, most=100)
        assert {one.id: (one.total, one.status) for one in shown} == {one.id: (one.total, one.status) for one in theirs}
        begun = datetime(self.now.year, self.now.month, 1, tzinfo=UTC).timestamp()
        mine = [one for one in reversed(theirs) if one.created >= begun]
        period = QuotaPeriod.objects.get(user=user, starts_at=datetime.fromtimestamp(begun, UTC))
        found = Month(
            paid=[one.amount_paid for one in mine if one.status == "paid"] + self.paid_late(theirs, begun),
            plan=user.tier,
            credits=period.credit_limit,
            letters=self.letters.get(month, []),
            open=[one.amount_remaining for one in mine if one.status == "open"],
            read_only_days=self.read_only_days.get(month, 0),
        )
        assert found == STORY[month], month
        assert (period.used, period.reserved) == (self.used.get(month, 0), 0)

    def paid_late(self, invoices: list[Any], begun: float) -> list[int]:
        """Return what was paid in this month of invoices of those before."""
        late = (one for one in invoices if one.created < begun and one.status == "paid")
        return [one.amount_paid for one in late if one.status_transitions.paid_at >= begun]

    def change(self, tier: Tier) -> None:
        quote = changes.quote(self.who.user, tier, MONTH, now=self.now)
        changes.make(self.who.user, tier, MONTH, at=quote.preview.at, now=self.now)

    def pay_with(self, card: str) -> None:
        """Put in another card, and pay what is open."""
        self.who.card(card)
        for one in self.who.v1.invoices.list({"customer": self.who.customer, "status": "open"}).data:
            self.who.v1.invoices.pay(one.id)


@pytest.fixture
def year(account: Account, request: pytest.FixtureRequest) -> Iterator[Year]:
    with time_machine.travel(START, tick=False) as clock:
        partitions.ensure(now=START, months_ahead=14)
        yield Year(request.getfixturevalue("subscriber"), clock)


@pytest.mark.timeout(180)
def test_a_year_of_one_customer(year: Year) -> None:
    who = year.who
    who.subscribe(Tier.STARTER, trial_period_days=14)
    year.live()
    assert quota.status(who.user, now=year.now).limit == 2_000

    year.until(4, 3)
    year.change(Tier.PRO)
    assert quota.status(who.user, now=year.now).limit == 2_000
    who.user.refresh_from_db()
    assert quota.status(who.user, now=year.now).limit == 8_000

    year.until(5, 10)
    who.card("pm_card_chargeCustomerFail")
    year.until(5, 19)
    year.until(5, 26)
    assert (who.row().status, who.tier()) == ("past_due", "pro")
    year.pay_with("pm_card_visa")

    year.until(7, 2)
    year.change(Tier.STARTER)
    assert who.tier() == "pro"

    year.until(8, 10)
    who.card("pm_card_chargeCustomerFail")
    year.until(8, 19)
    year.until(9, 12)
    assert who.tier() == "free"
    year.pay_with("pm_card_visa")

    year.until(12, 10)
    changes.cancel(who.user, feedback=None, now=year.now)
    assert who.tier() == "starter"
    year.until(2, 1, year=2028)

    assert list(year.letters) == [*STORY, "2028-02"]
