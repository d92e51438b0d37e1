"""The frame of the settings: which sections there are, and how each is shown beside the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the settings. `name` is that of its address, unless `view` says another; `for_all` opens it to every
    role."""

    name: str
    label: _StrPromise
    icon: str
    for_all: bool = False
    view: str = ""

    @property
    def url(self) -> str:
        return reverse(self.view or f"accounts:{self.name}")


# In the order of the list. A new section needs a line here, a view module beside this one, and a template that extends
# `accounts/settings/frame.html`.
SECTIONS: Final = (
    Section("profile", gettext_lazy("Profile"), "user-round"),
    Section("page", gettext_lazy("Public page"), "globe"),
    Section("preferences", gettext_lazy("Preferences"), "sliders-horizontal"),
    Section("notification-settings", gettext_lazy("Notifications"), "bell"),
    Section("plan", gettext_lazy("Plan and credits"), "gauge"),
    Section("connections", gettext_lazy("Connected accounts"), "link", for_all=True, view="socialaccount_connections"),
    Section("security", gettext_lazy("Security"), "shield-check", for_all=True),
    Section("sessions", gettext_lazy("Sessions"), "monitor-smartphone", for_all=True),
    Section("keys", gettext_lazy("API keys"), "key-round"),
    Section("activity", gettext_lazy("Activity"), "history", for_all=True),
    Section("privacy", gettext_lazy("Privacy"), "shield", for_all=True),
)


def show(
    request: HttpRequest, name: str, template: str, values: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Show a page that belongs to a section; its template extends `accounts/settings/frame.html`.

    A status of 422 says that a form is sent back: the page then tells so above its fields.
    """
    context = {"section": section(name), "wrong": status == 422, **(values or {})}
    return render(request, template, context, status=status)


def sections(request: HttpRequest) -> list[Section]:
    """Return the sections that this person may open."""
    is_creator = isinstance(request.user, User) and request.user.role == Role.CREATOR
    return [entry for entry in SECTIONS if is_creator or entry.for_all]


def section(name: str) -> Section:
    return next(entry for entry in SECTIONS if entry.name == name)


def saved(request: HttpRequest, name: str) -> HttpResponse:
    """Lead back to the section, which says that what was sent is stored."""
    messages.success(request, _("Saved"))
    return redirect(section(name).url)
