"""Plans that operators give, take back, and look up."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Role, Tier, User
from accounts.readonly_admin import ReadOnlyAdmin
from billing import comps
from billing.models import Comp


class CompForm(forms.ModelForm[Comp]):
    class Meta:
        model = Comp
        fields = ("user", "plan", "last_day", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3, "cols": 80})}

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user.role != Role.CREATOR:
            raise forms.ValidationError(_("Only a creator's account has a plan."))
        return user

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day is not None and day < comps.today(timezone.now()):
            raise forms.ValidationError(_("This day is over."))
        return day

    def validate_constraints(self) -> None:
        """Nothing: a plan that is there already is replaced, and how it ended is written down."""


class State(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("running", _("running")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comp]) -> QuerySet[Comp]:
        running = Q(ended_at=None) & (Q(last_day=None) | Q(last_day__gte=comps.today(timezone.now())))
        if self.value() == "running":
            return queryset.filter(running)
        return queryset.exclude(running) if self.value() == "ended" else queryset


@admin.register(Comp)
class Comps(ReadOnlyAdmin[Comp]):
    """Given to an account beside what it pays, or in place of it. A row is not changed: give another, or take it back."""

    form = CompForm
    actions = ("take_back",)
    list_display = ("user", "plan", "is_running", "last_day", "reason", "given_by", "ending")
    list_filter = (State,)
    list_select_related = ("user", "given_by")
    ordering = ("-id",)
    raw_id_fields = ("user",)
    search_fields = ("user__email__startswith", "given_by__email__startswith")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).has_perm("billing.add_comp")

    def get_fields(self, request: HttpRequest, obj: Comp | None = None) -> tuple[str, ...]:
        given = ("user", "plan", "last_day", "reason")
        return given if obj is None else (*given, "given_by", "created_at", "ending", "ended_by", "ended_at")

    def save_model(self, request: HttpRequest, obj: Comp, form: Any, change: bool) -> None:
        made = comps.give(
            obj.user,
            Tier(obj.plan),
            last_day=obj.last_day,
            reason=obj.reason,
            by=cast(User, request.user),
            now=timezone.now(),
            request=request,
        )
        # The admin goes on with the row that it has in hand.
        obj.pk, obj.given_by, obj.created_at = made.pk, made.given_by, made.created_at
        obj._state.adding = False

    @admin.action(description=_("Take the chosen plans back"), permissions=["add"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Comp]) -> None:
        now, operator = timezone.now(), cast(User, request.user)
        taken = 0
        for comp in chosen.filter(ended_at=None).select_related("user"):
            if comps.take_back(comp, by=operator, now=now, request=request):
                self.log_change(request, comp, "Taken back")
                taken += 1
        words = ngettext("%(count)d plan taken back.", "%(count)d plans taken back.", taken) % {"count": taken}
        messages.success(request, words)

    @admin.display(description=_("running"), boolean=True)
    def is_running(self, comp: Comp) -> bool:
        return comp.ended_at is None and (comp.last_day is None or comp.last_day >= comps.today(timezone.now()))
