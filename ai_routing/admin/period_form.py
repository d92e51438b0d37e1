from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from ai_routing.reports import period
from ai_routing.reports.period import Period

USUAL: Final = {"today": 1, "7": 7, "30": 30}
DEFAULT: Final = "7"
CUSTOM: Final = "custom"


class PeriodForm(forms.Form):
    """The choice of days, from a query string. Without one it is the last seven days; `now` says which day is today."""

    period = forms.ChoiceField(
        choices=[("today", _("Today")), ("7", _("7 days")), ("30", _("30 days")), (CUSTOM, _("Other days"))],
        required=False,
    )
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("period") == CUSTOM and not self.errors:
            first, last = cleaned.get("first"), cleaned.get("last")
            if first is None or last is None:
                raise forms.ValidationError(_("Give the first and the last day."))
            if last < first:
                raise forms.ValidationError(_("The last day is before the first."))
            if last > self.now.astimezone(UTC).date():
                raise forms.ValidationError(_("The last day is still to come."))
            try:
                cleaned["chosen"] = Period(first, last)
            except period.InvalidPeriod as error:
                raise forms.ValidationError(
                    _("Choose at most %(days)d days."), params={"days": period.MOST_DAYS}
                ) from error
        return cleaned

    @property
    def name(self) -> str:
        """Which of the usual periods it is, or CUSTOM."""
        return (self.cleaned_data.get("period") or DEFAULT) if self.is_valid() else DEFAULT

    def chosen(self) -> Period:
        """Return the period; the usual one when the choice makes no sense."""
        if self.is_valid() and "chosen" in self.cleaned_data:
            custom: Period = self.cleaned_data["chosen"]
            return custom
        return period.latest(USUAL[self.name], now=self.now)

    def query(self) -> str:
        """Return the query string that asks for these days again."""
        chosen = self.chosen()
        if self.name == CUSTOM:
            return f"period=custom&first={chosen.first.isoformat()}&last={chosen.last.isoformat()}"
        return f"period={self.name}"
