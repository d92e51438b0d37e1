"""The three questions, and the first brief that the answers lead to."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts import profiles
from accounts.models import CreatorProfile, User
from content import onboarding
from content.forms import TONES
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

ANSWERS = {"makes": ["food", "videos"], "languages": ["fr", "en"], "channels": ["huntaze", "tiktok", "x"]}


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class TestQuestions:
    def test_sign_up_leads_there(self, client: Client) -> None:
        response = client.post(
            "/signup",
            {
                "name": "Nadia",
                "email": "nadia@example.org",
                "password1": "a rainy day in lyon",
                "adult": "on",
                "terms": "on",
            },
        )
        assert response.headers["Location"] == "/app/welcome"
        assert "Welcome, Nadia" in client.get("/app/welcome").text

    def test_the_readers_own_language_is_chosen_already(self, alice_client: Client, alice: User) -> None:
        User.objects.update(locale="fr")
        page = alice_client.get("/app/welcome").text
        chosen = [
            part.partition('value="')[2].partition('"')[0] for part in page.split("<input")[1:] if "checked" in part
        ]
        assert chosen == ["fr"]

    def test_answers_are_stored_and_lead_to_the_composer(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post("/app/welcome", ANSWERS)
        assert response.headers["Location"] == "/app/create?first=1"
        profile = profiles.of(alice)
        assert {name: getattr(profile, name) for name in ANSWERS} == ANSWERS
        assert profile.onboarded_at

    @pytest.mark.parametrize("left_out", ANSWERS)
    def test_each_question_can_be_skipped(self, alice_client: Client, alice: User, left_out: str) -> None:
        sent = {name: chosen for name, chosen in ANSWERS.items() if name != left_out}
        assert alice_client.post("/app/welcome", sent).status_code == 302
        assert getattr(profiles.of(alice), left_out) == []

    def test_all_can_be_skipped_at_once(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post("/app/welcome", {**ANSWERS, "skip": "1"})
        assert response.headers["Location"] == "/app/create?first=1"
        profile = profiles.of(alice)
        assert (profile.makes, profile.languages, profile.channels) == ([], [], [])
        assert profile.onboarded_at

    def test_skipping_later_keeps_what_was_answered(self, alice_client: Client, alice: User) -> None:
        alice_client.post("/app/welcome", ANSWERS)
        assert alice_client.post("/app/welcome", {"skip": "1"}).headers["Location"] == "/app/"
        assert profiles.of(alice).makes == ANSWERS["makes"]

    @pytest.mark.parametrize("field", ANSWERS)
    def test_an_unknown_answer_is_refused(self, alice_client: Client, alice: User, field: str) -> None:
        response = alice_client.post("/app/welcome", {**ANSWERS, field: ["made up"]})
        assert response.status_code == 422
        assert not CreatorProfile.objects.exists()

    def test_what_was_answered_is_shown_again(self, alice_client: Client) -> None:
        alice_client.post("/app/welcome", ANSWERS)
        page = alice_client.get("/app/welcome").text
        assert page.count("checked") == 7


class TestFirstBrief:
    def brief(self, user: User, **answers: Any) -> onboarding.FirstBrief:
        return onboarding.first_brief(user, CreatorProfile(user=user, **answers))

    def test_it_fits_what_they_make_where_and_in_which_language(self, alice: User) -> None:
        brief = self.brief(alice, **ANSWERS)
        assert brief.prompt.startswith("Une soupe")
        assert (brief.language, brief.platform, brief.channels) == ("fr", "tiktok", ["huntaze"])

    def test_without_answers_it_fits_anybody(self, alice: User) -> None:
        brief = self.brief(alice)
        assert brief.prompt.startswith("Introduce me")
        assert (brief.language, brief.platform, brief.channels) == ("en", "generic", [])

    def test_in_a_language_that_we_do_not_speak_the_brief_is_in_the_readers_own(self, alice: User) -> None:
        with translation.override("fr"):
            brief = self.brief(alice, makes=["food"], languages=["de"])
        assert brief.prompt.startswith("Soup")
        assert brief.language == "de"

    @pytest.mark.parametrize("kind", [*onboarding.KINDS, onboarding.UNASKED], ids=lambda kind: kind.slug)
    def test_every_brief_is_one_that_the_form_takes(self, alice: User, kind: onboarding.Kind) -> None:
        assert kind.tone in dict(TONES)
        for language in ("en", "fr"):
            with translation.override(language):
                assert 40 < len(str(kind.prompt)) < 200

    def test_an_answer_that_is_no_longer_one_is_passed_over(self, alice: User) -> None:
        brief = self.brief(alice, makes=["gone", "art"], channels=["gone", "x"])
        assert brief.prompt.startswith("I finished the piece")
        assert brief.platform == "x"


def test_the_composer_opens_with_the_first_brief(alice_client: Client, alice: User) -> None:
    alice_client.post("/app/welcome", ANSWERS)
    page = alice_client.get("/app/create?first=1").text
    assert "Une soupe" in page
    assert '<option value="fr" selected>' in page
