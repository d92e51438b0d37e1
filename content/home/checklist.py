"""The five first steps, computed from what is there: no step is ticked by hand, and none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import CreatorProfile, User
from content.models import Asset, Content, Publication, Voice


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: str
    words: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    steps: tuple[Step, ...]
    put_away: bool

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def percent(self) -> int:
        return 100 * self.done // len(self.steps)

    @property
    def complete(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.done), None)


def of(user: User, profile: CreatorProfile) -> Checklist:
    """Return the steps with what is done of them, in one query."""
    mine = Q(user=OuterRef("pk"), deleted_at=None)
    facts = (
        User.objects.filter(pk=user.pk)
        .annotate(
            wrote=Exists(Content.objects.filter(mine).exclude(body="")),
            speaks=Exists(Voice.objects.filter(mine)),
            shows=Exists(Asset.objects.filter(mine, state=Asset.State.READY)),
            plans=Exists(Publication.objects.filter(user=OuterRef("pk")).exclude(state=Publication.State.CANCELED)),
        )
        .values("wrote", "speaks", "shows", "plans")
        .get()
    )
    steps = (
        Step(
            "post", _("Write your first post"), _("From one line to a text."), reverse("content:create"), facts["wrote"]
        ),
        Step(
            "voice",
            _("Build your voice"),
            _("Paste a few of your texts."),
            reverse("content:voice-list"),
            facts["speaks"],
        ),
        Step(
            "media",
            _("Add a picture or video"),
            _("Private until you post it."),
            reverse("content:media"),
            facts["shows"],
        ),
        Step(
            "schedule", _("Schedule a post"), _("For a day, or the queue."), reverse("content:calendar"), facts["plans"]
        ),
        Step(
            "page",
            _("Name your page"),
            _("Choose the address of your page."),
            reverse("accounts:page"),
            bool(profile.handle),
        ),
    )
    return Checklist(steps, put_away=profile.checklist_dismissed_at is not None)
