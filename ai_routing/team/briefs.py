"""What a workflow asks of the creator, as a form: one field to fill in, and the rest with a good beginning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing.team.workflow import Field, Workflow

PLATFORMS: Final = [
    ("instagram", "Instagram"),
    ("tiktok", "TikTok"),
    ("x", "X"),
    ("onlyfans", "OnlyFans"),
    ("fansly", "Fansly"),
    ("reddit", "Reddit"),
    ("threads", "Threads"),
    ("email", _("Email")),
    ("generic", _("Anywhere")),
]
LANGUAGES: Final = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("pt", _("Portuguese")),
]
LEAST_CREDITS: Final = 5
MOST_CREDITS: Final = 1_000
FURTHEST: Final = timedelta(days=366)


class BriefForm(forms.Form):
    """A workflow's fields, the language of its texts, and the most that the run may take. `today` is the creator's day."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    budget_credits = forms.IntegerField(
        label=_("Budget, in credits"),
        min_value=LEAST_CREDITS,
        max_value=MOST_CREDITS,
        help_text=_("The run ends before it would take more. What it does not use stays yours."),
    )

    def __init__(self, workflow: Workflow, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workflow = workflow
        self.today = today
        for field in workflow.fields:
            self.fields[field.name] = form_field(field)
        self.order_fields([*(field.name for field in workflow.fields), "language", "budget_credits"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field in self.workflow.fields:
            day = cleaned.get(field.name)
            if isinstance(day, date) and not self.today <= day <= self.today + FURTHEST:
                self.add_error(field.name, _("Choose a day from today on, within a year."))
        return cleaned

    def brief(self) -> dict[str, Any]:
        """Return the valid form as a run keeps it."""
        return {name: stored(value) for name, value in self.cleaned_data.items() if name != "budget_credits"}


def form_field(field: Field) -> forms.Field:
    common: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": field.required}
    match field.kind:
        case "number":
            return forms.IntegerField(min_value=field.least, max_value=field.most, **common)
        case "date":
            day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            return forms.DateField(input_formats=["%Y-%m-%d"], widget=day, **common)
        case "platform":
            return forms.ChoiceField(choices=PLATFORMS, **common)
        case "platforms":
            return forms.MultipleChoiceField(choices=PLATFORMS, widget=forms.CheckboxSelectMultiple, **common)
        case "yes":
            return forms.BooleanField(**common)
        case "text":
            area = forms.Textarea(attrs={"rows": 3, "placeholder": field.placeholder})
            return forms.CharField(max_length=field.most, widget=area, **common)


def stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def beginning(workflow: Workflow, user: User, *, today: date) -> dict[str, Any]:
    """Return what the form begins with: the week begins next Monday."""
    filled = {field.name: field.default for field in workflow.fields if field.default is not None}
    for field in workflow.fields:
        if field.kind == "date":
            filled[field.name] = today + timedelta(days=7 - today.weekday())
    return {**filled, "language": user.locale, "budget_credits": workflow.credits}


def today_of(user: User, *, now: datetime) -> date:
    """Return what day it is where the creator is."""
    return now.astimezone(ZoneInfo(user.time_zone)).date()
