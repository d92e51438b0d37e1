"""Have a text written: the brief, the versions, what the page shows of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.models import QuotaPeriod, Reservation
from content.brief import MAX_PROMPT
from content.examples import EXAMPLES
from content.models import Content, Generation
from tests.content.states import DONE, QUEUED, STOPPED, WRITING, State, failed
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


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


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
        assert re.search(rf'data-choose="{example.platform}"\s+checked', page)
        assert f'<option value="{example.tone}" selected>' in page

    def test_an_example_that_is_none_is_ignored(self, alice_client: Client) -> None:
        assert alice_client.get("/app/create?example=none").status_code == 200

    def test_sending_it_starts_a_generation(self, alice_client: Client, provider: Any) -> None:
        response = alice_client.post("/app/create", BRIEF)
        row = Generation.objects.get()
        assert response.headers["Location"] == f"/app/create/{row.content_id}#results"
        assert Content.objects.get().brief["prompt"] == "Rainy Sunday in Lyon"
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
        response = alice_client.get(f"/app/create/{row.pk}", follow=True)
        assert response.status_code == 200
        shown = re.findall(r'id="variant-(\d)"\s+data-status="(\w+)"', response.text)
        assert shown == [(str(index), status) for index, (status, _error) in enumerate(states)]

    def test_a_done_version_shows_its_figures(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        page = alice_client.get(f"/app/create/{written(DONE).content_id}").text
        for figure in ("1.8 s", "gpt-4o-mini", "$0.00015", "saved 96%", "1,124", "1,024", "$0.0038"):
            assert figure in page

    def test_the_figures_in_french(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        User.objects.update(locale="fr")
        page = alice_client.get(f"/app/create/{written(DONE).content_id}").text
        for figure in ("1,8\u202fs", "0,00015\u202f$", "96\u202f% économisés", "1\xa0124"):
            assert figure in page

    def test_with_the_local_model_a_saving_is_not_claimed(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(DONE)
        row.variants.update(baseline_micro_usd=None)
        page = alice_client.get(f"/app/create/{row.content_id}").text
        assert "saved n/a" in page
        assert "96%" not in page

    def test_a_failure_says_the_way_on_and_that_nothing_was_charged(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        page = alice_client.get(f"/app/create/{written(failed('content_blocked')).pk}", follow=True).text
        assert "Say it with other words" in page
        assert "not charged" in page
        assert "Use this" not in page

    def test_under_way_it_watches_and_can_be_stopped(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(WRITING)
        page = alice_client.get(f"/app/create/{row.pk}", follow=True).text
        assert f'data-events="{reverse("content-api:generation-events", args=[row.pk])}"' in page
        assert "See how far it is" in page.partition("<noscript>")[2].partition("</noscript>")[0]
        response = alice_client.post(f"/app/generations/{row.pk}/stop")
        row.refresh_from_db()
        assert response.headers["Location"] == f"/app/create/{row.content_id}"
        assert row.variants.get().stop_requested_at is not None

    def test_an_ended_one_opens_no_stream(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        page = alice_client.get(f"/app/create/{written(DONE).content_id}").text
        assert "data-events" not in page
        assert "noscript" not in page

    def test_the_brief_is_there_to_be_sent_again(self, alice_client: Client, provider: Any) -> None:
        alice_client.post("/app/create", {**BRIEF, "tone": "like a pirate", "critical": "on"})
        content = Content.objects.get()
        page = alice_client.get(f"/app/create/{content.pk}").text
        assert "Rainy Sunday in Lyon</textarea>" in page
        assert '<option value="2" selected>' in page
        assert '<option value="like a pirate" selected>' in page
        again = alice_client.post(f"/app/create/{content.pk}/write", {**BRIEF, "again": "True"})
        assert again.status_code == 302
        assert content.generations.filter(fresh=True).exists()

    def test_what_a_model_writes_is_text(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        row.variants.update(body='<script>alert(1)</script>" onload="x')
        page = alice_client.get(f"/app/create/{row.content_id}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_using_a_version_makes_it_the_post(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE, DONE)
        second = row.variants.get(index=1)
        response = alice_client.post(f"/app/variants/{second.pk}/use")
        assert response.headers["Location"] == f"/app/create/{row.content_id}"
        assert Content.objects.get().body == second.body
        page = alice_client.get(f"/app/create/{row.content_id}").text
        assert re.search(r'id="variant-1"\s+data-status="done"\s+data-variant="[^"]+" data-chosen', page)

    def test_a_version_without_text_cannot_be_used(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(failed("ai_unavailable"))
        page = alice_client.post(f"/app/variants/{row.variants.get().pk}/use", follow=True).text
        assert "This version has no text" in page


class TestOneMore:
    def test_it_is_asked_for_with_the_same_brief_and_stands_beside_the_others(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(DONE, DONE)
        variant = row.variants.get(index=1)
        response = alice_client.post(f"/app/variants/{variant.pk}/again")
        more = row.more.get()
        assert response.headers["Location"] == f"/app/create/{row.content_id}#results"
        assert (more.prompt, more.tone, more.length, more.fresh) == (row.prompt, row.tone, row.length, True)
        assert more.variants.count() == 1
        page = alice_client.get(f"/app/create/{row.content_id}").text
        assert "3 versions" in page
        assert re.findall(r'<article class="card variant"\s+id="([^"]+)"', page) == [
            "variant-0",
            "variant-1",
            f"more-{more.pk}",
        ]
        assert f'data-events="{reverse("content-api:generation-events", args=[more.pk])}"' in page
        assert variant.body.splitlines()[1] in page

    def test_one_more_of_one_more_stands_there_too(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        row = written(DONE)
        alice_client.post(f"/app/variants/{row.variants.get().pk}/again")
        more = row.more.get()
        response = alice_client.post(f"/app/variants/{more.variants.get().pk}/again", headers={"X-Composer": "yes"})
        assert response.status_code == 201
        assert row.more.count() == 2
        assert response.text.count("<article") == 3

    def test_its_part_of_the_page_is_its_card(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        alice_client.post(f"/app/variants/{row.variants.get().pk}/again")
        part = alice_client.get(f"/app/generations/{row.more.get().pk}").text
        assert part.lstrip().startswith("<article")
        assert "Version 2" in part

    def test_without_credits_it_is_refused(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        QuotaPeriod.objects.update(credit_limit=1)
        response = alice_client.post(f"/app/variants/{row.variants.get().pk}/again")
        assert response.status_code == 402
        assert not row.more.exists()

    def test_the_details_say_why_by_keyboard(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        page = alice_client.get(f"/app/create/{written(DONE).content_id}").text
        details = page.partition('class="disclosure details-why"')[2].partition("</details>")[0]
        assert "gpt-4o-mini" in details.partition("</summary>")[0]
        assert re.search(r"<p>\w.+</p>", details)
