"""Voices as they are kept: versions, limits, the default, the bin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import Tier, User
from analytics.models import Event
from content import voices
from content.models import Voice, VoiceSample, VoiceVersion
from content.voices import keeping, speaking
from tests.content.voices.samples import FRENCH, voice

pytestmark = pytest.mark.django_db


def worded(row: Voice, **changed: Any) -> voices.Wording:
    fields = {name: getattr(row, name) for name in speaking.HEARD}
    return voices.Wording(
        **{**fields, "signature_phrases": tuple(row.signature_phrases), "never_say": tuple(row.never_say), **changed}
    )


def test_the_first_voice_is_the_default_and_has_its_version(alice: User) -> None:
    first, second = voice(alice), voice(alice, name="Other")

    assert (first.is_default, second.is_default) == (True, False)
    assert voices.default(alice) == first
    assert first.version == VoiceVersion.objects.get(voice=first).number == 1
    assert [sample.text for sample in first.samples.order_by("id")] == list(FRENCH[:2])
    assert Event.objects.filter(event="voice.created").count() == 2


def test_a_change_that_models_hear_is_a_new_version(alice: User) -> None:
    row = voices.change(voice(alice), worded(voice(alice, name="x"), name="Soir", tone="Drier."), now=timezone.now())

    assert row.version == 2
    assert VoiceVersion.objects.get(voice=row, number=2).snapshot["tone"] == "Drier."


def test_a_change_that_they_do_not_hear_is_none(alice: User) -> None:
    row = voice(alice)

    voices.change(row, worded(row), now=timezone.now())
    voices.set_learning(row, learns=True, now=timezone.now())
    voices.make_default(row, now=timezone.now())

    row.refresh_from_db()
    assert row.learns
    assert (row.version, row.versions.count()) == (1, 1)


def test_going_back_brings_words_and_samples_back(alice: User) -> None:
    row = voice(alice)
    now = timezone.now()
    voices.take_back(row.samples.order_by("id")[0], now=now)
    voices.change(row, worded(Voice.objects.get(pk=row.pk), tone="Drier.", never_say=("cheap",)), now=now)

    row = voices.revert(row, 1, now=now)

    assert (row.tone, row.never_say, row.version) == ("Complice.", [], 4)
    assert not row.samples.exclude(removed_at=None).exists()
    assert (
        VoiceVersion.objects.get(voice=row, number=4).snapshot == VoiceVersion.objects.get(voice=row, number=1).snapshot
    )


def test_there_is_no_going_back_to_a_version_that_never_was(alice: User) -> None:
    with pytest.raises(Http404):
        voices.revert(voice(alice), 7, now=timezone.now())


def test_the_plan_says_how_many_voices_there_may_be(bob: User) -> None:
    assert bob.tier == Tier.FREE
    voice(bob)

    with pytest.raises(voices.PlanLimit) as caught:
        voice(bob, name="Second")

    assert caught.value.limit == 1
    assert Voice.objects.count() == 1


def test_two_voices_cannot_have_one_name(alice: User) -> None:
    voice(alice)

    with pytest.raises(voices.NameTaken):
        voice(alice, name="SOIR")


def test_deleting_is_undone_and_leaves_a_default(alice: User) -> None:
    first, second = voice(alice), voice(alice, name="Other")
    now = timezone.now()

    voices.delete(first, now=now)
    assert voices.default(alice) == second
    assert voices.of(alice) == [second]

    voices.restore(first, now=now)
    assert voices.default(alice) == second
    assert voices.of(alice) == [second, first]


def test_a_deleted_voice_makes_room_and_cannot_come_back_over_the_limit(bob: User) -> None:
    gone = voice(bob)
    voices.delete(gone, now=timezone.now())
    voice(bob, name="New")

    with pytest.raises(voices.PlanLimit):
        voices.restore(gone, now=timezone.now())


def test_it_does_not_come_back_over_another_name(alice: User) -> None:
    gone = voice(alice)
    voices.delete(gone, now=timezone.now())
    voice(alice)

    with pytest.raises(voices.NameTaken):
        voices.restore(gone, now=timezone.now())


def test_the_bin_is_emptied_after_30_days(alice: User) -> None:
    old, young, kept = voice(alice), voice(alice, name="b"), voice(alice, name="c")
    now = timezone.now()
    voices.delete(old, now=now - timedelta(days=31))
    voices.delete(young, now=now - timedelta(days=29))

    assert keeping.empty_bin(now=now) == 1

    assert set(Voice.objects.all()) == {young, kept}
    assert not VoiceSample.objects.filter(voice=old.pk).exists()


def test_a_voice_of_somebody_else_is_not_found(alice: User, bob: User) -> None:
    row = voice(alice)

    assert voices.find(alice, str(row.pk)) == row
    assert voices.find(bob, str(row.pk)) is None
    assert voices.find(alice, "no-such-voice") is None
