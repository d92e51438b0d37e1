"""A creator's settings, section by section."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts import handles, profiles
from accounts.models import User
from accounts.settings_pages.frame import SECTIONS
from tests.strict_templates import refuse_unknown_variables

LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


class TestProfile:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_shows_what_is_stored(self, alice_client: Client, alice: User, language: str) -> None:
        User.objects.update(locale=language, time_zone="Europe/Paris")
        profile = profiles.of(alice)
        profile.bio = "Rain & tea"
        profile.save()
        page = alice_client.get("/app/settings").text
        assert 'value="Alice"' in page
        assert "Rain &amp; tea" in page
        page = alice_client.get("/app/settings/preferences").text
        assert '<option value="Europe/Paris" selected>' in page
        assert ("Fuseau horaire" if language == "fr" else "Time zone") in page

    def test_it_saves_name_and_words(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post("/app/settings/profile", {"name": "Alice B.", "bio": "Rain\r\nand tea"})
        assert response.headers["Location"] == "/app/settings/profile"
        alice.refresh_from_db()
        assert alice.name == "Alice B."
        assert profiles.of(alice).bio == "Rain\nand tea"

    @pytest.mark.parametrize("data", [{"name": " "}, {"name": "x" * 121}, {"name": "A", "bio": "x" * 501}])
    def test_nothing_is_saved_when_a_field_is_wrong(
        self, alice_client: Client, alice: User, data: dict[str, str]
    ) -> None:
        response = alice_client.post("/app/settings/profile", data)
        assert response.status_code == 422
        assert "Nothing was saved yet" in response.text
        assert 'aria-invalid="true"' in response.text
        alice.refresh_from_db()
        assert (alice.name, profiles.read(alice).bio) == ("Alice", "")

    def test_the_plan_cannot_be_changed_here(self, alice_client: Client, alice: User) -> None:
        alice_client.post(
            "/app/settings/profile",
            {"name": "A", "tier": "scale", "role": "operator", "is_staff": "on", "handle": "abc"},
        )
        alice.refresh_from_db()
        assert (alice.tier, alice.role, alice.is_staff) == ("pro", "creator", False)
        assert profiles.of(alice).handle is None


class TestPublicPage:
    def test_a_name_is_taken_and_shown_with_its_address(self, alice_client: Client, alice: User) -> None:
        page = alice_client.post("/app/settings/page", {"handle": "@Alice_B"}, follow=True).text
        assert profiles.of(alice).handle == "alice_b"
        assert '<code id="page-address">' in page
        assert 'href="/@alice_b"' in page

    def test_an_empty_field_gives_the_name_up(self, alice_client: Client, alice: User) -> None:
        handles.take(alice, "alice_b")
        alice_client.post("/app/settings/page", {"handle": ""})
        assert profiles.of(alice).handle is None

    @pytest.mark.parametrize(
        ("handle", "reason"),
        [("bobby", "Somebody else has this name."), ("admin", "This name is reserved."), ("a-b-c", "Use the letters")],
    )
    def test_a_refusal_stands_at_the_field(self, alice_client: Client, bob: User, handle: str, reason: str) -> None:
        handles.take(bob, "bobby")
        response = alice_client.post("/app/settings/page", {"handle": handle})
        assert response.status_code == 422
        assert reason in response.text
        assert f'value="{handle}"' in response.text

    def test_who_comes_second_at_the_same_moment_is_told(
        self, alice_client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handles.take(bob, "bobby")
        # The form looked before the other one wrote.
        monkeypatch.setattr(handles, "refusal", lambda user, handle: None)
        response = alice_client.post("/app/settings/page", {"handle": "bobby"})
        assert response.status_code == 422
        assert "Somebody else has this name." in response.text

    def test_a_free_one_is_suggested_until_there_is_one(self, alice_client: Client, alice: User) -> None:
        assert 'data-handle-suggestion="alice"' in alice_client.get("/app/settings/page").text
        handles.take(alice, "alice_b")
        assert "data-handle-suggestion" not in alice_client.get("/app/settings/page").text

    @pytest.mark.parametrize(
        ("typed", "free"),
        [("Nadia", True), ("@alice_b", True), ("bobby", False), ("BOBBY", False), ("admin", False), ("", False)],
    )
    def test_while_typing_it_says_what_is_free(
        self, alice_client: Client, alice: User, bob: User, typed: str, free: bool
    ) -> None:
        handles.take(alice, "alice_b")
        handles.take(bob, "bobby")
        answer = alice_client.get("/app/settings/handle", {"handle": typed})
        assert answer.json()["free"] is free
        assert answer.json()["words"]
        assert "no-store" in answer.headers["Cache-Control"]


class TestPreferences:
    SENT = {"locale": "fr", "time_zone": "Europe/Paris", "theme": "light", "privacy_blur": "on"}

    def test_saving_answers_in_the_new_language(self, alice_client: Client, alice: User) -> None:
        page = alice_client.post("/app/settings/preferences", self.SENT, follow=True).text
        alice.refresh_from_db()
        assert (alice.locale, alice.time_zone, alice.theme) == ("fr", "Europe/Paris", "light")
        assert "Enregistré" in page

    def test_a_switch_that_is_not_sent_is_off(self, alice_client: Client, alice: User) -> None:
        assert profiles.read(alice).shortcuts is True
        alice_client.post("/app/settings/preferences", self.SENT)
        profile = profiles.of(alice)
        assert (profile.shortcuts, profile.privacy_blur, profile.mail_reminders) == (False, True, True)

    @pytest.mark.parametrize(("field", "value"), [("locale", "xx"), ("time_zone", "Moon"), ("theme", "pink")])
    def test_nothing_is_saved_when_a_field_is_wrong(
        self, alice_client: Client, alice: User, field: str, value: str
    ) -> None:
        response = alice_client.post("/app/settings/preferences", {**self.SENT, field: value})
        assert response.status_code == 422
        alice.refresh_from_db()
        assert (alice.locale, profiles.read(alice).privacy_blur) == ("en", False)

    def test_another_section_leaves_them_alone(self, alice_client: Client, alice: User) -> None:
        alice_client.post("/app/settings/preferences", self.SENT)
        alice_client.post("/app/settings/profile", {"name": "Alice", "bio": ""})
        alice.refresh_from_db()
        assert alice.theme == "light"
        assert profiles.of(alice).privacy_blur is True


class TestNotifications:
    @pytest.mark.parametrize(("sent", "on"), [({}, False), ({"mail_reminders": "on"}, True)])
    def test_a_switch_that_is_not_sent_is_off(
        self, alice_client: Client, alice: User, sent: dict[str, str], on: bool
    ) -> None:
        profile = profiles.of(alice)
        profile.mail_reminders = not on
        profile.save()
        response = alice_client.post("/app/settings/notifications", sent)
        assert response.headers["Location"] == "/app/settings/notifications"
        assert profiles.read(alice).mail_reminders is on


PAGES = [section.url for section in SECTIONS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("url", PAGES)
def test_each_section_is_marked_in_the_list(alice_client: Client, alice: User, url: str, language: str) -> None:
    User.objects.update(locale=language)
    page = alice_client.get(url).text
    assert re.search(rf'<a href="{url}"\s+aria-current="page"', page)
    assert len(re.findall(r'<nav class="settings-nav".*?</nav>', page, re.DOTALL)) == 1


@pytest.mark.parametrize("url", PAGES)
def test_looking_stores_nothing(
    alice_client: Client, alice: User, url: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(11):
        alice_client.get(url)
    assert not hasattr(User.objects.get(pk=alice.pk), "profile")
