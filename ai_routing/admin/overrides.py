from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing import overrides, routing
from ai_routing.admin import breakers_page
from ai_routing.catalogue import Tier
from ai_routing.models import RoutingOverride


class OverrideForm(forms.ModelForm[RoutingOverride]):
    class Meta:
        model = RoutingOverride
        fields = ("task_type", "tier", "cascade", "note")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("task_type") in routing.SENSITIVE and cleaned.get("tier") == Tier.ECONOMY:
            self.add_error(
                "tier",
                _("%(task)s work never goes to the economy model, whatever an override says.")
                % {"task": str(cleaned["task_type"]).capitalize()},
            )
        return cleaned


@admin.register(RoutingOverride)
class RoutingOverrides(admin.ModelAdmin[RoutingOverride]):
    """Only ever added to: the newest row of a task type holds, the others are its history."""

    form = OverrideForm
    change_list_template = "admin/ai_routing/routingoverride_list.html"
    list_display = ("task_type", "tier_now", "cascade", "holds", "note", "created_by", "created_at")
    list_filter = ("task_type",)
    list_per_page = 50
    list_select_related = ("created_by",)
    ordering = ("-id",)
    search_fields = ("created_by__email__startswith",)
    show_full_result_count = False
    fields = ("task_type", "tier", "cascade", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingOverride]:
        newer = RoutingOverride.objects.filter(task_type=OuterRef("task_type"), pk__gt=OuterRef("pk"))
        return super().get_queryset(request).annotate(holds=~Exists(newer))

    def get_fields(self, request: HttpRequest, obj: RoutingOverride | None = None) -> tuple[str, ...]:
        return self.fields if obj is None else (*self.fields, "created_by", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.breakers)
        return [path("breakers/", page, name="ai_routing_breakers"), *super().get_urls()]

    def breakers(self, request: HttpRequest) -> HttpResponse:
        return breakers_page.page(self, request)

    def save_model(self, request: HttpRequest, obj: RoutingOverride, form: Any, change: bool) -> None:
        obj.created_by = cast(User, request.user)
        obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)
        # Read before the commit, the old rows would be kept for some seconds more.
        transaction.on_commit(overrides.forget)
        for effect in effects(obj):
            messages.warning(request, effect)

    @admin.display(description=_("tier"), ordering="tier")
    def tier_now(self, override: RoutingOverride) -> str:
        return override.tier or str(_("as the rules decide"))

    @admin.display(description=_("holds now"), boolean=True)
    def holds(self, override: RoutingOverride) -> bool:
        return bool(cast(Any, override).holds)


def effects(override: RoutingOverride) -> list[str]:
    """Return what follows from an override, in sentences."""
    task = {"task": override.task_type.replace("_", " ")}
    if override.tier == Tier.PREMIUM:
        found = [_("All %(task)s requests go to the premium model from now on.") % task]
    elif override.tier == Tier.ECONOMY:
        found = [
            _("All %(task)s requests go to the economy model from now on, however complex, unless marked critical.")
            % task
        ]
    else:
        found = [_("The rules decide again where %(task)s requests go.") % task]
    if not override.cascade:
        found.append(
            str(_("An answer of the economy model that fails its checks is not escalated to the premium model."))
        )
    found.append(_("Other processes follow within %(seconds)d seconds.") % {"seconds": overrides.FRESH_SECONDS})
    return found
