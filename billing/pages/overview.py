"""The page of the plan: what it is, how it stands, what comes next, what it is paid with, and its invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import CreatorRequest, creator_required
from accounts.models import Tier
from billing import checkout, plans, provider, subscriptions
from billing.entitlements import Entitlement, Reason
from billing.models import Subscription
from billing.pages import choosing, wording
from billing.pages.wording import Notice
from billing.plans import Currency, Interval, Plan
from billing.provider import ChangeOutdated, NeverSubscribed, PaymentsUnavailable

E = TypeVar("E", bound=StrEnum)

NEWEST = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan that can be bought, at the price of the chosen currency and interval, in minor units."""

    plan: Plan
    price: int


@creator_required
@require_safe
def billing(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    row = Subscription.objects.filter(user=request.user).first()
    found = subscriptions.entitlement(request.user, now=now)
    running = row if row is not None and row.status in checkout.RUNNING else None
    method = provider.current().payment_method(request.user) if row else None
    papers = provider.current().invoices(request.user, most=NEWEST + 1) if row else []
    shown = {
        "subscription": row,
        "running": running,
        "plan": plans.get(request.user.tier),
        "paid_by": wording.BY[Interval(running.interval)] if running and running.plan == request.user.tier else "",
        "notices": notices(request, row, found, has_card=method is not None),
        "renews_at": renewal(row, found),
        "can_end": running is not None and running.ends_at is None,
        "can_change": running is not None and running.ends_at is None and running.status in {"active", "trialing"},
        "has_next": running is not None and running.ends_at is None and running.status == "active",
        "card": wording.card_of(method, now=now) if method else None,
        "invoices": papers[:NEWEST],
        "has_more": len(papers) > NEWEST,
        **({} if running else on_offer(request, row)),
    }
    return render(request, "billing/billing.html", shown)


@creator_required
@require_safe
def coming(request: CreatorRequest) -> HttpResponse:
    """What the next invoice will be, by the provider: a part of the page, so that the page does not wait for it."""
    shown: dict[str, object] = {}
    try:
        shown["coming"] = provider.current().coming(request.user)
    except (ChangeOutdated, NeverSubscribed):
        shown["coming"] = None
    except PaymentsUnavailable:
        shown["is_away"] = True
    return render(request, "billing/_coming.html", shown)


def notices(request: CreatorRequest, row: Subscription | None, found: Entitlement, *, has_card: bool) -> list[Notice]:
    """Return what is to be said above the plan, the most pressing first."""
    owes = found.reason in {Reason.GRACE, Reason.UNPAID}
    owed = provider.current().owed(request.user) if owes else None
    planned = provider.current().planned(request.user) if row else None
    said = [
        wording.standing(found, owed=owed, has_card=has_card),
        wording.waiting(planned, Tier(row.plan)) if row and planned else None,
    ]
    return [one for one in said if one is not None]


def renewal(row: Subscription | None, found: Entitlement) -> datetime | None:
    """Return when the plan is paid for again; None when it is not."""
    return row.period_ends_at if row is not None and found.reason == Reason.PAID else None


def on_offer(request: CreatorRequest, row: Subscription | None) -> dict[str, object]:
    """Return what somebody sees who has no plan that runs: those that they can buy, in the currency of the one they had."""
    currency = choosing.currency(request.GET) if row is None else Currency(row.currency)
    interval = choosing.interval(request.GET)
    here = reverse("billing:billing")
    return {
        "is_first": row is None,
        "trial_days": checkout.TRIAL_DAYS,
        "offers": [
            Offer(plan, plan.price(currency, interval)) for plan in plans.PLANS.values() if plan.tier != Tier.FREE
        ],
        "currency": currency.value,
        "interval": interval.value,
        "currencies": choosing.currencies(here, Currency if row is None else (), currency, interval),
        "intervals": choosing.intervals(here, currency, interval),
    }
