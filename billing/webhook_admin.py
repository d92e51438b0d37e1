"""What Stripe told, for operators: what came of it, and to have it done once more."""

from __future__ import annotations

import functools
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.readonly_admin import ReadOnlyAdmin
from billing import stripe_events, tasks
from billing.models import WebhookEvent

GIVEN_UP = Q(processed_at=None, attempts__gte=stripe_events.MOST_ATTEMPTS)
FAILING = Q(processed_at=None) & ~Q(error_class="") & ~GIVEN_UP
STATES = {
    "done": Q(processed_at__isnull=False),
    "waiting": Q(processed_at=None, error_class="") & ~GIVEN_UP,
    "failing": FAILING,
    "given-up": GIVEN_UP,
}


class State(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("failing", _("failed, is tried again")),
            ("given-up", _("failed for good")),
            ("waiting", _("waiting")),
            ("done", _("processed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> QuerySet[WebhookEvent]:
        found = STATES.get(self.value() or "")
        return queryset if found is None else queryset.filter(found)


class Family(admin.SimpleListFilter):
    """By what it is about. The types themselves are some 250, and to list those that came is to read the whole table."""

    title = _("type")
    parameter_name = "family"
    families = (
        "checkout.session.",
        "customer.subscription.",
        "invoice.",
        "payment_intent.",
        "charge.refund",
        "charge.dispute.",
        "customer.deleted",
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(one, one if one == "customer.deleted" else f"{one}*") for one in self.families]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> QuerySet[WebhookEvent]:
        family = self.value()
        return queryset.filter(type__startswith=family) if family in self.families else queryset


@admin.register(WebhookEvent)
class WebhookEvents(ReadOnlyAdmin[WebhookEvent]):
    """What it says of cards and addresses is not shown: Stripe's own pages have that, for whom it lets in."""

    list_display = (
        "event_id",
        "type",
        "customer",
        "user",
        "state",
        "attempts",
        "error_class",
        "received_at",
        "processed_at",
    )
    list_filter = (State, Family)
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("event_id__exact", "customer__exact", "user__email__startswith")
    search_help_text = _("The id of an event (evt_…) or of a customer (cus_…), or the beginning of an address")
    fields = (
        "event_id",
        "type",
        "customer",
        "user",
        "state",
        "received_at",
        "processed_at",
        "attempts",
        "next_attempt_at",
        "error_class",
        "error_text",
    )
    readonly_fields = ("state",)
    actions = ("process_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return super().get_queryset(request).defer("payload")

    @admin.display(description=_("state"))
    def state(self, row: WebhookEvent) -> str:
        if row.processed_at is not None:
            return str(_("processed"))
        if row.attempts >= stripe_events.MOST_ATTEMPTS:
            return str(_("✗ failed for good"))
        return str(_("✗ failed, is tried again") if row.error_class else _("waiting"))

    @admin.action(description=_("Process again"), permissions=["view"])
    def process_again(self, request: HttpRequest, chosen: QuerySet[WebhookEvent]) -> None:
        if not request.user.is_superuser:
            raise PermissionDenied
        now = timezone.now()
        rows = list(chosen.select_related("user"))
        with transaction.atomic():
            for row in rows:
                stripe_events.again(row.pk, now=now)
                self.log_change(request, row, "Processed again")
                transaction.on_commit(functools.partial(tasks.process_soon, row.pk))
        told = ngettext("%(count)s event is processed again.", "%(count)s events are processed again.", len(rows))
        self.message_user(request, told % {"count": len(rows)}, messages.SUCCESS)
