"""Whether media is blurred on the screen, for whoever works where others see it."""

from __future__ import annotations

from accounts.models import CreatorProfile, User


def is_on(user: User) -> bool:
    return CreatorProfile.objects.filter(user=user, privacy_blur=True).exists()


def turn(user: User, *, on: bool) -> None:
    CreatorProfile.objects.update_or_create(user=user, defaults={"privacy_blur": on})
