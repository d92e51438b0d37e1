"""What the command palette finds of a creator's media and voices; posts are in tests/huntaze/test_palette.py."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from content import finding
from content.models import Asset, Voice

pytestmark = pytest.mark.django_db


def asset(user: User, name: str, alt_text: str = "") -> Asset:
    now = timezone.now()
    return Asset.objects.create(
        user=user,
        name=name,
        alt_text=alt_text,
        kind=Asset.Kind.IMAGE,
        state=Asset.State.READY,
        created_at=now,
        updated_at=now,
        size=1,
    )


def test_media_are_found_by_name_and_by_what_they_show(alice: User, bob: User) -> None:
    mine = asset(alice, "IMG_2041.jpg", "A rainy window")
    asset(bob, "rain.jpg")

    (found,) = finding.media(alice, "rai", 5)

    assert (found.label, found.icon, found.url) == ("IMG_2041.jpg", "image", f"/app/media/{mine.pk}")
    assert finding.media(alice, "snow", 5) == []


def test_voices_are_found_by_a_part_of_their_name(alice: User, bob: User) -> None:
    now = timezone.now()
    mine = Voice.objects.create(user=alice, name="Warm and direct", created_at=now, updated_at=now)
    Voice.objects.create(user=bob, name="Warmer", created_at=now, updated_at=now)

    (found,) = finding.voices(alice, "DIRECT", 5)

    assert (found.label, found.url) == ("Warm and direct", f"/app/voice/{mine.pk}")


@pytest.mark.parametrize("words", ["", "!", "'; --"])
def test_signs_alone_find_nothing(alice: User, words: str) -> None:
    asset(alice, "rain.jpg")

    assert finding.media(alice, words, 5) == []
    assert finding.posts(alice, words, 5) == []
