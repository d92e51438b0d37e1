"""What people type about themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, cast
from zoneinfo import available_timezones

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import handles, profiles
from accounts.models import Consent, CreatorProfile, Scope, Theme, User
from accounts.privacy import consents

LANGUAGE_NAMES = [("en", "English"), ("fr", "Français")]


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return the zones by region and city, and UTC; the historical aliases are left out."""
    cities = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in cities)]


class LongSelect(forms.Select):
    """A select whose hundreds of options are written at once: Django renders a template for each, which takes longer
    than the rest of the page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, flatatt({"selected": key == value}), label) for key, label in self.choices),
        )
        final = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(final), options)


class SignupForm(forms.Form):
    """What sign-up asks on top of allauth's email address and password. The page fills in the browser's time zone."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": True}))
    adult = forms.BooleanField(label=_("I am 18 or older"))
    terms = forms.BooleanField(label=_("I agree to the terms of use, and have read the privacy notice"))
    field_order = ["name", "email", "password1", "time_zone", "adult", "terms"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Store what was agreed to: `accounts.entrance.adapter` has stored the other fields with the row."""
        consents.give_required(user, way=Consent.Way.SIGN_UP, request=request, now=timezone.now())


class AgreeForm(forms.Form):
    """What a person must still agree to: a box for each, all to be ticked."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = consents.open_for(user)
        for subject in self.subjects:
            self.fields[subject.key] = forms.BooleanField(label=subject.label)


class ProfileForm(forms.ModelForm[User]):
    """Who a creator is, for those who read them. The text about them is stored with their profile."""

    bio = forms.CharField(
        label=_("About you"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands on your public page."),
    )

    class Meta:
        model = User
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if not self.is_bound and "bio" not in self.initial:
            self.initial["bio"] = profiles.read(self.instance).bio

    def save(self, commit: bool = True) -> User:
        user = super().save(commit=commit)
        profile = profiles.of(user)
        profile.bio = self.cleaned_data["bio"].replace("\r\n", "\n")
        profile.save(update_fields=["bio"])
        return user


class PageForm(forms.Form):
    handle = forms.CharField(
        label=_("Name of your page"),
        required=False,
        max_length=handles.LONGEST + 1,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "data-handle": True}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_handle(self) -> str:
        handle = handles.plain(self.cleaned_data["handle"])
        if handle and (reason := handles.refusal(self.user, handle)):
            raise forms.ValidationError(str(reason))
        return handle


class PreferencesForm(forms.ModelForm[User]):
    """How a creator likes to work. The switches are stored with their profile."""

    locale = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_NAMES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, widget=LongSelect)
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme, widget=forms.RadioSelect)
    shortcuts = forms.BooleanField(
        label=_("Shortcuts of a single key"),
        required=False,
        help_text=_("“c” to create, “?” for the list. Switch them off if you speak to your computer."),
    )
    privacy_blur = forms.BooleanField(
        label=_("Blur media on screen"),
        required=False,
        help_text=_("For working where others look over your shoulder."),
    )
    SWITCHES: ClassVar[tuple[str, ...]] = ("shortcuts", "privacy_blur")

    class Meta:
        model = User
        fields = ("locale", "time_zone", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = cast(forms.ChoiceField, self.fields["time_zone"])
        known = [value for value, _label in time_zones()]
        if self.instance.time_zone not in known:
            # A stored alias stays selectable, or saving another field would fail.
            zone.choices = [(self.instance.time_zone, self.instance.time_zone), *time_zones()]
        if not self.is_bound:
            profile = profiles.read(self.instance)
            self.initial.update({name: getattr(profile, name) for name in self.SWITCHES})

    @property
    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SWITCHES]

    def save(self, commit: bool = True) -> User:
        user = super().save(commit=commit)
        profile = profiles.of(user)
        for name in self.SWITCHES:
            setattr(profile, name, self.cleaned_data[name])
        profile.save(update_fields=self.SWITCHES)
        return user


class NotificationsForm(forms.ModelForm[CreatorProfile]):
    """What a creator is told by mail."""

    mail_reminders = forms.BooleanField(
        label=_("Remind me by mail when it is time to post"),
        required=False,
        help_text=_("The reminder in the app comes in any case."),
    )

    class Meta:
        model = CreatorProfile
        fields = ("mail_reminders",)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the key"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year")), (0, _("Until it is revoked"))],
        coerce=int,
        initial=90,
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.CONTENT_READ, Scope.CONTENT_WRITE],
        error_messages={"required": _("Choose at least one.")},
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["expires"]
        return now + timedelta(days=days) if days else None
