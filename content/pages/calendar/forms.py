"""What creators fill in to plan and to publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from content import channels, planning
from content.models import Channel, Content, Slot
from content.publishing import by_hand


class WhenForm(forms.Form):
    """A day and a time on the creator's clock."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))

    def moment(self, user: User) -> planning.Moment:
        return planning.moment(self.cleaned_data["day"], self.cleaned_data["at"], planning.zone_of(user))


def opened_at(user: User, due_at: datetime) -> dict[str, Any]:
    """Return what a WhenForm shows for a moment."""
    local = due_at.astimezone(planning.zone_of(user))
    return {"day": local.date(), "at": local.time().replace(second=0, microsecond=0)}


class ChannelsForm(forms.Form):
    """Where a post goes."""

    channels = forms.MultipleChoiceField(
        label=_("Where"), choices=Channel, widget=forms.CheckboxSelectMultiple, required=False
    )


class ScheduleForm(WhenForm, ChannelsForm):
    """When and where; the time is only read when the creator has chosen one."""

    def __init__(self, content: Content, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.content = content
        if not self.is_bound:
            self.initial.setdefault("channels", channels.of(content))


class PostedForm(forms.Form):
    url = forms.URLField(label=_("Address of the post"), max_length=500, required=False, assume_scheme="https")


class SnoozeForm(forms.Form):
    minutes = forms.TypedChoiceField(coerce=int, choices=[(minutes, minutes) for minutes in by_hand.SNOOZES])


class SlotForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"), coerce=int, choices=Slot.Weekday, widget=forms.CheckboxSelectMultiple
    )
    at = forms.TimeField(label=_("Time"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
