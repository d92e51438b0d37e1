"""What a creator told of themselves, and how they like to work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import CreatorProfile, User


def of(user: User) -> CreatorProfile:
    """Return the user's profile; an empty one is stored when they told nothing yet."""
    return CreatorProfile.objects.get_or_create(user=user)[0]


def read(user: User) -> CreatorProfile:
    """Return the user's profile to look at; one that is not stored when they told nothing yet."""
    return CreatorProfile.objects.filter(user=user).first() or CreatorProfile(user=user)


def welcome(
    user: User, *, makes: Sequence[str], languages: Sequence[str], channels: Sequence[str], now: datetime
) -> CreatorProfile:
    """Store the answers of the onboarding, which may all be empty: a question that is skipped is answered by nothing.

    Answers that are given again replace the earlier ones; the day of the first ones stays.
    """
    profile = of(user)
    profile.makes, profile.languages, profile.channels = list(makes), list(languages), list(channels)
    profile.onboarded_at = profile.onboarded_at or now
    profile.save(update_fields=["makes", "languages", "channels", "onboarded_at"])
    return profile


def put_checklist_away(user: User, *, now: datetime) -> None:
    of(user)
    CreatorProfile.objects.filter(user=user, checklist_dismissed_at=None).update(checklist_dismissed_at=now)


def bring_checklist_back(user: User) -> None:
    CreatorProfile.objects.filter(user=user).update(checklist_dismissed_at=None)
