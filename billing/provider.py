"""What is asked of a payment provider, and in whose words it answers. Stripe is the only one; nobody but its own files knows.

    provider.current().checkout_page(user, order, trial_days=14, instead_of=None)

Amounts are whole minor units of their currency, times are in UTC. Every method raises PaymentsUnavailable where the
provider cannot be reached or does not answer as it should; then nothing was done that a second call would do twice.
What the provider tells of its own accord goes to `billing.subscriptions`, and quota, pages and entitlements read that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Tier, User
from billing.entitlements import Entitlement
from billing.plans import Currency, Interval


class PaymentsUnavailable(Exception):
    """The payment provider is away for a moment; nothing was bought."""

    def __init__(self) -> None:
        super().__init__("The payment provider does not answer. Nothing was charged: try again in a minute.")


class PlanNotOnSale(Exception):
    """The plan has no price at the provider: `manage.py sync_plans` has not been run since it was added."""


class NeverSubscribed(Exception):
    """There is nothing to look after yet: no plan was ever bought."""

    def __init__(self) -> None:
        super().__init__("There is no subscription yet: choose a plan first.")


class ChangeOutdated(Exception):
    """What a change comes to is not what was shown any more, as after a renewal. Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Your plan changed meanwhile. Nothing was charged: look at the change again.")


class PaymentDeclined(Exception):
    """What a change costs now could not be taken from the payment method, so nothing changed.

    `page` is where its owner can confirm or pay it, if there is such a page.
    """

    def __init__(self, page: str = "") -> None:
        super().__init__("The payment did not go through. Nothing was changed.")
        self.page = page


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to have. Raises ValueError for the tier that costs nothing."""

    tier: Tier
    interval: Interval
    currency: Currency

    def __post_init__(self) -> None:
        if self.tier == Tier.FREE:
            raise ValueError("Free is not bought")


class Feedback(StrEnum):
    """Why a plan was cancelled, for who wants to tell."""

    TOO_EXPENSIVE = "too_expensive"
    MISSING_FEATURES = "missing_features"
    UNUSED = "unused"
    SWITCHED_SERVICE = "switched_service"
    LOW_QUALITY = "low_quality"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Discount:
    """A promotion in effect: `percent` of each invoice, or an `amount` in minor units; for good when `ends_at` is None.

    `code` is what was typed in, or the promotion's name where nothing was. A promotion for one invoice `is_once`.
    """

    code: str
    percent: Decimal | None
    amount: int | None
    ends_at: datetime | None
    is_once: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change to another plan or interval comes to. `at` is the moment for which it was reckoned.

    `due_now` is charged at once, when `credited` was taken off for what is left of the old plan. From `renews_at` on, it
    is `renewal` for each interval.
    """

    order: Order
    at: datetime
    due_now: int
    credited: int
    renewal: int
    renews_at: datetime
    discounts: tuple[Discount, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """The next invoice, as it would be now."""

    amount: int
    currency: Currency
    at: datetime
    discounts: tuple[Discount, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A change that waits: at the renewal, `at`; or for its payment on `page`, after which it counts at once.

    A payment that does not come by `at` is forgotten. `order` is None for a plan that is not ours any more.
    """

    order: Order | None
    at: datetime
    page: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it is shown. `status` is draft, open, paid, uncollectible or void; addresses are "" where there is none."""

    id: str
    number: str
    created_at: datetime
    total: int
    currency: str
    status: str
    page: str
    pdf: str


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """What a plan is paid with: never more of it than its owner needs to know it again."""

    kind: str
    brand: str
    last4: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payments of a month and a currency came to what. `month` is its first day, by UTC.

    `outcome` is open, recovered or lost for what failed at first; made for a refund; open, won or lost for a dispute.
    """

    month: date
    currency: str
    outcome: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the provider's books. The account is None when it is gone; `page` is for operators, "" where there is none."""

    id: str
    created_at: datetime
    amount: int
    currency: str
    outcome: str
    detail: str
    user_id: int | None
    email: str
    page: str


class Shop(Protocol):
    """Pages of the provider's, and how things stand when somebody is back from them."""

    def begin(self) -> None:
        """Do what has to be done once, at start-up: set up the client, listen to what the provider tells, and declare what
        is held about people, with what takes it away at the provider when an account is erased."""

    def checkout_page(self, user: User, order: Order, *, trial_days: int, instead_of: str | None) -> str:
        """Return the address of a page where an order can be paid, and close those opened before, so that nobody pays twice.

        With `trial_days`, it begins with as many, without a card. `instead_of` is a subscription that never began or waits
        for a card: it ends. Raises PlanNotOnSale.
        """

    def portal_page(self, user: User) -> str:
        """Return the address of a page where a plan and its payment are looked after. Raises NeverSubscribed, PlanNotOnSale."""

    def catch_up(self, user: User, *, now: datetime) -> Entitlement | None:
        """Ask how things stand, and write it down; None when the provider does not know the account."""

    def address_of(self, kind: str, id: str) -> str:
        """Return where operators see an object of the provider's: a customer, subscription, invoice or payment.

        It is "" where there is no such page.
        """


class Changes(Protocol):
    """What becomes of a plan that runs. Each raises NeverSubscribed where none does, and ChangeOutdated where more has become
    of it than was told yet. What changes something also writes down how things then stand."""

    def preview(self, user: User, order: Order, *, at: datetime) -> Preview:
        """Return what a `change` would come to, and change nothing. Raises PlanNotOnSale."""

    def preview_at_renewal(self, user: User, order: Order, *, at: datetime) -> Preview:
        """Return what a `change_at_renewal` would come to, and change nothing. Raises PlanNotOnSale."""

    def change(self, user: User, order: Order, *, at: datetime, now: datetime) -> Entitlement:
        """Change the plan at once, at what `preview` said for the same moment; a change that waits makes room.

        Asked a second time for the same moment, it is done once. Raises PaymentDeclined, and then nothing has changed
        until that is paid; PlanNotOnSale.
        """

    def change_at_renewal(self, user: User, order: Order, *, now: datetime) -> Entitlement:
        """Change the plan when what is paid for is over, in place of what was planned; until then nothing changes.

        Raises PlanNotOnSale.
        """

    def cancel(self, user: User, *, feedback: Feedback | None = None, now: datetime) -> Entitlement:
        """Let the plan end when what is paid for is over; what else was planned is dropped.

        Where a payment is owed, nothing is paid for: it ends at once, and what is owed is waived.
        """

    def resume(self, user: User, *, now: datetime) -> Entitlement:
        """Take back a `cancel`, a `change_at_renewal` that has not come yet, or a `change` that is not paid."""

    def planned(self, user: User) -> Planned | None:
        """Return the change that waits, by what was last told: the provider is not asked."""

    def coming(self, user: User) -> Coming | None:
        """Return the next invoice; None when there will be none."""


class Papers(Protocol):
    """What is shown beside a plan."""

    def invoices(self, user: User, *, most: int, skip: int = 0) -> list[Invoice]:
        """Return invoices of an account without drafts, the newest first. Here and below, by what was last told."""

    def owed(self, user: User) -> Invoice | None:
        """Return the oldest invoice that is to be paid by hand, or is tried again; none of a change that waits."""

    def payment_method(self, user: User) -> PaymentMethod | None:
        """Return what the next invoice is paid with; None when there is nothing."""

    def payment_method_page(self, user: User) -> str:
        """Return the address of a page where it is replaced. Raises NeverSubscribed, PlanNotOnSale."""


class Kind(StrEnum):
    """What operators look up in the provider's books."""

    FAILED = "failed"
    REFUND = "refund"
    DISPUTE = "dispute"


class Books(Protocol):
    """What operators see of payments, by what was last told."""

    def tallies(self, kind: Kind, *, since: datetime) -> list[Tally]:
        """Return the sums of each month, with the payments of the month in which they were asked for or given back."""

    def entries(self, kind: Kind, *, search: str, outcome: str, most: int, skip: int) -> list[Entry]:
        """Return single ones, the newest first: all, or those of an address that begins so, or of an id; of one outcome."""


class Provider(Shop, Changes, Papers, Books, Protocol):
    """A payment provider: all of the above."""


def current() -> Provider:
    """Return the one that the settings name."""
    return _made(settings.PAYMENT_PROVIDER)


@lru_cache(maxsize=4)
def _made(path: str) -> Provider:
    return cast(Provider, import_string(path)())
