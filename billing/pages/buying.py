"""To the payment provider's pages, and back from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import CreatorRequest, creator_required
from accounts.models import Tier
from accounts.read_only import kept_open
from billing import changes, checkout, plans, provider
from billing.entitlements import Entitlement, Reason
from billing.models import Subscription
from billing.pages import wording
from billing.plans import Currency, Interval
from billing.provider import NeverSubscribed, Order, PaymentsUnavailable, PlanNotOnSale


@creator_required
@require_safe
def choose(request: CreatorRequest) -> HttpResponse:
    """A plan that was chosen elsewhere, such as before signing up: one button from being bought."""
    order = asked(request.GET)
    if order is None:
        return redirect("billing:billing")
    if changes.running(request.user) is not None:
        return to_change(order)
    row = Subscription.objects.filter(user=request.user).first()
    if row is not None:
        order = replace(order, currency=Currency(row.currency))
    shown = {
        "order": order,
        "name": wording.named(order),
        "plan": plans.get(order.tier),
        "price": plans.get(order.tier).price(order.currency, order.interval),
        "trial_days": checkout.TRIAL_DAYS,
        "is_first": row is None,
    }
    return render(request, "billing/choose.html", shown)


@creator_required
@require_POST
@kept_open
@kept_open
def subscribe(request: CreatorRequest) -> HttpResponse:
    order = asked(request.POST)
    if order is None:
        return wording.sorry(request, _("This plan is not on offer."))
    try:
        return redirect(checkout.start(request.user, order, now=timezone.now()))
    except checkout.AlreadySubscribed:
        return to_change(order)
    except PlanNotOnSale:
        return wording.not_on_sale(request)
    except PaymentsUnavailable:
        return wording.away(request)


@creator_required
@require_POST
@kept_open
@kept_open
def portal(request: CreatorRequest) -> HttpResponse:
    return elsewhere(request, lambda: checkout.portal(request.user))


@creator_required
@require_POST
@kept_open
@kept_open
def card(request: CreatorRequest) -> HttpResponse:
    """To where the payment method is replaced."""
    return elsewhere(request, lambda: provider.current().payment_method_page(request.user))


@creator_required
@require_safe
def back(request: CreatorRequest) -> HttpResponse:
    """Somebody is back from the provider's pages: look how things stand, for the webhook may come later."""
    try:
        found = checkout.catch_up(request.user, now=timezone.now())
    except PaymentsUnavailable:
        messages.info(request, _("Your payment is being confirmed. This page shows it in a moment."))
        return redirect("billing:billing")
    if request.GET.get("done") == "card":
        messages.success(request, _("Your payment method is saved."))
    elif found is not None and found.reason in {Reason.PAID, Reason.TRIAL}:
        welcome(request, found)
    return redirect("billing:billing")


@creator_required
@require_safe
def left(request: CreatorRequest) -> HttpResponse:
    """Somebody left the page where they could have paid; or paid in another tab, and then that is what is said."""
    try:
        found = checkout.catch_up(request.user, now=timezone.now())
    except PaymentsUnavailable:
        found = None
    if found is not None and found.reason in {Reason.PAID, Reason.TRIAL}:
        welcome(request, found)
    else:
        messages.info(request, _("Nothing was bought, and nothing was charged."))
    return redirect("billing:billing")


def elsewhere(request: CreatorRequest, page: Callable[[], str]) -> HttpResponse:
    try:
        return redirect(page())
    except NeverSubscribed:
        return wording.sorry(request, _("There is no subscription yet: choose a plan first."))
    except PlanNotOnSale:
        return wording.sorry(request, _("This cannot be changed yet. Please come back later."))
    except PaymentsUnavailable:
        return wording.away(request)


def asked(fields: QueryDict) -> Order | None:
    """Return the order that a form or an address names; None when there is no such plan."""
    try:
        return Order(
            Tier(fields.get("plan", "")), Interval(fields.get("interval", "")), Currency(fields.get("currency", ""))
        )
    except ValueError:
        return None


def to_change(order: Order) -> HttpResponse:
    return redirect("billing:confirm", tier=order.tier.value, interval=order.interval.value)


def welcome(request: CreatorRequest, found: Entitlement) -> None:
    messages.success(request, _("You are on %(plan)s.") % {"plan": plans.get(found.tier).name})
