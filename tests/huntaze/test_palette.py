"""What the command palette answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from content.models import Content
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    refuse_unknown_variables(monkeypatch)
    client.force_login(alice)
    return client


def post(user: User, title: str, body: str = "Words.") -> Content:
    now = timezone.now()
    return Content.objects.create(user=user, title=title, body=body, created_at=now, updated_at=now)


def asked(page: Client, words: str) -> dict[str, list[Any]]:
    response = page.get("/app/find", {"q": words})
    return {group.label: group.options for group in response.context["groups"]}


def test_without_a_word_it_shows_where_to_go_and_what_to_do(page: Client) -> None:
    groups = asked(page, "")

    assert list(groups) == ["Go to", "Do"]
    assert {"Create", "Posts", "Settings", "Notifications"} <= {option.label for option in groups["Go to"]}
    assert {"Write a post", "Theme: dark", "Log out"} <= {option.label for option in groups["Do"]}


def test_every_page_that_it_offers_is_there(page: Client) -> None:
    options = [option for group in asked(page, "").values() for option in group]

    assert {page.get(option.url).status_code for option in options if option.url} == {200}


def test_what_is_chosen_already_is_not_offered(page: Client, alice: User) -> None:
    alice.theme, alice.locale = "dark", "fr"
    alice.save()

    labels = {option.label for option in asked(page, "")["Faire"]}

    assert "Thème\N{NARROW NO-BREAK SPACE}: sombre" not in labels
    assert {"Thème\N{NARROW NO-BREAK SPACE}: clair", "Langue\N{NARROW NO-BREAK SPACE}: English"} <= labels


@pytest.mark.parametrize("words", ["post", "POS", "write po", "wri"])
def test_beginnings_of_words_are_enough(page: Client, words: str) -> None:
    assert "Write a post" in {option.label for option in asked(page, words)["Do"]}


def test_accents_do_not_matter(page: Client, alice: User) -> None:
    alice.locale = "fr"
    alice.save()

    assert [option.label for option in asked(page, "reglages")["Aller à"]] == ["Réglages"]


def test_posts_are_found_by_what_was_typed_so_far_and_only_ones_own(page: Client, alice: User, bob: User) -> None:
    mine = post(alice, "Rainy Sunday")
    post(bob, "Rainy Monday")
    binned = post(alice, "Rainy Tuesday, Sundays")
    Content.objects.filter(pk=binned.pk).update(deleted_at=timezone.now())

    for words in ("rai", "rainy sun", "sundays"):
        (found,) = asked(page, words)["Posts"]
        assert (found.label, found.url) == ("Rainy Sunday", f"/app/posts/{mine.pk}")


@pytest.mark.parametrize("words", ["'", ":*", "a & b | (", "<b>", "%", "  ", "\\", "é" * 300])
def test_no_words_break_it(page: Client, alice: User, words: str) -> None:
    post(alice, "Rain")

    response = page.get("/app/find", {"q": words})

    assert response.status_code == 200
    assert "<b>" not in response.text


def test_nothing_found_is_said(page: Client) -> None:
    assert "Nothing matches “xyzzy”." in page.get("/app/find", {"q": "xyzzy"}).text


def test_the_queries_do_not_grow_with_the_posts(page: Client, alice: User, django_assert_num_queries: Any) -> None:
    for many in (1, 29):
        for number in range(many):
            post(alice, f"Rain {number}")
        # Session, user; posts, templates, media, voices.
        with django_assert_num_queries(6):
            page.get("/app/find", {"q": "rain"})
