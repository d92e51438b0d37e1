"""What a creator types about a voice: samples, its description, a brief to try it with."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from content import voices
from content.brief import LANGUAGES
from content.forms import Text
from content.models import Platform, SentenceLength, Voice
from content.voices import stylometry

MOST_PHRASES: Final = 12
LONGEST_PHRASE: Final = 120
MOST_NEVER: Final = 40
LONGEST_NEVER: Final = 80
LONGEST_SAMPLE: Final = 4_000
SHORTEST_SAMPLE: Final = 20
LONGEST_TRY: Final = 600


class Lines(Text):
    """Several entries, one on a line; doubles and empty lines are left out."""

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.most, self.longest_line = most, longest

    def clean(self, value: Any) -> Any:
        lines = dict.fromkeys(line.strip() for line in super().clean(value).splitlines() if line.strip())
        if len(lines) > self.most:
            raise forms.ValidationError(
                ngettext_lazy("At most %(most)s line.", "At most %(most)s lines.", self.most) % {"most": self.most}
            )
        if any(len(line) > self.longest_line for line in lines):
            raise forms.ValidationError(_("At most %(longest)s characters in a line.") % {"longest": self.longest_line})
        return tuple(lines)


class SamplesForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("My voice")}),
    )
    samples = Text(
        label=_("Paste one to five texts of yours"),
        max_length=voices.MOST_PASTED * (LONGEST_SAMPLE + 10),
        help_text=_(
            "Separate them with a line of ---, or with two empty lines. Captions and messages that sound like you."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "data-samples": True}),
    )

    def clean_samples(self) -> list[str]:
        texts = stylometry.split(self.cleaned_data["samples"])
        if len(texts) > voices.MOST_PASTED:
            raise forms.ValidationError(_("These are %(number)s texts; paste five at most.") % {"number": len(texts)})
        if any(len(text) > LONGEST_SAMPLE for text in texts):
            raise forms.ValidationError(_("One of the texts is longer than 4,000 characters. Shorten it."))
        if sum(map(len, texts)) < SHORTEST_SAMPLE:
            raise forms.ValidationError(_("That is too little to hear a voice. Paste at least a sentence or two."))
        return texts


class VoiceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    tone = Text(
        label=_("Tone"),
        max_length=600,
        required=False,
        help_text=_("Mood, humour, distance, habits. As you would tell a friend who writes for you."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    sentence_length = forms.ChoiceField(label=_("Sentences"), choices=SentenceLength)
    audience = Text(label=_("You write for"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    signature_phrases = Lines(
        most=MOST_PHRASES,
        longest=LONGEST_PHRASE,
        label=_("Phrases of your own"),
        help_text=_("One on a line. Used where they fit, not in every text."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    boundaries = Text(
        label=_("Boundaries"),
        max_length=1_000,
        required=False,
        help_text=_("What you do not write about, and how far you go."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    never_say = Lines(
        most=MOST_NEVER,
        longest=LONGEST_NEVER,
        label=_("Never say"),
        help_text=_("One word or phrase on a line. A text that says one of them is not shown to you."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def wording(self) -> voices.Wording:
        """Return the valid form as the domain takes it."""
        return voices.Wording(**self.cleaned_data)


class TryForm(forms.Form):
    prompt = Text(
        label=_("What should the text be about?"),
        max_length=LONGEST_TRY,
        widget=forms.Textarea(
            attrs={"rows": 2, "placeholder": _("Rainy Sunday, new set tonight at nine.")},
        ),
    )
    platform = forms.ChoiceField(label=_("Platform"), choices=Platform)


def opened(voice: Voice) -> VoiceForm:
    """Return the form with the voice as it is stored."""
    initial = {name: getattr(voice, name) for name in VoiceForm.base_fields}
    for name in ("signature_phrases", "never_say"):
        initial[name] = "\n".join(initial[name])
    return VoiceForm(initial=initial)


def from_samples(user: User, name: str, texts: list[str]) -> voices.Wording:
    """Return what can be said of a voice by counting alone."""
    profile = stylometry.read(texts, language=user.locale)
    return voices.Wording(
        name=name,
        language=profile.language if profile.language in dict(LANGUAGES) else user.locale,
        tone=stylometry.told(profile)[:600],
        sentence_length=profile.sentence_length,
        signature_phrases=profile.phrases,
    )
