"""Another plan or interval, an end, and staying: each looked at before it is done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import CreatorRequest, creator_required
from accounts.models import Tier
from accounts.read_only import kept_open
from billing import changes, checkout, plans, provider
from billing.changes import ChangeRefused, NothingToChange
from billing.pages import choosing, wording
from billing.plans import Interval, Plan
from billing.provider import (
    ChangeOutdated,
    Feedback,
    NeverSubscribed,
    Order,
    PaymentDeclined,
    PaymentsUnavailable,
    PlanNotOnSale,
)

FEEDBACK: dict[Feedback, str | Promise] = {
    Feedback.TOO_EXPENSIVE: gettext_lazy("It costs too much"),
    Feedback.MISSING_FEATURES: gettext_lazy("Something that I need is missing"),
    Feedback.UNUSED: gettext_lazy("I do not use it enough"),
    Feedback.LOW_QUALITY: gettext_lazy("The texts are not good enough"),
    Feedback.SWITCHED_SERVICE: gettext_lazy("I use something else"),
    Feedback.OTHER: gettext_lazy("Another reason"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A plan at the price of the interval shown, and how it stands to the one that runs."""

    plan: Plan
    price: int
    is_current: bool
    is_planned: bool
    is_at_once: bool


@creator_required
@require_safe
def change(request: CreatorRequest) -> HttpResponse:
    """The plans to choose from, for somebody who has one."""
    row = changes.running(request.user)
    before = changes.present(request.user)
    if row is None or before is None:
        return redirect(f"{reverse('billing:billing')}#plans")
    planned = provider.current().planned(request.user)
    if found := changes.hindrance(row, planned, at_once=False):
        return wording.sorry(request, str(wording.HINDERED[found]))
    asked = request.GET.get("interval")
    interval = Interval(asked) if asked in set(Interval) else before.interval
    wanted = [Order(plan.tier, interval, before.currency) for plan in plans.PLANS.values() if plan.tier != Tier.FREE]
    shown = {
        "before": before,
        "name": wording.named(before),
        "interval": interval.value,
        "changes_at": row.period_ends_at,
        "options": [
            Option(
                plans.get(order.tier),
                plans.get(order.tier).price(order.currency, order.interval),
                is_current=order == before,
                is_planned=planned is not None and planned.order == order,
                is_at_once=row.status == "trialing" or changes.is_at_once(before, order),
            )
            for order in wanted
        ],
        "intervals": [
            choosing.Choice(label, f"{reverse('billing:change')}?interval={each.value}", each == interval)
            for each, label in wording.INTERVALS.items()
        ],
    }
    return render(request, "billing/change.html", shown)


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
@kept_open
def confirm(request: CreatorRequest, tier: str, interval: str) -> HttpResponse:
    """What a change comes to, and the button that makes it."""
    if tier not in set(Tier) - {Tier.FREE} or interval not in set(Interval):
        raise Http404
    wanted = Tier(tier), Interval(interval)
    try:
        if request.method == "POST":
            return make(request, *wanted)
        return show(request, *wanted)
    except NeverSubscribed:
        return redirect(f"{reverse('billing:billing')}#plans")
    except ChangeRefused as error:
        return wording.sorry(request, str(wording.HINDERED[error.hindrance]))
    except NothingToChange:
        messages.info(request, _("This is your plan already."))
        return redirect("billing:billing")
    except PlanNotOnSale:
        return wording.not_on_sale(request)
    except ChangeOutdated:
        # More has become of the plan than we were told: look, and show it.
        return redirect("billing:back")


def show(request: CreatorRequest, tier: Tier, interval: Interval) -> HttpResponse:
    now = timezone.now()
    try:
        quote = changes.quote(request.user, tier, interval, now=now)
    except PaymentsUnavailable:
        return render(request, "billing/away.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    method = provider.current().payment_method(request.user)
    shown = {
        "quote": quote,
        "preview": quote.preview,
        "name": wording.named(quote.order),
        "before": wording.named(quote.before),
        "before_plan": plans.get(quote.before.tier),
        "plan": plans.get(quote.order.tier),
        "currency": quote.order.currency.value,
        "charged": quote.preview.due_now + quote.preview.credited,
        "card": wording.card_of(method, now=now) if method else None,
    }
    return render(request, "billing/confirm.html", shown)


def make(request: CreatorRequest, tier: Tier, interval: Interval) -> HttpResponse:
    now = timezone.now()
    try:
        at = datetime.fromisoformat(request.POST.get("at", ""))
        found = changes.make(request.user, tier, interval, at=at, now=now)
    except (ChangeOutdated, TypeError, ValueError):
        with suppress(PaymentsUnavailable):
            checkout.catch_up(request.user, now=now)
        messages.info(request, _("Nothing was changed: what it comes to was reckoned anew. Look at it again."))
        return redirect("billing:confirm", tier=tier.value, interval=interval.value)
    except PaymentDeclined:
        messages.warning(request, _("The payment is not complete. Until it is, nothing changes."))
        return redirect("billing:billing")
    except PaymentsUnavailable:
        return wording.away(request)
    planned = provider.current().planned(request.user)
    if planned is not None and planned.order is not None:
        words = _("You change to %(plan)s on %(date)s.")
        said = words % {"plan": wording.named(planned.order), "date": wording.on_day(planned.at)}
    else:
        said = _("You are on %(plan)s.") % {"plan": plans.get(found.tier).name}
    messages.success(request, said)
    return redirect("billing:billing")


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
@kept_open
def cancel(request: CreatorRequest) -> HttpResponse:
    row = changes.running(request.user)
    if row is None or row.ends_at is not None:
        return redirect("billing:billing")
    if request.method != "POST":
        shown = {
            "plan": plans.get(row.plan),
            "free": plans.get(Tier.FREE),
            "ends_at": row.trial_ends_at if row.status == "trialing" else row.period_ends_at,
            "is_owing": row.status in {"past_due", "unpaid"},
            "reasons": [(each.value, label) for each, label in FEEDBACK.items()],
        }
        return render(request, "billing/cancel.html", shown)
    asked = request.POST.get("reason", "")
    feedback = Feedback(asked) if asked in set(Feedback) else None
    try:
        found = changes.cancel(request.user, feedback=feedback, now=timezone.now())
    except (ChangeOutdated, NeverSubscribed):
        return redirect("billing:back")
    except PaymentsUnavailable:
        return wording.away(request)
    words = _("The plan ends on %(date)s.") if found.changes_at else _("The plan has ended.")
    messages.success(request, words % {"date": wording.on_day(found.changes_at) if found.changes_at else ""})
    return redirect("billing:billing")


@creator_required
@require_POST
@kept_open
@kept_open
def keep(request: CreatorRequest) -> HttpResponse:
    try:
        found = changes.keep(request.user, now=timezone.now())
    except (ChangeOutdated, NeverSubscribed):
        return redirect("billing:back")
    except PaymentsUnavailable:
        return wording.away(request)
    messages.success(request, _("You keep %(plan)s.") % {"plan": plans.get(found.tier).name})
    return redirect("billing:billing")
