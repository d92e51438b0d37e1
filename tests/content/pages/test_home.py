"""Home as a page: what it shows to whom, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import profiles
from accounts.models import User
from content.models import Publication
from tests.content import states
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_new_account_is_led_to_the_three_questions(alice_client: Client, alice: User, language: str) -> None:
    User.objects.update(locale=language)
    page = alice_client.get("/app/").text
    assert 'href="/app/welcome"' in page
    assert ("Rien n’est prévu aujourd’hui" if language == "fr" else "Nothing is due today") in page
    assert "0/5" in page
    assert profiles.read(alice).onboarded_at is None


def test_who_has_answered_is_not_asked_again(alice_client: Client, alice: User) -> None:
    profiles.welcome(alice, makes=[], languages=[], channels=[], now=timezone.now())
    assert 'href="/app/welcome"' not in alice_client.get("/app/").text


def test_a_reason_leads_to_where_it_is_dealt_with(alice_client: Client, alice: User) -> None:
    post = states.post(alice, title="Rain", state="scheduled")
    now = timezone.now()
    row = Publication.objects.create(
        user=alice, content=post, channel="x", state="reminded", due_at=now, attempt_at=now, created_at=now
    )
    page = alice_client.get("/app/").text
    assert "Post “Rain” on X" in page
    assert f'href="/app/publications/{row.pk}"' in page


def test_the_newest_posts_are_shown_and_empty_drafts_are_not(alice_client: Client, alice: User) -> None:
    for number in range(7):
        states.post(alice, number)
    states.post(alice, title="", body="")
    page = alice_client.get("/app/").text
    shown = [f"Post {number}" in page for number in range(7)]
    assert shown == [False, False, True, True, True, True, True]
    assert "Untitled" not in page


def test_the_first_steps_go_and_come_back(alice_client: Client) -> None:
    assert "First steps" in alice_client.get("/app/").text
    page = alice_client.post("/app/home/steps/hide", follow=True).text
    assert 'id="steps-title"' not in page
    page = alice_client.post("/app/home/steps/show", follow=True).text
    assert 'id="steps-title"' in page


def test_without_a_model_asked_it_says_so(alice_client: Client) -> None:
    assert "AI this month: nothing yet." in " ".join(alice_client.get("/app/").text.split())


@pytest.mark.parametrize("number", [1, 30])
def test_it_asks_the_same_number_of_queries_whatever_there_is(
    alice_client: Client, alice: User, number: int, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    for each in range(number):
        post = states.post(alice, each, state="scheduled")
        Publication.objects.create(
            user=alice,
            content=post,
            channel="x",
            state="reminded",
            due_at=now - timedelta(hours=each),
            attempt_at=now,
            created_at=now,
        )
        states.post(alice, each, updated_at=now - timedelta(days=30))
    with django_assert_num_queries(20):
        alice_client.get("/app/")


def test_looking_stores_nothing(alice_client: Client, alice: User) -> None:
    alice_client.get("/app/")
    assert not hasattr(User.objects.get(pk=alice.pk), "profile")
