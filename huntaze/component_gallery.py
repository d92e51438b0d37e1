"""Every component in all its states on one page, for who builds with them and for the tests that guard how they look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from accounts.notifications import Told

DAY: Final = timedelta(days=1)
LONG: Final = "Donaudampfschifffahrtsgesellschaftskapitän and everything that he has ever wanted to say about it"
WEEK: Final = [("Mon", 120), ("Tue", 180), ("Wed", 90), ("Thu", 240), ("Fri", 310), ("Sat", 420), ("Sun", 380)]
WEEK_BEFORE: Final = [("Mon", 100), ("Tue", 130), ("Wed", 140), ("Thu", 190), ("Fri", 210), ("Sat", 350), ("Sun", 290)]

FIGURES: Final = {
    "bar_rows": [
        {"label": "Subscriptions", "value": "€840.00", "share": 100, "href": "#figures", "note": "64 %"},
        {"label": "Tips", "value": "€310.00", "share": 37, "href": "#figures", "note": "24 %"},
        {"label": LONG, "value": "€160.00", "share": 19, "href": "", "note": "12 %"},
    ],
    "funnel_steps": [
        {"label": "Saw your page", "value": "1,240", "share": 100, "href": "#figures", "rate": ""},
        {"label": "Follow you", "value": "186", "share": 15, "href": "#figures", "rate": "15 % of those who saw it"},
        {"label": "Pay", "value": "24", "share": 2, "href": "#figures", "rate": "12.9 % of those who follow"},
    ],
    "heat_hours": list(range(24)),
    "heat_rows": [
        {
            "name": name,
            "cells": [
                {"said": f"{name} {hour}: {(day * 7 + hour * 5) % 23}", "level": (day * 7 + hour * 5) % 6}
                for hour in range(24)
            ],
        }
        for day, name in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    ],
    "cohort_months": [0, 1, 2, 3, 4],
    "cohort_rows": [
        {
            "name": name,
            "size": 20 + 3 * at,
            "cells": [
                {
                    "shown": f"{100 - 17 * month} %",
                    "said": f"{100 - 17 * month} % still pay",
                    "href": "#figures",
                    "level": 5 - month,
                }
                for month in range(5 - at)
            ],
        }
        for at, name in enumerate(["July", "August", "September", "October", "November"])
    ],
}


class SampleForm(forms.Form):
    """A field in each state that a form can give it."""

    plain = forms.CharField(label="Title", required=False)
    helped = forms.CharField(label="Handle", help_text="Three to thirty small letters.", required=False)
    counted = forms.CharField(
        label="Bio", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}), initial="Rain and film."
    )
    chosen = forms.ChoiceField(
        label="Language", choices=[("en", "English"), ("fr", "Français")], required=False, initial="fr"
    )
    shut = forms.CharField(label="Plan", disabled=True, initial="Pro", required=False)
    wrong = forms.EmailField(label="Email", initial="not an address")


@creator_required
@require_safe
def gallery(request: CreatorRequest) -> HttpResponse:
    """Show the page where it is switched on, and be nowhere elsewhere."""
    if not settings.COMPONENT_GALLERY:
        raise Http404
    # Bound, with only the wrong field filled wrongly: the others show their calm state.
    form = SampleForm({"wrong": "not an address", "counted": "Rain and film.", "chosen": "fr"})
    form.is_valid()
    if "toasts" in request.GET:
        undo.offer(request, "Post deleted", url=request.path)
        messages.error(request, LONG)
    return render(
        request,
        "components_gallery.html",
        {
            "form": form,
            "long": LONG,
            "week": WEEK,
            "week_before": WEEK_BEFORE,
            **FIGURES,
            "told": sample_notifications(),
            "statuses": ["draft", "scheduled", "published", "failed", "waiting"],
            "levels": ["success", "info", "warning", "error"],
            "swatches": SWATCHES,
        },
    )


def sample_notifications() -> list[Told]:
    # At noon of a day long gone, so that a picture of the page is the same on every day.
    noon = datetime(2024, 2, 29, 12, tzinfo=UTC)
    return [
        Told(UUID(int=1), "It is time to post “Rain” on OnlyFans", "clock", "warn", "/app/", noon, is_read=False),
        Told(UUID(int=2), "“Winter set” was published", "circle-check", "ok", "/app/", noon - DAY, is_read=False),
        Told(UUID(int=3), f"“{LONG}” failed", "circle-alert", "bad", "/app/", noon - 2 * DAY, is_read=True),
    ]


SWATCHES: Final = [
    "bg", "surface", "raised", "sunken", "hover", "line", "line-strong", "edge", "ink", "ink-2", "ink-3", "accent",
    "accent-soft", "ok", "ok-soft", "warn", "warn-soft", "bad", "bad-soft", "info", "info-soft",
]  # fmt: skip
