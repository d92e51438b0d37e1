"""What creators told of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import profiles
from accounts.models import CreatorProfile, User

pytestmark = pytest.mark.django_db


def test_asking_twice_makes_one_row(alice: User) -> None:
    assert profiles.of(alice) == profiles.of(alice)
    assert CreatorProfile.objects.count() == 1


def test_answers_given_again_replace_the_first_and_keep_their_day(alice: User) -> None:
    then = timezone.now()
    profiles.welcome(alice, makes=["photos"], languages=["fr"], channels=["x"], now=then)
    profile = profiles.welcome(alice, makes=[], languages=["en"], channels=[], now=then + timedelta(days=1))
    profile.refresh_from_db()
    assert (profile.makes, profile.languages, profile.channels) == ([], ["en"], [])
    assert profile.onboarded_at == then


def test_the_checklist_goes_and_comes_back(alice: User) -> None:
    now = timezone.now()
    profiles.put_checklist_away(alice, now=now)
    profiles.put_checklist_away(alice, now=now + timedelta(days=1))
    assert profiles.of(alice).checklist_dismissed_at == now
    profiles.bring_checklist_back(alice)
    assert profiles.of(alice).checklist_dismissed_at is None
