"""The pages that anybody may read: the start page and what the law and honesty ask for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.privacy import processing
from accounts.public_pages import Page, public_page
from billing import plans
from content.models import Channel

# What the two sample texts of the front page would use and cost: 420 tokens in, 60 out, at list price on gpt-4o-mini,
# and the same on GPT-4o.
SAMPLE: Final = {"latency_ms": 1_800, "cost_usd": Decimal("0.000099"), "saved_percent": 94}


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this Huntaze, as they named themselves in the settings; empty where they did not."""

    name: str
    address: str
    email: str
    register: str
    publisher: str
    host: str

    @property
    def lines(self) -> list[str]:
        """The postal address, a line for each of its parts."""
        return [part.strip() for part in self.address.split(";") if part.strip()]


def operator() -> Operator:
    return Operator(
        name=settings.LEGAL_NAME,
        address=settings.LEGAL_ADDRESS,
        email=settings.LEGAL_EMAIL,
        register=settings.LEGAL_REGISTER,
        publisher=settings.LEGAL_PUBLISHER,
        host=settings.LEGAL_HOST,
    )


@public_page
def home(request: HttpRequest) -> HttpResponse:
    page = Page(
        _("Posts and fan messages for creators"),
        _(
            "Say what you want to post and watch it being written, for every channel, in your own voice. See what it cost."
        ),
        reverse("home"),
    )
    shown = {
        "page": page,
        "sample": SAMPLE,
        "channels": [label for value, label in Channel.choices if value != Channel.HUNTAZE],
        "free": plans.get("free"),
    }
    return render(request, "front/home.html", shown)


@public_page
def terms(request: HttpRequest) -> HttpResponse:
    return legal(
        request, "front/terms.html", _("Terms of use"), _("What you may expect of Huntaze, and what it expects of you.")
    )


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return legal(
        request,
        "front/privacy.html",
        _("Privacy"),
        _("What Huntaze knows about you, why, for how long, and who sees it."),
        purposes=processing.by_purpose(),
    )


@public_page
def imprint(request: HttpRequest) -> HttpResponse:
    return legal(request, "front/imprint.html", _("Imprint"), _("Who runs this Huntaze, and how to reach them."))


def legal(
    request: HttpRequest, template: str, title: str | Promise, description: str | Promise, **more: object
) -> HttpResponse:
    shown = {"page": Page(title, description, request.path), "operator": operator(), **more}
    return render(request, template, shown)
