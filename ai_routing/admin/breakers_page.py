"""The page of circuit breakers: how each stands, and an operator's word on it."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from ai_routing import breaker, catalogue, checks
from ai_routing.breaker import BreakerState, State
from ai_routing.models import RoutingOverride

TRIP: Final = "trip"
RESET: Final = "reset"
LONGEST_MINUTES: Final = 1_440
MOST_HISTORY: Final = 50
WORDS: Final = {State.CLOSED: _("Closed"), State.OPEN: _("Open"), State.HALF_OPEN: _("Half-open: one call is tried")}


class OrderForm(forms.Form):
    """An operator's order to one breaker. Without minutes, a trip holds until it is reset."""

    deployment = forms.ChoiceField(widget=forms.HiddenInput)
    action = forms.ChoiceField(choices=[(TRIP, TRIP), (RESET, RESET)])
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=LONGEST_MINUTES)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [str(deployment) for deployment in checks.every_deployment()]
        cast(forms.ChoiceField, self.fields["deployment"]).choices = [(name, name) for name in names]


def page(owner: ModelAdmin[RoutingOverride], request: HttpRequest) -> HttpResponse:
    """Show the breakers, or carry out an order. Raises PermissionDenied."""
    if not owner.has_view_permission(request):
        raise PermissionDenied
    may_order = cast(User, request.user).has_perm("ai_routing.change_routingoverride")
    if request.method == "POST":
        if not may_order:
            raise PermissionDenied
        obey(request)
        return HttpResponseRedirect(reverse("admin:ai_routing_breakers"))
    found = breaker.states(checks.every_deployment())
    context: dict[str, Any] = {
        **owner.admin_site.each_context(request),
        "title": _("Circuit breakers"),
        "opts": RoutingOverride._meta,
        "breakers": [(state, WORDS[state.state]) for state in found],
        "stranded": stranded(found),
        "history": history()[:MOST_HISTORY],
        "may_order": may_order,
        "longest_minutes": LONGEST_MINUTES,
    }
    return TemplateResponse(request, "admin/ai_routing/breakers.html", context)


def stranded(found: list[BreakerState]) -> list[str]:
    """Return the tiers that have no deployment left to ask."""
    down = {state.deployment for state in found if state.state is State.OPEN}
    return [str(tier) for tier in catalogue.Tier if set(catalogue.chain(tier)) and set(catalogue.chain(tier)) <= down]


def obey(request: HttpRequest) -> None:
    """Carry out an order, write it down, and tell the operator what came of it."""
    form = OrderForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label or name}: {' '.join(map(str, errors))}")
        return
    order = form.cleaned_data
    try:
        with transaction.atomic():
            # Written first: an order that Valkey does not take leaves no trace, and none is carried out in silence.
            write_down(request, order)
            carry_out(cast(User, request.user), order)
    except breaker.Unreachable:
        messages.error(request, _("Valkey is away: nothing was changed."))
        return
    if order["action"] == TRIP:
        messages.warning(request, _("No call goes to %(deployment)s any more.") % order)
    else:
        messages.success(request, _("Calls go to %(deployment)s again.") % order)


def carry_out(operator: User, order: dict[str, Any]) -> None:
    deployment = catalogue.parse(order["deployment"])
    if order["action"] == RESET:
        breaker.reset(deployment, by=operator.email)
        return
    seconds = order["minutes"] * 60 if order["minutes"] else None
    breaker.trip(deployment, by=operator.email, seconds=seconds)


def write_down(request: HttpRequest, order: dict[str, Any]) -> None:
    operator = cast(User, request.user)
    # In English for everybody: an audit trail that reads differently to each reader is none.
    if order["action"] == RESET:
        what = "Reset"
    else:
        what = f"Tripped for {order['minutes']} minutes" if order["minutes"] else "Tripped until it is reset"
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(RoutingOverride),
        object_repr=order["deployment"][:200],
        action_flag=CHANGE,
        change_message=f"{what}: {order['reason']}",
    )
    audit.record(
        None,
        "breaker_ordered",
        actor=operator,
        request=request,
        data={"deployment": order["deployment"], "order": what},
    )


def history() -> QuerySet[LogEntry]:
    """Return the orders to breakers, the newest first: they belong to no row."""
    content_type = ContentType.objects.get_for_model(RoutingOverride)
    return (
        LogEntry.objects.filter(content_type=content_type, object_id=None)
        .select_related("user")
        .order_by("-action_time", "-pk")
    )
