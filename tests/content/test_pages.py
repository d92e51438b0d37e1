"""The composer, a text being written, and the posts, as their owner, another creator and a visitor see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.models import QuotaPeriod, Reservation
from content import generation as generations
from content import posts
from content.brief import MAX_PROMPT, Brief
from content.examples import EXAMPLES
from content.models import Content, Generation, Status, Variant
from tests.strict_templates import refuse_unknown_variables

LANGUAGES = ["en", "fr"]
BRIEF = {
    "prompt": "Rainy Sunday in Lyon",
    "platform": "onlyfans",
    "language": "fr",
    "length": "medium",
    "tone": "warm",
    "variants": "2",
    "task_type": "marketing_template",
}
TEXT = "Il pleut sur Lyon.\nCe soir, je vous montre l’envers du décor."

State = tuple[Status, str]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def bob_client(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def written(alice: User, provider: Any) -> Callable[..., Generation]:
    """Return a function that stores a generation whose variants ended, or not, as asked."""

    def make(*states: State) -> Generation:
        generation = generations.request(alice, Brief(prompt="A brief", variants=len(states)), now=timezone.now())
        for variant, (status, error) in zip(generation.variants.order_by("index"), states, strict=True):
            bring_to(variant, status, error)
        end(generation, states)
        return Generation.objects.get(pk=generation.pk)

    return make


def bring_to(variant: Variant, status: Status, error: str) -> None:
    now = timezone.now()
    variant.status, variant.error_code = status, error
    variant.attempts = 0 if status == Status.QUEUED else 1
    if status in (Status.DONE, Status.STOPPED):
        variant.body = f"{TEXT} ({variant.index})"
        variant.model = "gpt-4o-mini"
        variant.input_tokens, variant.cached_tokens, variant.output_tokens = 1_124, 1_024, 96
        variant.cost_micro_usd, variant.baseline_micro_usd = Decimal("150.3"), Decimal("3770")
        variant.latency_ms, variant.credits = 1_840, 1
    if status == Status.WRITING:
        variant.lease_expires_at = now + timedelta(minutes=1)
    if variant.ended:
        variant.finished_at = now
    variant.save()


def end(generation: Generation, states: tuple[State, ...]) -> None:
    found = [status for status, _error in states]
    order = (Status.WRITING, Status.QUEUED, Status.DONE, Status.STOPPED, Status.FAILED)
    generation.status = next(status for status in order if status in found)
    if generation.status == Status.FAILED:
        generation.error_code = states[0][1]
    if generation.ended:
        generation.finished_at = timezone.now()
    generation.save()
    with_text = generation.variants.exclude(body="").order_by("index").first()
    if generation.ended and with_text is not None:
        posts.from_variant(generation, with_text, now=timezone.now())


DONE: State = (Status.DONE, "")
STOPPED: State = (Status.STOPPED, "")
WRITING: State = (Status.WRITING, "")
QUEUED: State = (Status.QUEUED, "")


def failed(code: str) -> State:
    return (Status.FAILED, code)


def post(user: User, number: int = 0, **fields: Any) -> Content:
    now = timezone.now()
    return Content.objects.create(
        user=user, **{"title": f"Post {number}", "body": TEXT, "created_at": now, "updated_at": now, **fields}
    )


class TestComposer:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_opens_with_the_creators_language(self, alice_client: Client, alice: User, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get("/app/create").text
        assert f'<option value="{language}" selected>' in page
        assert ("Que voulez-vous publier" if language == "fr" else "What do you want to post?") in page

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
    def test_an_example_fills_the_form_without_a_script(self, alice_client: Client, example: Any) -> None:
        page = alice_client.get(f"/app/create?example={example.slug}").text
        assert f"{example.prompt}</textarea>" in page
        assert f'<option value="{example.platform}" selected>' in page
        assert f'<option value="{example.tone}" selected>' in page

    def test_an_example_that_is_none_is_ignored(self, alice_client: Client) -> None:
        assert alice_client.get("/app/create?example=none").status_code == 200

    def test_sending_it_starts_a_generation(self, alice_client: Client, provider: Any) -> None:
        response = alice_client.post("/app/create", BRIEF)
        row = Generation.objects.get()
        assert response.headers["Location"] == f"/app/create/{row.pk}"
        assert (row.prompt, row.platform, row.language, row.length, row.tone) == (
            "Rainy Sunday in Lyon",
            "onlyfans",
            "fr",
            "medium",
            "warm",
        )
        assert not row.critical
        assert row.variants.count() == 2

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("prompt", "  "),
            ("prompt", "x" * (MAX_PROMPT + 1)),
            ("platform", "myspace"),
            ("language", "xx"),
            ("length", "endless"),
            ("tone", "x" * 61),
            ("variants", "4"),
            ("task_type", "poetry"),
        ],
    )
    def test_a_wrong_field_is_told_and_the_brief_kept(self, alice_client: Client, field: str, value: str) -> None:
        response = alice_client.post("/app/create", {**BRIEF, field: value})
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.text
        assert not Generation.objects.exists()

    def test_a_line_break_counts_as_one_character(self, alice_client: Client, provider: Any) -> None:
        alice_client.post("/app/create", {**BRIEF, "prompt": "a\r\n" * (MAX_PROMPT // 2)})
        assert len(Generation.objects.get().prompt) == MAX_PROMPT - 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_too_few_credits(self, alice_client: Client, alice: User, provider: Any, language: str) -> None:
        User.objects.update(locale=language)
        alice_client.get("/app/create")
        QuotaPeriod.objects.update(credit_limit=1)
        response = alice_client.post("/app/create", {**BRIEF, "variants": "3"})
        assert response.status_code == 402
        assert (
            ", et il en reste 1 sur 1 jusqu" if language == "fr" else ", and 1 of 1 are left until"
        ) in response.text
        assert "Rainy Sunday in Lyon</textarea>" in response.text
        assert not Generation.objects.exists()
        assert not Reservation.objects.exists()

    def test_the_premium_share_is_used_up(self, alice_client: Client, provider: Any) -> None:
        alice_client.get("/app/create")
        QuotaPeriod.objects.update(premium_limit=0)
        response = alice_client.post("/app/create", {**BRIEF, "critical": "on"})
        assert response.status_code == 403
        assert "The premium share of your plan is used up" in response.text
        assert "checked" in response.text

    def test_no_model_for_the_tier(self, alice_client: Client, provider: Any, settings: Any) -> None:
        settings.AI_PREMIUM_MODELS = []
        response = alice_client.post("/app/create", {**BRIEF, "critical": "on"})
        assert response.status_code == 503
        assert "No model is connected for this" in response.text

    def test_the_demonstration_model_is_owned_up_to(self, alice_client: Client, settings: Any) -> None:
        settings.AI_ECONOMY_MODELS = ["local:smollm2-135m"]
        page = alice_client.get("/app/create").text
        assert "This is a tiny demonstration model." in page
        for variable in ("AZURE_OPENAI_ENDPOINT", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
            assert variable in page

    def test_a_real_model_needs_no_banner(self, alice_client: Client, provider: Any) -> None:
        assert "demonstration" not in alice_client.get("/app/create").text


class TestGeneration:
    STATES = [
        (DONE, DONE, DONE),
        (STOPPED, failed("content_blocked"), failed("ai_unavailable")),
        (failed("invalid_request"),),
        (WRITING, QUEUED, DONE),
    ]

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("states", STATES, ids=["done", "mixed", "failed", "under way"])
    def test_every_state_has_its_page(
        self, alice_client: Client, written: Callable[..., Generation], states: tuple[State, ...], language: str
    ) -> None:
        User.objects.update(locale=language)
        row = written(*states)
        response = alice_client.get(f"/app/create/{row.pk}")
        assert response.status_code == 200
        shown = re.findall(r'id="variant-(\d)"\s+data-status="(\w+)"', response.text)
        assert shown == [(str(index), status) for index, (status, _error) in enumerate(states)]

    def test_a_done_version_shows_its_figures(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        page = alice_client.get(f"/app/create/{written(DONE).pk}").text
        for figure in ("1.8 s", "gpt-4o-mini", "$0.00015", "saved 96%", "1,124", "1,024", "$0.0038"):
            assert figure in page

    def test_the_figures_in_french(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        User.objects.update(locale="fr")
        page = alice_client.get(f"/app/create/{written(DONE).pk}").text
        for figure in ("1,8\u202fs", "0,00015\u202f$", "96\u202f% économisés", "1\xa0124"):
            assert figure in page

    def test_with_the_local_model_a_saving_is_not_claimed(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(DONE)
        row.variants.update(baseline_micro_usd=None)
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert "saved n/a" in page
        assert "96%" not in page

    def test_a_failure_says_the_way_on_and_that_nothing_was_charged(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        page = alice_client.get(f"/app/create/{written(failed('content_blocked')).pk}").text
        assert "Say it with other words" in page
        assert "not charged" in page
        assert "Use this" not in page

    def test_under_way_it_watches_and_can_be_stopped(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(WRITING)
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert f'data-events="{reverse("content-api:generation-events", args=[row.pk])}"' in page
        assert "stream.js" in page
        assert "See how far it is" in page.partition("<noscript>")[2].partition("</noscript>")[0]
        response = alice_client.post(f"/app/create/{row.pk}/stop")
        assert response.headers["Location"] == f"/app/create/{row.pk}"
        assert row.variants.get().stop_requested_at is not None

    def test_an_ended_one_opens_no_stream(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        page = alice_client.get(f"/app/create/{written(DONE).pk}").text
        assert "data-events" not in page
        assert "stream.js" not in page
        assert "noscript" not in page

    def test_the_brief_can_be_sent_again(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE, DONE)
        Generation.objects.update(tone="like a pirate", critical=True)
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert "A brief</textarea>" in page
        assert '<option value="2" selected>' in page
        assert '<option value="like a pirate" selected>' in page
        again = alice_client.post("/app/create", {**BRIEF, "tone": "like a pirate"})
        assert again.status_code == 302

    def test_what_a_model_writes_is_text(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        row.variants.update(body='<script>alert(1)</script>" onload="x')
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_using_a_version_makes_it_the_post(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE, DONE)
        second = row.variants.get(index=1)
        response = alice_client.post(f"/app/variants/{second.pk}/use")
        assert response.headers["Location"] == f"/app/posts/{row.content_id}"
        assert Content.objects.get().body == second.body
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert re.search(r'id="variant-1"\s+data-status="done"\s+data-chosen', page)

    def test_a_version_without_text_cannot_be_used(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(failed("ai_unavailable"))
        page = alice_client.post(f"/app/variants/{row.variants.get().pk}/use", follow=True).text
        assert "This version has no text" in page


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
        # Session, user, posts, their generations, those generations' variants, quota.
        assert len(queries) == 6

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
    def test_a_written_one_shows_what_it_cost(
        self, alice_client: Client, written: Callable[..., Generation], language: str
    ) -> None:
        User.objects.update(locale=language)
        row = written(DONE)
        page = alice_client.get(f"/app/posts/{row.content_id}").text
        assert ("Pourquoi ce modèle" if language == "fr" else "Why this model") in page
        assert f"/app/create/{row.pk}" in page

    def test_one_by_hand_has_no_figures(self, alice_client: Client, alice: User) -> None:
        assert "Why this model" not in alice_client.get(f"/app/posts/{post(alice).pk}").text

    def test_saving_keeps_the_words_as_typed(self, alice_client: Client, alice: User) -> None:
        row = post(alice, origin=Content.Origin.AI_GENERATED)
        alice_client.post(f"/app/posts/{row.pk}", {"title": "New", "body": "  One\r\n\r\nTwo "})
        row.refresh_from_db()
        assert (row.title, row.body) == ("New", "One\n\nTwo")
        assert row.origin == Content.Origin.AI_ASSISTED

    def test_saving_the_same_words_is_no_edit_by_hand(self, alice_client: Client, alice: User) -> None:
        row = post(alice, origin=Content.Origin.AI_GENERATED)
        alice_client.post(f"/app/posts/{row.pk}", {"title": row.title, "body": TEXT.replace("\n", "\r\n")})
        row.refresh_from_db()
        assert row.origin == Content.Origin.AI_GENERATED

    @pytest.mark.parametrize(("field", "value"), [("body", " "), ("body", "x" * 20_001), ("title", "x" * 161)])
    def test_a_wrong_field_keeps_what_was_typed(
        self, alice_client: Client, alice: User, field: str, value: str
    ) -> None:
        row = post(alice)
        response = alice_client.post(f"/app/posts/{row.pk}", {"title": "Mine", "body": "Typed for long", field: value})
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.text
        assert "Mine" in response.text or "Typed for long" in response.text
        row.refresh_from_db()
        assert row.body == TEXT

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
        page = alice_client.get(f"/app/create/{row.pk}").text
        assert "Use this" in page


class TestWhoMayEnter:
    @pytest.fixture
    def paths(self, alice: User, written: Callable[..., Generation]) -> dict[str, str]:
        row = written(DONE)
        return {
            "generation": f"/app/create/{row.pk}",
            "post": f"/app/posts/{row.content_id}",
            "delete": f"/app/posts/{row.content_id}/delete",
            "stop": f"/app/create/{row.pk}/stop",
            "use": f"/app/variants/{row.variants.get().pk}/use",
        }

    @pytest.mark.parametrize("name", ["generation", "post", "delete"])
    def test_for_another_creator_it_does_not_exist(self, bob_client: Client, paths: dict[str, str], name: str) -> None:
        assert bob_client.get(paths[name]).status_code == 404

    @pytest.mark.parametrize("name", ["post", "delete", "stop", "use"])
    def test_another_creator_changes_nothing(self, bob_client: Client, paths: dict[str, str], name: str) -> None:
        before = list(Content.objects.values())
        assert bob_client.post(paths[name], {"title": "Bob's", "body": "Bob's"}).status_code == 404
        assert list(Content.objects.values()) == before

    @pytest.mark.parametrize("name", ["generation", "post", "delete", "stop", "use"])
    def test_a_fan_is_told_what_to_do(self, client: Client, charlie: User, paths: dict[str, str], name: str) -> None:
        client.force_login(charlie)
        response = client.post(paths[name])
        assert response.status_code == 403
        assert "This part is for creators" in response.text

    @pytest.mark.parametrize("name", ["generation", "post", "delete"])
    def test_a_visitor_logs_in_first(self, client: Client, paths: dict[str, str], name: str) -> None:
        assert client.get(paths[name]).headers["Location"] == f"/login?next={paths[name]}"

    @pytest.mark.parametrize("name", ["stop", "use"])
    def test_what_changes_things_is_never_a_link(self, alice_client: Client, paths: dict[str, str], name: str) -> None:
        assert alice_client.get(paths[name]).status_code == 405

    def test_the_app_opens_on_create(self, alice_client: Client) -> None:
        assert alice_client.get("/app/").headers["Location"] == "/app/create"


class TestQuotaMeter:
    @pytest.mark.parametrize(("used", "level"), [(10, "normal"), (6_500, "high"), (8_000, "full")])
    def test_it_tells_what_is_taken(self, alice_client: Client, used: int, level: str) -> None:
        alice_client.get("/app/posts")
        QuotaPeriod.objects.update(used=used)
        page = alice_client.get("/app/posts").text
        assert f"<b>{used:,}</b> of 8,000 credits" in page
        assert f"meter-{level}" in page
