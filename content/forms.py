"""What a creator types: the brief of a text, and the text itself."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from content.brief import LANGUAGES, MAX_PROMPT, MAX_VARIANTS, TASK_TYPES, Brief
from content.models import Content, Generation, Length, Platform

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


def blank(user: User, **filled: str) -> BriefForm:
    """Return the form for a new text, with some fields filled already."""
    standard = Brief(prompt="")
    initial = {
        "platform": standard.platform,
        "language": user.locale,
        "length": standard.length,
        "tone": standard.tone,
        "variants": standard.variants,
        "task_type": standard.task_type,
    }
    return BriefForm(initial={**initial, **filled})


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


class PostForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"class": "editor-title", "autocomplete": "off", "placeholder": _("Untitled")}),
    )
    body = Text(
        label=_("Text"),
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"class": "editor-body", "rows": 10}),
    )


def editor(content: Content) -> PostForm:
    """Return the form with the text as it is stored."""
    return PostForm(initial={"title": content.title, "body": content.body})
