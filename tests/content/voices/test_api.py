"""Brand voices by key: seen by their owner only, named in a request for a text, never used by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from content import voices
from content.models import Generation
from tests.content.voices.samples import FRENCH, voice

pytestmark = pytest.mark.django_db


def test_the_list_holds_the_callers_voices_the_default_first(alice_client: Client, alice: User, bob: User) -> None:
    voice(alice, name="Soir")
    voice(alice, name="Matin", never_say=("babe",))
    voice(bob, name="Theirs")

    found = alice_client.get("/api/voices/").json()["voices"]

    assert [(one["name"], one["is_default"], one["never_say"]) for one in found] == [
        ("Soir", True, []),
        ("Matin", False, ["babe"]),
    ]


def test_one_voice_shows_the_samples_in_use(alice_client: Client, alice: User) -> None:
    row = voice(alice)

    told = alice_client.get(f"/api/voices/{row.pk}").json()

    assert (told["id"], told["tone"], told["version"]) == (str(row.pk), "Complice.", row.version)
    assert sorted(told["samples"]) == sorted(FRENCH[:2])


def test_somebody_elses_and_deleted_ones_are_not_found(alice_client: Client, alice: User, bob: User) -> None:
    gone = voice(alice, name="Gone")
    voices.delete(gone, now=timezone.now())

    for pk in (voice(bob).pk, gone.pk):
        assert alice_client.get(f"/api/voices/{pk}").status_code == 404
    assert alice_client.get("/api/voices/").json() == {"voices": []}


def test_a_text_asked_for_without_a_voice_has_none(alice_client: Client, alice: User, provider: Any) -> None:
    row = voice(alice)
    headers = {"Prefer": "respond-async"}

    alice_client.post("/api/content/generate", {"prompt": "Rain"}, content_type="application/json", headers=headers)
    assert Generation.objects.get().voice is None
    body = {"prompt": "Rain", "voice": str(row.pk)}
    alice_client.post("/api/content/generate", body, content_type="application/json", headers=headers)
    assert Generation.objects.order_by("-id")[0].voice == row


def test_both_are_documented(client: Client) -> None:
    schema = client.get("/api/schema/").text

    assert "/api/voices/:" in schema
    assert "/api/voices/{voice_id}:" in schema
