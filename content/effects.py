"""What the AI team may do with a creator's texts once the creator says yes: keep them, and give them their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ai_routing.models import Run
from ai_routing.team import effects
from ai_routing.team.effects import Effect, Made, Payload, ProposalForm
from analytics import events
from content import channels, history, planning, voices
from content.forms import MAX_BODY, Text
from content.models import Channel, Content, Platform, ProvenanceEntry

FURTHEST: Final = timedelta(days=400)
"""A plan may begin a year from now, and its last day lies some weeks later."""


class DraftForm(ProposalForm):
    title = forms.CharField(label=_("Title"), max_length=160, required=False)
    text = Text(label=_("Text"), max_length=MAX_BODY, widget=forms.Textarea(attrs={"rows": 5}))
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform)


class PlannedPostForm(DraftForm):
    """A post with its day, and the other channels of the brief that it may go to as well."""

    also = forms.MultipleChoiceField(
        label=_("Also on"), choices=Channel, required=False, widget=forms.CheckboxSelectMultiple
    )
    planned_for = forms.DateTimeField(
        label=_("Day and time"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [each for each in self.initial.get("platforms", []) if each != self.initial.get("platform")]
        offered = [(value, label) for value, label in Channel.choices if value in others]
        if offered:
            cast(forms.MultipleChoiceField, self.fields["also"]).choices = offered
        else:
            del self.fields["also"]

    def clean_planned_for(self) -> datetime:
        planned_for: datetime = self.cleaned_data["planned_for"]
        now = timezone.now()
        if not now <= planned_for <= now + FURTHEST:
            raise forms.ValidationError(_("Choose a day and time from now on, within a year."))
        return planned_for

    @classmethod
    def opened(cls, payload: Payload) -> dict[str, Any]:
        return {**payload, "planned_for": datetime.fromisoformat(payload["planned_for"])}

    def payload(self) -> Payload:
        planned_for: datetime = self.cleaned_data["planned_for"]
        return {**self.cleaned_data, "planned_for": planned_for.astimezone(timezone.get_fixed_timezone(0)).isoformat()}


def register() -> None:
    effects.register(Effect("plan_post", _("Put it into your posts, on its day"), PlannedPostForm, plan_post))
    effects.register(Effect("save_draft", _("Keep it in your posts"), DraftForm, save_draft))


def plan_post(run: Run, payload: Payload, is_edited: bool, now: datetime) -> Made:
    """Keep a text as a post, and schedule it. One that is not ready yet stays a draft with its day, and says why."""
    planned_for = datetime.fromisoformat(payload["planned_for"])
    content = stored(run, payload, is_edited=is_edited, planned_for=planned_for, now=now)
    wanted = channels_of(payload)
    if not wanted:
        return Made(f"post:{content.pk}", (str(_("Choose where it goes")),))
    try:
        planning.schedule(content, wanted, planned_for, now=now)
    except planning.NotReady as error:
        return Made(f"post:{content.pk}", tuple(str(fault) for fault in error.faults))
    except planning.OutOfReach as error:
        return Made(f"post:{content.pk}", (str(error),))
    return Made(f"post:{content.pk}")


def save_draft(run: Run, payload: Payload, is_edited: bool, now: datetime) -> Made:
    return Made(f"post:{stored(run, payload, is_edited=is_edited, planned_for=None, now=now).pk}")


def channels_of(payload: Payload) -> list[str]:
    """Return where a text goes: the channel that it was written for, and those that it goes to as well."""
    asked = dict.fromkeys([payload["platform"], *payload.get("also", [])])
    return [channel for channel in asked if channel in Channel.values]


def stored(run: Run, payload: Payload, *, is_edited: bool, planned_for: datetime | None, now: datetime) -> Content:
    """Keep a text as a new content of its creator, in the caller's transaction."""
    content = Content.objects.create(
        user=run.user,
        run=run,
        voice=voices.find(run.user, payload.get("voice", "")),
        title=payload["title"],
        body=payload["text"],
        type=Content.Type.EMAIL if payload["platform"] == Platform.EMAIL else Content.Type.POST,
        platform=payload["platform"],
        language=payload["language"],
        origin=Content.Origin.AI_ASSISTED if is_edited else Content.Origin.AI_GENERATED,
        planned_for=planned_for,
        created_at=now,
        updated_at=now,
    )
    if wanted := channels_of(payload):
        channels.set(content, wanted)
    history.record(content, ProvenanceEntry.Action.GENERATED, text=content.body, now=now)
    events.record(
        "content.created",
        user_id=content.user_id,
        data={
            "content_id": str(content.pk),
            "type": content.type,
            "platform": content.platform,
            "origin": content.origin,
        },
        now=now,
    )
    return content
