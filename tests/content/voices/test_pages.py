"""The pages of brand voices, as a creator uses them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tier, User
from billing.models import QuotaPeriod
from content import voice_reading, voices
from content.models import Content, Generation, Voice, VoiceReading, VoiceSample
from content.voices import reading
from tests.content import states
from tests.content.voices.samples import FRENCH, voice
from tests.fakes.openai_server import Fault, OpenAIServer
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

PASTED = "\n---\n".join(FRENCH)
PROPOSAL = {
    "tone": "Complice et espiègle.",
    "audience": "Des abonnés fidèles.",
    "boundaries": "Rien sur la famille.",
    "signature_phrases": ["Petit secret", "words that stand nowhere"],
}


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def fields(row: Voice, **changed: str) -> dict[str, str]:
    return {
        "name": row.name,
        "language": row.language,
        "tone": row.tone,
        "sentence_length": row.sentence_length,
        "audience": "",
        "signature_phrases": "",
        "boundaries": "",
        "never_say": "",
        **changed,
    }


class TestMaking:
    def test_pasted_samples_become_a_voice_with_its_form_filled(
        self, alice_client: Client, alice: User, provider: OpenAIServer
    ) -> None:
        response = alice_client.post("/app/voice/new", {"samples": PASTED, "name": "Soir"}, follow=True)

        row = Voice.objects.get()
        assert response.redirect_chain == [(f"/app/voice/{row.pk}", 302)]
        assert (row.user, row.name, row.language, row.sentence_length) == (alice, "Soir", "fr", "short")
        assert "Tutoie." in row.tone
        assert [phrase.lower() for phrase in row.signature_phrases] == ["petit secret"]
        assert row.samples.count() == 3
        assert "A model reads your samples" in response.text

    def test_without_a_model_what_was_counted_stands(
        self, alice_client: Client, settings: Any, provider: OpenAIServer
    ) -> None:
        settings.AI_ECONOMY_MODELS = settings.AI_PREMIUM_MODELS = ["local:demonstration"]

        response = alice_client.post("/app/voice/new", {"samples": PASTED}, follow=True)

        assert "What can be counted is filled in." in response.text
        assert "Tutoie." in response.text
        assert not VoiceReading.objects.exists()

    def test_it_can_be_described_by_hand(self, alice_client: Client) -> None:
        alice_client.post("/app/voice/new", {"by_hand": "1"})
        alice_client.post("/app/voice/new", {"by_hand": "1"})

        assert sorted(Voice.objects.values_list("name", flat=True)) == ["My voice", "My voice 2"]

    @pytest.mark.parametrize("samples", ["", "short", "\n---\n".join(["a" * 30] * 6), "a" * 4_001])
    def test_what_is_no_sample_is_refused(self, alice_client: Client, samples: str) -> None:
        response = alice_client.post("/app/voice/new", {"samples": samples})

        assert response.status_code == 422
        assert not Voice.objects.exists()

    def test_a_full_plan_says_so(self, bob_client: Client, bob: User) -> None:
        voice(bob)

        assert "Your plan has no room for another voice" in bob_client.get("/app/voice/new").text
        response = bob_client.post("/app/voice/new", {"samples": PASTED})

        assert response.status_code == 403
        assert "It includes 1 voice." in response.text
        assert Voice.objects.count() == 1


class TestTheModelsProposal:
    @pytest.fixture
    def read(self, alice: User, provider: OpenAIServer) -> VoiceReading:
        provider.script(text=json.dumps(PROPOSAL))
        row = voice_reading.request(voice(alice, texts=list(FRENCH)), now=timezone.now())
        reading.work(row.pk)
        return VoiceReading.objects.select_related("voice").get(pk=row.pk)

    def test_it_waits_for_the_creator(self, alice_client: Client, alice: User, read: VoiceReading) -> None:
        page = alice_client.get(f"/app/voice/{read.voice_id}").text

        assert "Complice et espiègle." in page
        assert "words that stand nowhere" not in page
        assert read.voice.version == 1
        assert QuotaPeriod.objects.get(user=alice).used == read.credits == 1

    def test_what_is_ticked_is_taken(self, alice_client: Client, read: VoiceReading) -> None:
        alice_client.post(f"/app/voice/{read.voice_id}/reading/answer", {"take": ["tone", "signature_phrases"]})

        row = Voice.objects.get()
        assert row.tone.startswith("Complice et espiègle. Tutoie.")
        assert row.signature_phrases == ["Petit secret"]
        assert (row.audience, row.version) == ("", 2)
        assert "Complice et espiègle." not in alice_client.get("/app/voice").text or row.tone

    def test_put_away_it_changes_nothing(self, alice_client: Client, read: VoiceReading) -> None:
        alice_client.post(f"/app/voice/{read.voice_id}/reading/answer", {"put_away": "1"})

        assert Voice.objects.get().version == 1
        assert "What a model hears" not in alice_client.get(f"/app/voice/{read.voice_id}").text

    @pytest.mark.parametrize("answer", ["{}", "no json", json.dumps({**PROPOSAL, "tone": 3})])
    def test_an_answer_that_cannot_be_used_is_free(self, alice: User, provider: OpenAIServer, answer: str) -> None:
        for _ in range(6):
            provider.script(text=answer)
        row = voice_reading.request(voice(alice), now=timezone.now())

        reading.work(row.pk)

        row.refresh_from_db()
        assert (row.status, row.proposal) == ("failed", {})
        assert QuotaPeriod.objects.get(user=alice).used == 0

    def test_when_no_model_answers_it_can_be_tried_again(
        self, alice_client: Client, alice: User, provider: OpenAIServer
    ) -> None:
        for _ in range(8):
            provider.script(Fault.SERVER_ERROR)
        row = voice_reading.request(voice(alice), now=timezone.now())
        reading.work(row.pk)

        page = alice_client.get(f"/app/voice/{row.voice_id}").text
        assert "No model could read your samples this time." in page
        alice_client.post(f"/app/voice/{row.voice_id}/reading")
        assert VoiceReading.objects.count() == 2

    def test_a_dead_worker_loses_nothing(self, alice: User, provider: OpenAIServer) -> None:
        row = voice_reading.request(voice(alice), now=timezone.now())
        assert reading.claim(row.pk, now=timezone.now() - timedelta(minutes=1)) is not None

        assert reading.stuck(now=timezone.now()) == [row.pk]
        provider.script(text=json.dumps(PROPOSAL))
        reading.work(row.pk)

        row.refresh_from_db()
        assert row.status == "done"


class TestOneVoice:
    def test_it_is_saved_as_a_version_and_can_go_back(self, alice_client: Client, alice: User) -> None:
        row = voice(alice)

        alice_client.post(f"/app/voice/{row.pk}", fields(row, tone="Drier.", never_say="cheap\nfree\ncheap"))
        row.refresh_from_db()
        assert (row.tone, row.never_say, row.version) == ("Drier.", ["cheap", "free"], 2)

        alice_client.post(f"/app/voice/{row.pk}/revert", {"number": "1"})
        row.refresh_from_db()
        assert (row.tone, row.version) == ("Complice.", 3)

    @pytest.mark.parametrize(
        "changed",
        [{"name": ""}, {"never_say": "x" * 81}, {"signature_phrases": "a\n" + "\n".join(map(str, range(20)))}],
    )
    def test_what_is_not_valid_is_said_and_kept(
        self, alice_client: Client, alice: User, changed: dict[str, str]
    ) -> None:
        row = voice(alice)

        response = alice_client.post(f"/app/voice/{row.pk}", fields(row, tone="Typed in vain?", **changed))

        assert response.status_code == 422
        assert "Typed in vain?" in response.text

    def test_deleting_offers_undo(self, alice_client: Client, alice: User) -> None:
        row = voice(alice)

        page = alice_client.post(f"/app/voice/{row.pk}/delete", follow=True).text
        assert f"/app/voice/{row.pk}/restore" in page
        assert alice_client.get(f"/app/voice/{row.pk}").status_code == 404

        alice_client.post(f"/app/voice/{row.pk}/restore")
        assert alice_client.get(f"/app/voice/{row.pk}").status_code == 200

    def test_learning_is_turned_on_and_off(self, alice_client: Client, alice: User) -> None:
        row = voice(alice)
        alice_client.post(f"/app/voice/{row.pk}/learning", {"learns": "on"})
        assert Voice.objects.get().learns
        alice_client.post(f"/app/voice/{row.pk}/learning", {})
        assert not Voice.objects.get().learns

    def test_a_good_example_is_shown_with_its_post_and_taken_back(self, alice_client: Client, alice: User) -> None:
        row = voice(alice)
        voices.set_learning(row, learns=True, now=timezone.now())
        content = states.post(
            alice, title="Nuit de pluie", voice=row, body="Ce soir je vous montre tout, promis juré craché."
        )

        alice_client.post(f"/app/voice/learn/{content.pk}")
        page = alice_client.get(f"/app/voice/{row.pk}").text
        assert "Nuit de pluie" in page

        sample = VoiceSample.objects.get(content_id=content.pk)
        alice_client.post(f"/app/voice/samples/{sample.pk}/take-back")
        assert "taken back" in alice_client.get(f"/app/voice/{row.pk}").text
        alice_client.post(f"/app/voice/samples/{sample.pk}/put-back")
        assert "taken back" not in alice_client.get(f"/app/voice/{row.pk}").text

    def test_samples_are_added_up_to_five(self, alice_client: Client, alice: User) -> None:
        row = voice(alice)
        alice_client.post(f"/app/voice/{row.pk}/samples", {"samples": "Encore un texte de moi, pour la route."})
        assert row.samples.count() == 3
        alice_client.post(f"/app/voice/{row.pk}/samples", {"samples": PASTED})
        assert row.samples.count() == 3


class TestTryBox:
    def test_both_versions_stand_side_by_side_and_nothing_is_kept(
        self, alice_client: Client, alice: User, provider: OpenAIServer
    ) -> None:
        row = voice(alice)

        response = alice_client.post(f"/app/voice/{row.pk}/try", {"prompt": "Rain", "platform": "x"}, follow=True)

        generation = Generation.objects.get()
        assert response.redirect_chain == [(f"/app/voice/{row.pk}/try/{generation.pk}", 302)]
        assert generation.compares
        assert "In the voice “Soir”" in response.text
        assert "Without a voice" in response.text
        assert not Content.objects.exists()

    def test_without_credits_it_says_so(self, alice_client: Client, alice: User, provider: OpenAIServer) -> None:
        row = voice(alice)
        alice_client.post(f"/app/voice/{row.pk}/try", {"prompt": "Rain", "platform": "x"})
        QuotaPeriod.objects.update(credit_limit=1)

        response = alice_client.post(f"/app/voice/{row.pk}/try", {"prompt": "Rain", "platform": "x"}, follow=True)

        assert "credits, and" in response.text
        assert Generation.objects.count() == 1


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_asks_the_same_number_of_questions(
    alice_client: Client, alice: User, number: int, django_assert_max_num_queries: Any
) -> None:
    alice.tier = Tier.SCALE
    alice.save()
    for index in range(number):
        voice(alice, name=f"Voice {index}")

    with django_assert_max_num_queries(9):
        page = alice_client.get("/app/voice").text

    assert f"Voice {number - 1}" in page


@pytest.mark.parametrize("number", [1, 30])
def test_a_voice_asks_the_same_number_of_questions(
    alice_client: Client, alice: User, number: int, django_assert_max_num_queries: Any
) -> None:
    row = voice(alice)
    voices.set_learning(row, learns=True, now=timezone.now())
    for index in range(number):
        content = states.post(alice, index, voice=row, body=f"Ce soir je vous montre tout, promis juré craché {index}.")
        voices.accepted(content, now=timezone.now())

    with django_assert_max_num_queries(13):
        assert alice_client.get(f"/app/voice/{row.pk}").status_code == 200


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens_in_both_languages(
    alice_client: Client, alice: User, provider: OpenAIServer, language: str
) -> None:
    User.objects.update(locale=language)
    row = voice(alice)
    for path in ("/app/voice", "/app/voice/new", f"/app/voice/{row.pk}"):
        assert alice_client.get(path).status_code == 200
