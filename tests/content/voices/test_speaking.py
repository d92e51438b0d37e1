"""What models hear of a voice."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from content import voices
from content.models import VoiceSample
from tests.content.voices.samples import FRENCH, voice
from tests.content.voices.test_keeping import worded

pytestmark = pytest.mark.django_db


def test_all_that_the_creator_said_is_in_it(alice: User) -> None:
    row = voice(
        alice,
        audience="night owls",
        signature_phrases=("petit secret", "coucou toi"),
        boundaries="Rien sur ma famille.",
        never_say=("gratuit",),
    )

    told = voices.as_prompt(row)

    assert (told.id, told.version, told.name) == (str(row.pk), 1, "Soir")
    assert told.never_say == voices.never_say(row) == ("gratuit",)
    assert set(told.samples) == set(FRENCH[:2])
    for words in ("Ton: Complice.", "night owls", "petit secret; coucou toi", "Limites: Rien sur ma famille."):
        assert words in told.description


def test_a_version_is_told_as_it_was(alice: User) -> None:
    row = voice(alice)
    before = voices.as_prompt(row)
    now = voices.change(row, worded(row, tone="Drier.", never_say=("cheap",)), now=timezone.now())

    assert voices.at(now, 1) == before
    assert voices.at(now, 2) == voices.as_prompt(now) != before
    assert voices.at(now, None) == voices.as_prompt(now)


def test_a_sample_that_was_taken_back_is_in_no_version(alice: User) -> None:
    row = voice(alice)
    voices.take_back(row.samples.get(text=FRENCH[0]), now=timezone.now())
    row.refresh_from_db()

    assert row.version == 2
    assert voices.at(row, 1).samples == voices.at(row, 2).samples == (FRENCH[1],)


def test_pasted_and_learned_samples_take_turns(alice: User) -> None:
    row = voice(alice, texts=["p1", "p2", "p3"])
    for number in range(1, 4):
        VoiceSample.objects.create(
            voice=row, text=f"l{number}", source=VoiceSample.Source.LEARNED, created_at=timezone.now()
        )

    assert voices.as_prompt(row).samples == ("p3", "l3", "p2", "l2", "p1", "l1")
