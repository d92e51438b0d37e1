"""The list of posts, one post, and the meter beside them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import QuotaPeriod
from content import posts
from content.models import Content, Generation
from tests.content.states import DONE, post
from tests.strict_templates import refuse_unknown_variables

LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class TestPosts:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_none_yet(self, alice_client: Client, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get("/app/posts").text
        assert ("Pas encore de posts" if language == "fr" else "No posts yet") in page
        assert 'href="/app/create"' in page

    def test_a_row_tells_what_it_is_and_what_it_cost(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        written(DONE)
        page = alice_client.get("/app/posts").text
        for words in ("Il pleut sur Lyon.", "Instagram", "AI-generated", "gpt-4o-mini · $0.00015"):
            assert words in page

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(
        self, alice_client: Client, alice: User, rows: int, written: Callable[..., Generation]
    ) -> None:
        alice_client.get("/app/posts")
        for _ in range(rows):
            written(DONE, DONE)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = alice_client.get("/app/posts").text
        assert page.count('<li class="post">') == rows
        # Session, user, posts, their generations, those generations' variants, quota, the bell.
        assert len(queries) == 7

    def test_older_posts_are_a_link_away_and_none_is_lost(self, alice_client: Client, alice: User) -> None:
        for number in range(2 * posts.PAGE + 1):
            post(alice, number)
        seen: list[str] = []
        path = "/app/posts"
        for _ in range(3):
            page = alice_client.get(path).text
            seen += re.findall(r">(Post \d+)</a>", page)
            older = re.search(r'href="(\?before=[0-9a-f-]+)"', page)
            path = f"/app/posts{older[1]}" if older else ""
        assert path == ""
        assert seen == [f"Post {number}" for number in reversed(range(2 * posts.PAGE + 1))]

    def test_behind_the_last_one(self, alice_client: Client, alice: User) -> None:
        first = post(alice)
        page = alice_client.get(f"/app/posts?before={first.pk}").text
        assert "Nothing older" in page

    def test_a_place_that_is_none_shows_the_newest(self, alice_client: Client, alice: User) -> None:
        post(alice, 7)
        assert "Post 7" in alice_client.get("/app/posts?before=yesterday").text

    def test_only_ones_own(self, alice_client: Client, bob: User) -> None:
        post(bob, 8)
        assert "Post 8" not in alice_client.get("/app/posts").text


class TestOnePost:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_deleting_asks_first(self, alice_client: Client, alice: User, language: str) -> None:
        User.objects.update(locale=language)
        row = post(alice)
        page = alice_client.get(f"/app/posts/{row.pk}/delete").text
        assert ("Supprimer ce post" if language == "fr" else "Delete this post?") in page
        assert Content.objects.exists()
        response = alice_client.post(f"/app/posts/{row.pk}/delete")
        assert response.headers["Location"] == "/app/posts"
        assert not Content.objects.exists()

    def test_a_deleted_posts_versions_stay(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        alice_client.post(f"/app/posts/{row.content_id}/delete")
        page = alice_client.get(f"/app/create/{row.pk}", follow=True).text
        assert "Use this" in page


class TestQuotaMeter:
    @pytest.mark.parametrize(("used", "level"), [(10, "normal"), (6_500, "high"), (8_000, "full")])
    def test_it_tells_what_is_taken(self, alice_client: Client, used: int, level: str) -> None:
        alice_client.get("/app/posts")
        QuotaPeriod.objects.update(used=used)
        page = alice_client.get("/app/posts").text
        assert f"<b>{used:,}</b> of 8,000 credits" in page
        assert f"meter-{level}" in page
