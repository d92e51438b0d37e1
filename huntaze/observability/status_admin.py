"""Incidents, which operators write, and alarms, which they may silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.readonly_admin import ReadOnlyAdmin
from huntaze.observability import components, slos
from huntaze.observability.models import AlarmState, Incident, IncidentUpdate


class IncidentForm(forms.ModelForm[Incident]):
    """Names the parts that are concerned by what the status page calls them."""

    components = forms.MultipleChoiceField(
        label=_("components"), required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )

    class Meta:
        model = Incident
        fields = ("title", "title_fr", "impact", "components", "started_at", "resolved_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast(forms.MultipleChoiceField, self.fields["components"])
        chosen.choices = [(component.key, component.name) for component in components.every()]
        self.fields["started_at"].initial = timezone.now

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        began, over = data.get("started_at"), data.get("resolved_at")
        if began and over and over < began:
            self.add_error("resolved_at", _("It cannot be over before it began."))
        return data


class Updates(admin.StackedInline[IncidentUpdate, Incident]):
    model = IncidentUpdate
    extra = 1
    ordering = ("-at",)

    def get_formset(self, request: HttpRequest, obj: Incident | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["at"].initial = timezone.now
        return formset


class Incidents(admin.ModelAdmin[Incident]):
    form = IncidentForm
    inlines = (Updates,)
    list_display = ("title", "impact", "started_at", "resolved_at")
    ordering = ("-started_at", "-id")
    show_full_result_count = False
    list_per_page = 50


class Alarms(ReadOnlyAdmin[AlarmState]):
    """They come from the catalogue. An operator who knows may have one tell nobody for a time."""

    list_display = ("name", "severity", "firing", "figure", "since", "silent_until")
    ordering = ("name",)
    actions = ("silence_hour", "silence_day", "speak")

    def has_silence_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("huntaze.change_alarmstate")

    @admin.display(description=_("severity"))
    def severity(self, row: AlarmState) -> str:
        known = slos.BY_NAME.get(row.name)
        return str(known.severity) if known else "–"

    @admin.display(description=_("value"), ordering="value")
    def figure(self, row: AlarmState) -> str:
        known = slos.BY_NAME.get(row.name)
        return "–" if row.value is None else f"{row.value:,.1f} {known.unit if known else ''}".strip()

    @admin.action(description=_("Silence for an hour"), permissions=["silence"])
    def silence_hour(self, request: HttpRequest, rows: QuerySet[AlarmState]) -> None:
        self.silence(request, rows, timedelta(hours=1))

    @admin.action(description=_("Silence for a day"), permissions=["silence"])
    def silence_day(self, request: HttpRequest, rows: QuerySet[AlarmState]) -> None:
        self.silence(request, rows, timedelta(days=1))

    def silence(self, request: HttpRequest, rows: QuerySet[AlarmState], length: timedelta) -> None:
        until = timezone.now() + length
        for row in rows.order_by("name"):
            row.silent_until = until
            row.save(update_fields=["silent_until"])
            self.log_change(request, row, [{"changed": {"fields": ["silent_until"]}}])
        messages.success(request, _("Nobody is told of them until then. They are judged all the same."))

    @admin.action(description=_("Let them be heard again"), permissions=["silence"])
    def speak(self, request: HttpRequest, rows: QuerySet[AlarmState]) -> None:
        for row in rows.order_by("name"):
            row.silent_until = None
            row.save(update_fields=["silent_until"])
            self.log_change(request, row, [{"changed": {"fields": ["silent_until"]}}])
