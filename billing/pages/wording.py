"""How plans, dates and amounts are said, and what is said of the way a plan stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access import CreatorRequest
from accounts.dates import written
from accounts.models import Tier
from billing import plans
from billing.changes import Hindrance
from billing.entitlements import Entitlement, Reason
from billing.plans import Interval
from billing.provider import Invoice, Order, PaymentMethod, Planned

# What is said of the plan, and how loudly; dates are put in where they are known.
STANDINGS: Final[dict[Reason, tuple[str, str | Promise]]] = {
    Reason.ENDING: ("warn", gettext_lazy("The plan ends on %(date)s. You keep everything, and go on with Free.")),
    Reason.GRACE: (
        "warn",
        gettext_lazy("The last payment failed. Pay it, or update your card, by %(date)s to keep the plan."),
    ),
    Reason.UNPAID: (
        "bad",
        gettext_lazy("The last payment failed. Nothing is lost: pay the open invoice to write again."),
    ),
    Reason.PAUSED: ("warn", gettext_lazy("Your plan is paused, and the account is on Free. Choose a plan to go on.")),
    Reason.CONFIRMING: ("info", gettext_lazy("The first payment is not complete yet.")),
}
INTERVALS: Final[dict[Interval, str | Promise]] = {
    Interval.MONTH: gettext_lazy("Monthly"),
    Interval.YEAR: gettext_lazy("Yearly"),
}
# The name of a plan with its interval: "Pro monthly".
PAID_BY: Final[dict[Interval, str | Promise]] = {
    Interval.MONTH: pgettext_lazy("plan", "%(plan)s monthly"),
    Interval.YEAR: pgettext_lazy("plan", "%(plan)s yearly"),
}
BY: Final[dict[Interval, str | Promise]] = {
    Interval.MONTH: gettext_lazy("Paid monthly"),
    Interval.YEAR: gettext_lazy("Paid yearly"),
}
HINDERED: Final[dict[Hindrance, str | Promise]] = {
    Hindrance.OWED: gettext_lazy("The last payment failed. Pay the open invoice first, then change the plan."),
    Hindrance.ENDING: gettext_lazy("Your plan is about to end. Keep it first, then change it."),
    Hindrance.PLANNED: gettext_lazy("A change is planned already. Keep your plan first, then change it."),
}
BRANDS: Final = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done about something: sent to an address of ours, or opened at the provider's."""

    label: str
    url: str
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the plan, with what can be done about it."""

    kind: str
    words: str
    acts: tuple[Act, ...] = ()

    @property
    def icon(self) -> str:
        return "info" if self.kind == "info" else "circle-alert"


@dataclass(frozen=True, slots=True)
class Card:
    """A payment method as it is shown."""

    name: str
    last4: str
    expires: str
    is_expired: bool


def standing(found: Entitlement, *, owed: Invoice | None, has_card: bool) -> Notice | None:
    """Return what is to be said of the plan; None when all is as usual."""
    if found.reason == Reason.GIVEN:
        return Notice("info", given(found.changes_at))
    day = on_day(found.changes_at) if found.changes_at else ""
    if found.reason == Reason.TRIAL:
        if has_card:
            return Notice("info", _("Your trial ends on %(date)s. The first payment is made then.") % {"date": day})
        words = _("Your trial ends on %(date)s. Without a card, the account then goes on with Free.") % {"date": day}
        return Notice("info", words, (Act(_("Add a card"), reverse("billing:card")),))
    if found.reason not in STANDINGS or (found.reason == Reason.GRACE and found.changes_at is None):
        return None
    kind, form = STANDINGS[found.reason]
    acts: tuple[Act, ...] = ()
    if found.reason == Reason.ENDING:
        acts = (Act(_("Keep my plan"), reverse("billing:keep")),)
    elif found.reason in {Reason.GRACE, Reason.UNPAID}:
        pay = (Act(_("Pay the invoice"), owed.page, is_elsewhere=True),) if owed and owed.page else ()
        acts = (*pay, Act(_("Update card"), reverse("billing:card")))
    return Notice(kind, str(form) % {"date": day}, acts)


def given(ends_at: datetime | None) -> str:
    """Return what is said of a plan that nobody pays for."""
    if ends_at is None:
        return _("Your plan is given by Huntaze.")
    # It is given for whole days, by UTC, and its end is the first moment of the next.
    last = (ends_at - timedelta(days=1)).astimezone(UTC).date()
    return _("Your plan is given by Huntaze until %(date)s.") % {"date": written(last, _("j F Y"))}


def waiting(planned: Planned, present: Tier) -> Notice:
    """Return what is to be said of a change that waits."""
    wanted = named(planned.order) if planned.order else _("another plan")
    keep = Act(_("Keep %(plan)s") % {"plan": plans.get(present).name}, reverse("billing:keep"))
    if planned.page:
        words = _("Your change to %(plan)s waits for its payment until %(date)s. Until it is paid, nothing changes.")
        pay = Act(_("Complete the payment"), planned.page, is_elsewhere=True)
        return Notice("warn", words % {"plan": wanted, "date": at_time(planned.at)}, (pay, keep))
    words = _("You change to %(plan)s on %(date)s. Until then, you keep all that you have.")
    return Notice("info", words % {"plan": wanted, "date": on_day(planned.at)}, (keep,))


def named(order: Order) -> str:
    """Return the name of a plan with its interval."""
    return str(PAID_BY[order.interval]) % {"plan": plans.get(order.tier).name}


def on_day(moment: datetime) -> str:
    return written(timezone.localtime(moment), _("j F Y"))


def at_time(moment: datetime) -> str:
    return written(timezone.localtime(moment), _("j F, H:i"))


def card_of(method: PaymentMethod, *, now: datetime) -> Card:
    """Return how a payment method is shown."""
    expires = method.expires_on
    return Card(
        name=BRANDS.get(method.brand, (method.brand or method.kind).replace("_", " ").title()),
        last4=method.last4,
        expires=f"{expires:%m/%Y}" if expires else "",
        is_expired=expires is not None and (expires.year, expires.month) < (now.year, now.month),
    )


def sorry(request: CreatorRequest, words: str) -> HttpResponse:
    """Say what went wrong, on the page of the plan."""
    messages.error(request, words)
    return redirect("billing:billing")


def away(request: CreatorRequest) -> HttpResponse:
    return sorry(request, _("The payment provider does not answer. Nothing was charged: try again in a minute."))


def not_on_sale(request: CreatorRequest) -> HttpResponse:
    return sorry(request, _("This plan cannot be bought yet. Please come back later."))
