"""What a creator types: the brief of a text, and the text itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from content import channels, edits, voices
from content.brief import LANGUAGES, MAX_PROMPT, MAX_VARIANTS, TASK_TYPES, Brief
from content.channels import SPECS
from content.history import Draft, OwnText, draft_of
from content.models import Channel, Content, Generation, Kind, Length, Platform, Voice

# The values go to the model as they stand.
TONES: Final = [
    ("", _("Natural")),
    ("warm", _("Warm")),
    ("playful", _("Playful")),
    ("direct", _("Direct")),
    ("mysterious", _("Mysterious")),
    ("elegant", _("Elegant")),
    ("funny", _("Funny")),
    ("sensual, tasteful", _("Sensual")),
]
MAX_BODY: Final = 20_000
NO_VOICE: Final = "none"
BRIEF_FIELDS: Final = ("prompt", "length", "tone", "variants", "task_type", "critical", "voice")
"""What a draft keeps of its brief; its language and its channels are the draft's own."""


class Text(forms.CharField):
    """Several lines. Browsers send CRLF, and count and show one character: so do we."""

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n")) or ""


class BriefForm(forms.Form):
    prompt = Text(
        label=_("What do you want to post?"),
        max_length=MAX_PROMPT,
        widget=forms.Textarea(
            attrs={
                "class": "composer-brief",
                "rows": 3,
                "data-brief": True,
                "placeholder": _("What happens, when, and how should it feel?"),
            }
        ),
    )
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    length = forms.ChoiceField(label=_("Length"), choices=Length)
    tone = forms.ChoiceField(label=_("Tone"), choices=TONES, required=False)
    variants = forms.TypedChoiceField(label=_("Versions"), choices=[], coerce=int)
    task_type = forms.ChoiceField(label=_("Kind of text"), choices=TASK_TYPES)
    critical = forms.BooleanField(
        label=_("Critical: use the premium model, whatever the text is about"),
        required=False,
        help_text=_("For words that must be right, such as an apology or terms. Costs more credits."),
    )

    again = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices("variants").choices = [
            (number, ngettext_lazy("%(number)s version", "%(number)s versions", number) % {"number": number})
            for number in range(1, MAX_VARIANTS + 1)
        ]
        tone = self.data.get("tone") or self.initial.get("tone", "")
        if tone not in dict(TONES):
            # A tone in the caller's own words, as the API takes it, survives "Write again".
            self.choices("tone").choices = [*TONES, (tone, tone)]

    def choices(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])

    def clean_tone(self) -> str:
        tone = str(self.cleaned_data["tone"])
        if len(tone) > 60:
            raise forms.ValidationError(_("Describe the tone in 60 characters at most."))
        return tone

    def brief(self) -> Brief:
        """Return the valid form as the domain takes it. A box that is not ticked leaves the question open."""
        return Brief(**{**self.cleaned_data, "critical": self.cleaned_data["critical"] or None})


def blank(user: User, **filled: Any) -> ComposerForm:
    """Return the form for a new text, with some fields filled already."""
    form = ComposerForm(initial={**usual(user), **filled}, user=user)
    used = next((voice for voice in form.voices if voice.is_default), None)
    form.initial.setdefault("voice", str(used.pk) if used else NO_VOICE)
    return form


def usual(user: User) -> dict[str, Any]:
    standard = Brief(prompt="")
    return {
        "platform": standard.platform,
        "language": user.locale,
        "length": standard.length,
        "tone": standard.tone,
        "variants": standard.variants,
        "task_type": standard.task_type,
    }


def again(generation: Generation) -> BriefForm:
    """Return the form as it was sent for `generation`, to be changed and sent again."""
    return BriefForm(
        initial={
            "prompt": generation.prompt,
            "platform": generation.platform,
            "language": generation.language,
            "length": generation.length,
            "tone": generation.tone,
            "variants": len(generation.variants.all()),
            "task_type": generation.task_type,
            "critical": generation.critical,
            "again": True,
        }
    )


def gentler(generation: Generation, prompt: str) -> BriefForm:
    """Return the form as it was sent for `generation`, with the brief in other words."""
    return BriefForm(initial={**again(generation).initial, "prompt": prompt})


class ComposerForm(BriefForm):
    """All of the composer in one form: the brief and the draft. What is sent decides which of both is asked for.

    A channel `x` has four fields of its own: `own-x` says that it says something else, `title-x` and `body-x` what,
    and `labelled-x` whether it tells of AI.
    """

    use_required_attribute = False

    channels = forms.MultipleChoiceField(label=_("Channels"), choices=Channel, required=False)
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"class": "draft-title", "autocomplete": "off", "placeholder": _("Title")}),
    )
    body = Text(
        label=_("Text"),
        max_length=MAX_BODY,
        required=False,
        widget=forms.Textarea(
            attrs={"class": "draft-body", "rows": 6, "placeholder": _("Write here, or let it be written above.")}
        ),
    )
    audience = forms.ChoiceField(label=_("Who may read it"), choices=Content.Audience, required=False)
    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    planned_for = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    # The channel whose own text is worked on; a page with a script says it, beside the fields.
    where = forms.ChoiceField(choices=Channel, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, saving: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.voices = voices.of(user)
        if self.voices:
            self.fields["voice"] = forms.ChoiceField(
                label=_("Voice"),
                choices=[(NO_VOICE, _("None")), *((str(voice.pk), voice.name) for voice in self.voices)],
                required=False,
            )
        self.fields["platform"].required = False
        for name in ("language", *BRIEF_FIELDS) if saving else ():
            if name in self.fields:
                self.fields[name].required = False
        for channel, spec in SPECS.items():
            self.fields[f"own-{channel}"] = forms.BooleanField(required=False)
            self.fields[f"title-{channel}"] = forms.CharField(max_length=max(spec.longest_title, 1), required=False)
            self.fields[f"body-{channel}"] = Text(max_length=MAX_BODY, required=False)
            self.fields[f"labelled-{channel}"] = forms.BooleanField(required=False)
        for field in self.fields.values():
            # The form's element holds none of them: cards with forms of their own stand between them.
            field.widget.attrs["form"] = "draft"

    def chosen(self) -> list[str]:
        """Return the channels, or the platform that older forms and examples name."""
        data = self.cleaned_data
        return data["channels"] or [channel for channel in Channel.values if channel == data["platform"]]

    def brief(self) -> Brief:
        names = {field.name for field in dataclasses.fields(Brief)}
        known = {name: value for name, value in self.cleaned_data.items() if name in names}
        where = self.place()
        platform = strictest([where] if where else self.chosen()) or known["platform"] or Platform.GENERIC
        told = {"platform": platform, "channel": where, "critical": known["critical"] or None, "voice": self.voice()}
        return Brief(**{**known, **told})

    def place(self) -> str:
        """Return the channel whose own text is worked on; "" for the text that all share."""
        where = str(self.cleaned_data["where"])
        return where if where in self.chosen() and self.cleaned_data[f"own-{where}"] else ""

    def voice(self) -> Voice | None:
        """Return the chosen voice; where nothing is said of voices, the one that is used unless another is chosen."""
        chosen = self.cleaned_data.get("voice")
        if not chosen:
            return next((voice for voice in self.voices if voice.is_default), None)
        return next((voice for voice in self.voices if str(voice.pk) == chosen), None)

    def draft(self) -> Draft:
        """Return the valid form as it is saved."""
        data = self.cleaned_data
        kept = {name: data[name] for name in BRIEF_FIELDS if data.get(name) not in (None, "")}
        return Draft(
            title=data["title"],
            body=data["body"],
            own={
                channel: OwnText(
                    customized=data[f"own-{channel}"],
                    title=data[f"title-{channel}"],
                    body=data[f"body-{channel}"],
                    labelled=data[f"labelled-{channel}"] or f"label-{channel}" not in self.data,
                )
                for channel in self.chosen()
            },
            audience=data["audience"] or Content.Audience.PUBLIC,
            language=data["language"] or "en",
            brief=kept,
        )


class EditForm(forms.Form):
    """What is to be done with a text that is there: the whole of it, or a passage."""

    kind = forms.ChoiceField(choices=[choice for choice in Kind.choices if choice[0] != Kind.TEXT])
    change = forms.ChoiceField(
        choices=[*((name, change.name) for name, change in edits.CHANGES.items()), (edits.FIT, edits.FIT)],
        required=False,
    )
    instruction = Text(max_length=600, required=False)
    source = Text(max_length=MAX_BODY, required=False, strip=False)
    channel = forms.ChoiceField(choices=Channel, required=False)
    language = forms.ChoiceField(choices=LANGUAGES, required=False)

    def __init__(self, *args: Any, content: Content, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        channel = data.get("channel", "")
        data["source"] = data.get("source") or draft_of(self.content).body_at(channel)
        if not data["source"].strip():
            raise forms.ValidationError(_("There is no text to work on yet."))
        if data.get("change") == edits.FIT and not channel:
            raise forms.ValidationError(_("Say which channel the text should fit."))
        if data.get("kind") == Kind.REWRITE and not (data.get("change") or data.get("instruction")):
            raise forms.ValidationError(_("Say how the text should change."))
        return data

    def brief(self) -> Brief:
        data = self.cleaned_data
        translates = data["change"] == "translate" and data["language"]
        return Brief(
            prompt=self.order() or edits.STEPS[data["kind"]],
            kind=data["kind"],
            source=data["source"],
            platform=data["channel"] if data["channel"] in Platform.values else Platform.GENERIC,
            language=data["language"] if translates else self.content.language,
            voice=self.content.voice,
            channel=data["channel"] if data["channel"] in channels.of(self.content) else "",
        )

    def order(self) -> str:
        data = self.cleaned_data
        if data["change"] == edits.FIT:
            return edits.fitting(data["channel"], self.content.language)
        change = edits.CHANGES.get(data["change"])
        return change.instruction if change else str(data["instruction"])


def strictest(channels: Sequence[str]) -> str:
    """Return the platform that a text for several channels is written for: what fits there fits all."""
    return min(
        (channel for channel in channels if channel in Platform.values),
        key=lambda channel: SPECS[channel].longest,
        default="",
    )


def composer(user: User, content: Content) -> ComposerForm:
    """Return the form as a draft was left."""
    draft = draft_of(content)
    own = {
        f"{name}-{channel}": value
        for channel, text in draft.own.items()
        for name, value in (("own", text.customized), ("title", text.title), ("body", text.body))
    }
    return ComposerForm(
        user=user,
        initial={
            **usual(user),
            **draft.brief,
            **own,
            "again": bool(draft.brief.get("prompt")) and content.generations.exists(),
            "language": draft.language,
            "channels": list(draft.own),
            "title": draft.title,
            "body": draft.body,
            "audience": draft.audience,
            "revision": content.revision,
        },
    )
