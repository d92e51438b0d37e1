"""Texts that are asked for in a voice: what the model hears, and what is never shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import QuotaPeriod
from content import brief, generation, posts, voices
from content.models import Content, Generation
from tests.content.voices.samples import voice
from tests.content.voices.test_keeping import worded
from tests.fakes.openai_server import OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_workers")]

URL = "/api/content/generate"


def generate(client: APIClient, **body: Any) -> Any:
    return client.post(URL, {"prompt": "Rainy Sunday in Lyon", **body}, format="json")


def test_the_model_hears_the_voice_after_the_prefix(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    row = voice(alice, never_say=("gratuit",))

    response = generate(alice_api, voice=str(row.pk), language="fr")

    assert response.status_code == 201, response.content
    sent = provider.requests[-1].body["messages"]
    assert [message["role"] for message in sent] == ["system", "system", "user"]
    assert "Complice." in sent[1]["content"]
    assert "- gratuit" in sent[1]["content"]
    stored = Generation.objects.get()
    assert (stored.voice, stored.voice_version) == (row, 1)
    assert Content.objects.get().voice == row


def test_a_voice_that_is_none_of_yours_does_not_exist(bob: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    answers = [
        generate(alice_api, voice=str(pk)) for pk in (voice(bob).pk, "00000000-0000-4000-8000-000000000000", "x")
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "invalid_request"
    assert not Generation.objects.exists()


def test_a_second_worker_asks_for_what_the_first_one_did(alice: User, provider: OpenAIServer) -> None:
    row = voice(alice)
    asked = brief.Brief(prompt="Rain", voice=row, language="fr")
    first = brief.job(alice, asked)
    stored = generation.request(alice, asked, now=timezone.now())

    voices.change(row, worded(row, tone="Drier."), now=timezone.now())

    again = brief.job(alice, Generation.objects.select_related("voice").get(pk=stored.pk))
    assert again.prompt == first.prompt
    assert again.expectations == first.expectations


def test_what_the_voice_never_says_is_asked_for_again_of_the_better_model(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    row = voice(alice, never_say=("gratuit",))
    provider.script(text="Ce soir c'est GRATUIT pour vous tous, venez donc voir la nouvelle série sur mon profil.")
    provider.script(text="Ce soir, venez donc voir la nouvelle série sur mon profil, je vous attends nombreux.")

    body = generate(alice_api, voice=str(row.pk), language="fr").json()

    assert "gratuit" not in body["content"]["body"].lower()
    assert body["ai"]["model"] == "gpt-4o"


def test_a_text_that_says_it_all_the_same_is_not_shown_and_free(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    row = voice(alice, never_say=("gratuit",))
    for _ in range(4):
        provider.script(text="Ce soir c'est gratuit pour vous tous, venez donc voir la nouvelle série sur mon profil.")

    response = generate(alice_api, voice=str(row.pk), language="fr")

    assert response.status_code == 422
    assert response.json()["code"] == "voice_not_kept"
    assert "gratuit" not in response.content.decode()
    assert not Content.objects.exists()
    assert QuotaPeriod.objects.get(user=alice).used == 0


def test_the_demonstration_model_is_held_to_it_too(alice: User, provider: OpenAIServer, settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = settings.AI_PREMIUM_MODELS = ["local:demonstration"]
    asked = brief.Brief(prompt="Rain", voice=voice(alice, never_say=("free",)))

    promised = brief.job(alice, asked).expectations

    assert promised is not None
    assert promised.never_say == ("free",)
    assert brief.job(alice, brief.Brief(prompt="Rain")).expectations is None


class TestComparing:
    """The try box: one version in the voice, one without it, and nothing kept."""

    @pytest.fixture
    def compared(self, alice: User, provider: OpenAIServer) -> Generation:
        return generation.request(
            alice,
            brief.Brief(prompt="Rain", voice=voice(alice), variants=2, compares=True),
            now=timezone.now(),
        )

    def test_one_version_is_in_the_voice_and_one_is_not(self, compared: Generation, provider: OpenAIServer) -> None:
        heard = sorted(len(request.body["messages"]) for request in provider.requests)

        assert heard == [2, 3]
        assert all(variant.body for variant in compared.variants.all())

    def test_nothing_is_kept(self, compared: Generation) -> None:
        compared.refresh_from_db()
        assert compared.status == "done"
        assert compared.content is None
        assert not Content.objects.exists()

    @pytest.mark.parametrize("index", [0, 1])
    def test_what_is_used_is_kept(self, compared: Generation, index: int) -> None:
        content = posts.use(compared.variants.get(index=index), now=timezone.now())

        assert Content.objects.get() == content
        assert content.voice == (compared.voice if index == 0 else None)
