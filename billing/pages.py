"""The creator's plan: what it is, how it stands, and the way to the payment provider's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import CreatorRequest, creator_required
from accounts.models import Tier, User
from accounts.read_only import kept_open
from billing import checkout, plans, subscriptions
from billing.entitlements import Entitlement, Reason
from billing.models import Subscription
from billing.plans import Currency, Interval, Plan
from billing.provider import NeverSubscribed, Order, PaymentsUnavailable, PlanNotOnSale

E = TypeVar("E", bound=StrEnum)

# What is said of the plan, and how loudly; dates are put in where they are known.
STANDINGS: Final[dict[Reason, tuple[str, str | Promise]]] = {
    Reason.TRIAL: (
        "info",
        gettext_lazy("Your trial ends on %(date)s. Without a card, the account then goes on with Free."),
    ),
    Reason.ENDING: ("warn", gettext_lazy("The plan ends on %(date)s. You keep everything, and go on with Free.")),
    Reason.GRACE: ("warn", gettext_lazy("The last payment failed. Update your card by %(date)s to keep the plan.")),
    Reason.UNPAID: (
        "bad",
        gettext_lazy("The last payment failed. Nothing is lost: pay the open invoice to write again."),
    ),
    Reason.PAUSED: ("warn", gettext_lazy("Your plan is paused, and the account is on Free. Choose a plan to go on.")),
    Reason.CONFIRMING: ("info", gettext_lazy("The first payment is not complete yet.")),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan that can be bought, at the price of the chosen currency and interval, in minor units."""

    plan: Plan
    price: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the plan."""

    kind: str
    words: str

    @property
    def icon(self) -> str:
        return "info" if self.kind == "info" else "circle-alert"


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page with another currency or interval."""

    label: str | Promise
    url: str
    chosen: bool


@creator_required
@require_safe
def billing(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    row = Subscription.objects.filter(user=request.user).first()
    found = subscriptions.entitlement(request.user, now=now)
    currency = chosen(Currency, request.GET.get("currency"), Currency.EUR if get_language() == "fr" else Currency.USD)
    interval = chosen(Interval, request.GET.get("interval"), Interval.MONTH)
    shown = {
        "subscription": row,
        "plan": plans.get(request.user.tier),
        "standing": standing(found),
        "renews_at": renewal(row, found),
        "is_running": row is not None and row.status in checkout.RUNNING,
        "is_first": row is None,
        "trial_days": checkout.TRIAL_DAYS,
        "offers": offers(request.user, currency, interval),
        "currency": currency.value,
        "interval": interval.value,
        "currencies": [Choice(each.value.upper(), address(each, interval), each == currency) for each in Currency],
        "intervals": [
            Choice(label, address(currency, each), each == interval)
            for each, label in ((Interval.MONTH, _("Monthly")), (Interval.YEAR, _("Yearly")))
        ],
    }
    return render(request, "billing/billing.html", shown)


@creator_required
@require_POST
@kept_open
def subscribe(request: CreatorRequest) -> HttpResponse:
    try:
        order = Order(
            Tier(request.POST.get("plan", "")),
            Interval(request.POST.get("interval", "")),
            Currency(request.POST.get("currency", "")),
        )
        return redirect(checkout.start(request.user, order))
    except ValueError:
        return sorry(request, _("This plan is not on offer."))
    except checkout.AlreadySubscribed:
        return to_portal(request)
    except PlanNotOnSale:
        return sorry(request, _("This plan cannot be bought yet. Please come back later."))
    except PaymentsUnavailable:
        return away(request)


@creator_required
@require_POST
@kept_open
def portal(request: CreatorRequest) -> HttpResponse:
    return to_portal(request)


def to_portal(request: CreatorRequest) -> HttpResponse:
    try:
        return redirect(checkout.portal(request.user))
    except NeverSubscribed:
        return sorry(request, _("There is no subscription yet: choose a plan first."))
    except PlanNotOnSale:
        return sorry(request, _("This cannot be changed yet. Please come back later."))
    except PaymentsUnavailable:
        return away(request)


@creator_required
@require_safe
def back(request: CreatorRequest) -> HttpResponse:
    """Somebody is back from the provider's pages: look how things stand, for the webhook may come later."""
    try:
        found = checkout.catch_up(request.user, now=timezone.now())
    except PaymentsUnavailable:
        messages.info(request, _("Your payment is being confirmed. This page shows it in a moment."))
    else:
        if found is not None and found.reason in {Reason.PAID, Reason.TRIAL}:
            plan = plans.get(found.tier).name
            messages.success(request, _("You are on %(plan)s.") % {"plan": plan})
    return redirect("billing:billing")


def standing(found: Entitlement) -> Notice | None:
    """Return what is to be said of the plan; None when all is as usual."""
    if found.reason == Reason.GIVEN:
        return Notice("info", given(found.changes_at))
    if found.reason not in STANDINGS or (found.reason == Reason.GRACE and found.changes_at is None):
        return None
    kind, words = STANDINGS[found.reason]
    day = date_format(timezone.localtime(found.changes_at)) if found.changes_at else ""
    return Notice(kind, str(words) % {"date": day})


def given(ends_at: datetime | None) -> str:
    """Return what is said of a plan that nobody pays for."""
    if ends_at is None:
        return _("Your plan is given by Huntaze.")
    # It is given for whole days, by UTC, and its end is the first moment of the next.
    last = (ends_at - timedelta(days=1)).astimezone(UTC).date()
    return _("Your plan is given by Huntaze until %(date)s.") % {"date": date_format(last)}


def renewal(row: Subscription | None, found: Entitlement) -> datetime | None:
    """Return when the plan is paid for again; None when it is not."""
    return row.period_ends_at if row is not None and found.reason == Reason.PAID else None


def offers(user: User, currency: Currency, interval: Interval) -> list[Offer]:
    return [
        Offer(plan, plan.price(currency, interval), plan.tier == user.tier)
        for plan in plans.PLANS.values()
        if plan.tier != Tier.FREE
    ]


def chosen(kind: type[E], asked: str | None, otherwise: E) -> E:
    return kind(asked) if asked in {each.value for each in kind} else otherwise


def address(currency: Currency, interval: Interval) -> str:
    return f"{reverse('billing:billing')}?{urlencode({'currency': currency.value, 'interval': interval.value})}#plans"


def sorry(request: CreatorRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect("billing:billing")


def away(request: CreatorRequest) -> HttpResponse:
    return sorry(request, _("The payment provider does not answer. Nothing was charged: try again in a minute."))
