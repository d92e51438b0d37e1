"""What a creator types about fans and earnings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.brief import LANGUAGES
from fans import books, keeping
from fans.models import Currency, Earning, Fan, Site

SPARE: Final = 2
"""Empty places for another identity, in a form."""

LOCAL: Final = "%Y-%m-%dT%H:%M"
CENT: Final = Decimal("0.01")


class FanForm(forms.Form):
    """A fan: one line for each identity, with places for more."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    language = forms.ChoiceField(label=_("Language"), choices=[("", _("Not known")), *LANGUAGES], required=False)
    birthday = forms.DateField(
        label=_("Birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    tags = forms.CharField(
        label=_("Tags"), max_length=800, required=False, help_text=_("Words of your own, with commas between them.")
    )
    do_not = forms.CharField(
        label=_("Never"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What must not be said, sent or offered to them: one thing a line."),
    )

    def __init__(self, *args: Any, fan: Fan | None = None, **fields: Any) -> None:
        if fan is not None:
            fields["initial"] = self.told_of(fan)
        super().__init__(*args, **fields)
        known = [(row.platform, row.handle) for row in fan.identities.all()] if fan else []
        self.places = min(len(known) + SPARE, keeping.MOST_IDENTITIES)
        for number in range(self.places):
            platform, handle = known[number] if number < len(known) else ("", "")
            self.fields[f"platform_{number}"] = forms.ChoiceField(
                label=_("Platform"), choices=[("", "–"), *Site.choices], required=False, initial=platform
            )
            self.fields[f"handle_{number}"] = forms.CharField(
                label=_("Name there"), max_length=120, required=False, initial=handle
            )

    @staticmethod
    def told_of(fan: Fan) -> dict[str, Any]:
        return {
            "name": fan.name,
            "language": fan.language,
            "birthday": fan.birthday,
            "tags": ", ".join(tag.name for tag in fan.tags.all()),
            "do_not": "\n".join(fan.do_not),
        }

    @property
    def identity_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"platform_{number}"], self[f"handle_{number}"]) for number in range(self.places)]

    def clean_do_not(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["do_not"].splitlines()]
        if any(len(line) > 200 for line in lines):
            raise forms.ValidationError(_("Keep each line below 200 characters."))
        return [line for line in lines if line]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in range(self.places):
            if cleaned.get(f"handle_{number}") and not cleaned.get(f"platform_{number}"):
                self.add_error(f"platform_{number}", _("Say where they have this name."))
        return cleaned

    def told(self) -> keeping.Told:
        words = self.cleaned_data
        named = [(words[f"platform_{number}"], plain(words[f"handle_{number}"])) for number in range(self.places)]
        return keeping.Told(
            name=words["name"],
            language=words["language"],
            birthday=words["birthday"],
            do_not=words["do_not"],
            identities=[(platform, handle) for platform, handle in named if handle],
            tags=words["tags"].split(","),
        )


def plain(handle: str) -> str:
    return handle.strip().removeprefix("@").strip()


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3, "class": "fan-note-field"})
    )


class EarningForm(forms.Form):
    """A payment that is written down by hand."""

    source = forms.ChoiceField(label=_("For"), choices=Earning.Source, initial=Earning.Source.TIP)
    platform = forms.ChoiceField(label=_("Platform"), choices=Site, initial=Site.ONLYFANS)
    payer = forms.CharField(
        label=_("Who paid"),
        max_length=120,
        required=False,
        help_text=_("Their name on the platform. Who is new becomes a fan of yours."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency, initial=Currency.USD)
    gross = forms.DecimalField(
        label=_("Paid"), min_value=CENT, max_value=Decimal(books.LARGEST_MINOR) / 100, decimal_places=2
    )
    fee = forms.DecimalField(
        label=_("Of it, fee of the platform"), min_value=Decimal(0), decimal_places=2, required=False, initial=0
    )
    occurred_at = forms.DateTimeField(
        label=_("When"),
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean_occurred_at(self) -> datetime:
        at: datetime = self.cleaned_data["occurred_at"]
        if at > timezone.now():
            raise forms.ValidationError(_("That is still to come."))
        return at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        gross, fee = cleaned.get("gross"), cleaned.get("fee")
        if gross is not None and fee is not None and fee > gross:
            self.add_error("fee", _("The fee is more than what was paid."))
        return cleaned


class RefundForm(forms.Form):
    gross = forms.DecimalField(label=_("Given back"), min_value=CENT, decimal_places=2)
    occurred_at = forms.DateTimeField(
        label=_("When"),
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


def minor(amount: Decimal | None) -> int:
    """Return an amount in whole cents."""
    return int((amount or Decimal(0)) * 100)
