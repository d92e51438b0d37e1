"""Handles: who may have which, and what becomes of those that are given up."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from accounts import handles, profiles
from accounts.models import CreatorProfile, User
from tests.conftest import person


class TestShape:
    @pytest.mark.parametrize("handle", ["abc", "a_b", "nadia2", "x" * 30, "__a__"])
    def test_a_plain_one_is_fine(self, handle: str) -> None:
        assert handles.fault(handle) is None

    @pytest.mark.parametrize(
        "handle", ["", "ab", "x" * 31, "na dia", "na-dia", "nadía", "na.dia", "NADIA", "a\nbc", "１２３a"]
    )
    def test_others_are_refused(self, handle: str) -> None:
        assert handles.fault(handle) is not None

    @pytest.mark.parametrize(
        "handle", ["admin", "ad_min", "_admin_", "huntaze", "huntaze_team", "hunt_aze", "support", "onlyfans"]
    )
    def test_a_name_that_passes_for_somebody_else_is_reserved(self, handle: str) -> None:
        assert str(handles.fault(handle)) == "This name is reserved."

    def test_a_number_is_no_name(self) -> None:
        assert handles.fault("12345") is not None

    @pytest.mark.parametrize("typed", ["Nadia", " nadia ", "@nadia", "@ NADIA"])
    def test_what_is_typed_is_read_kindly(self, typed: str) -> None:
        assert handles.plain(typed) == "nadia"


@pytest.mark.django_db
class TestTaking:
    def test_it_is_stored_in_lower_case_and_found_in_any(self, alice: User) -> None:
        handles.take(alice, "@Alice_B")
        found = handles.find("ALICE_b")
        assert found is not None
        assert (found.user, found.handle) == (alice, "alice_b")

    def test_somebody_elses_is_refused_whatever_its_case(self, alice: User, bob: User) -> None:
        handles.take(alice, "nadia")
        with pytest.raises(handles.HandleRefused, match="Somebody else"):
            handles.take(bob, "NADIA")

    def test_ones_own_may_be_saved_again(self, alice: User) -> None:
        handles.take(alice, "nadia")
        assert handles.refusal(alice, "nadia") is None
        assert handles.take(alice, "Nadia").handle == "nadia"

    def test_a_change_frees_the_old_one(self, alice: User, bob: User) -> None:
        handles.take(alice, "nadia")
        handles.take(alice, "nadia_paris")
        assert handles.find("nadia") is None
        assert handles.take(bob, "nadia").user == bob

    def test_an_empty_one_only_gives_up(self, alice: User) -> None:
        handles.take(alice, "nadia")
        assert handles.take(alice, " ").handle is None
        assert handles.find("nadia") is None

    def test_who_comes_second_at_the_same_moment_is_refused(
        self, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handles.take(alice, "nadia")
        # Both looked before either wrote.
        monkeypatch.setattr(handles, "refusal", lambda user, handle: None)
        with pytest.raises(handles.HandleRefused, match="Somebody else"):
            handles.take(bob, "nadia")
        assert profiles.of(bob).handle is None

    @pytest.mark.parametrize("handle", ["Nadia", "na", "na-dia"])
    def test_the_database_refuses_what_the_code_would(self, alice: User, handle: str) -> None:
        with pytest.raises(IntegrityError):
            CreatorProfile.objects.create(user=alice, handle=handle)

    def test_a_closed_account_has_no_page(self, alice: User) -> None:
        handles.take(alice, "nadia")
        alice.is_active = False
        alice.save()
        assert handles.find("nadia") is None


@pytest.mark.django_db
class TestSuggesting:
    @pytest.mark.parametrize(
        ("name", "suggested"),
        [
            ("Zoé Léa", "zoe_lea"),
            ("Cœur de Lion", "coeur_de_lion"),
            ("Jo", "its_jo"),
            ("Admin", "its_admin"),
            ("松本", "its_creator"),
            ("", "its_creator"),
        ],
    )
    def test_it_sounds_like_the_name(self, name: str, suggested: str) -> None:
        assert handles.suggest(person("somebody@example.org", name=name)) == suggested

    def test_it_is_free(self, alice: User, bob: User) -> None:
        handles.take(bob, "alice")
        handles.take(person("c@example.org"), "its_alice")
        assert handles.suggest(alice) == "alice_page"

    def test_it_can_always_be_taken(self, alice: User) -> None:
        alice.name = "Maximiliana Theodora von und zu Hohenlohe"
        assert handles.take(alice, handles.suggest(alice)).handle

    def test_it_tells_nothing_of_the_address(self) -> None:
        assert "secret" not in handles.suggest(person("secret.person@example.org", name=""))
