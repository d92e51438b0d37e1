"""What creators wrote and were told stays theirs, and evaluations can be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from ai_routing import retention
from ai_routing.models import CachedAnswer, Conversation, PromptRecord, RouterEvaluation, Run
from ai_routing.providers.contract import Message
from tests.ai_routing.reports.ledger_rows import NOW
from tests.ai_routing.reports.operators import PROMPTS, staff, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "nothing_remembered")]

SECRET = "what only the creator should read"


@pytest.fixture
def record(alice: User) -> PromptRecord:
    return PromptRecord.objects.create(
        user=alice,
        reference=uuid4(),
        created_at=NOW,
        expires_at=NOW + timedelta(days=30),
        ciphertext=retention.seal([Message("user", SECRET)]),
    )


def test_a_superuser_reads_the_words_and_each_look_is_logged(
    record: PromptRecord, admin_client: Client, operator: User
) -> None:
    for page in ("", f"{record.pk}/change/", f"{record.pk}/history/"):
        assert SECRET not in admin_client.get(f"{PROMPTS}{page}").content.decode()
    assert not LogEntry.objects.exists()

    for looks in (1, 2):
        response = admin_client.post(f"{PROMPTS}{record.pk}/words/")

        assert SECRET in response.content.decode()
        assert "no-store" in response["Cache-Control"]
        assert (
            LogEntry.objects.filter(user=operator, object_id=record.pk, change_message="Read the words").count()
            == looks
        )
    assert "Read the words" in text_of(admin_client.get(f"{PROMPTS}{record.pk}/history/"))


def test_the_words_are_not_shown_to_other_staff(record: PromptRecord) -> None:
    reader = staff("view_promptrecord", "change_promptrecord")

    assert reader.get(f"{PROMPTS}{record.pk}/change/").status_code == 200
    assert "/words/" not in reader.get(f"{PROMPTS}{record.pk}/change/").content.decode()
    assert reader.post(f"{PROMPTS}{record.pk}/words/").status_code == 403
    assert not LogEntry.objects.exists()


def test_a_look_is_asked_for_with_the_token(record: PromptRecord, admin_client: Client, operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)

    assert client.post(f"{PROMPTS}{record.pk}/words/").status_code == 403
    assert admin_client.get(f"{PROMPTS}{record.pk}/words/").status_code == 405
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("number", ["999999", "nobody"])
def test_a_record_that_expired_is_not_found(number: str, admin_client: Client) -> None:
    assert admin_client.post(f"{PROMPTS}{number}/words/").status_code == 404


def test_words_under_a_lost_key_are_explained(record: PromptRecord, admin_client: Client) -> None:
    PromptRecord.objects.update(ciphertext=b"nonsense")

    assert "HUNTAZE_SECRET_KEY_FALLBACKS" in text_of(admin_client.post(f"{PROMPTS}{record.pk}/words/"))


def test_a_cached_answer_is_listed_without_its_text_and_may_be_deleted(alice: User, admin_client: Client) -> None:
    answer = CachedAnswer.objects.create(
        key=b"k" * 32,
        user=alice,
        scope=b"s" * 32,
        guard=b"g" * 32,
        task_type="chatbot",
        tier="economy",
        prompt_version="conversation.en.v1",
        provider="openai",
        model="gpt-4o-mini",
        text=SECRET,
        finish_reason="stop",
        input_tokens=1,
        output_tokens=1,
        created_at=NOW,
        expires_at=NOW,
    )
    page = "/admin/ai_routing/cachedanswer/"

    assert SECRET not in admin_client.get(page).content.decode()
    assert SECRET in admin_client.get(f"{page}{answer.pk}/change/").content.decode()
    assert staff().get(f"{page}{answer.pk}/change/").status_code == 403
    assert admin_client.post(f"{page}{answer.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not CachedAnswer.objects.exists()


@pytest.mark.parametrize("page", ["", "{pk}/change/", "{pk}/history/"])
def test_titles_that_creators_gave_are_not_shown(page: str, alice: User, admin_client: Client) -> None:
    conversation = Conversation.objects.create(user=alice, title=SECRET, created_at=NOW, updated_at=NOW)
    run = Run.objects.create(
        user=alice, workflow="campaign", title=SECRET, brief={"goal": SECRET}, budget_credits=9, created_at=NOW
    )

    for made in (conversation, run):
        url = f"/admin/ai_routing/{made._meta.model_name}/{page.format(pk=made.pk)}"
        assert SECRET not in text_of(admin_client.get(url))


def test_an_evaluation_is_listed_with_its_intervals_and_read_as_tables(admin_client: Client) -> None:
    def interval(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 0.05, "high": value + 0.05}

    metrics = {
        "figures": {"premium, recall": {"router": interval(0.91), "chance": interval(0.12)}},
        "gains": {"premium, recall": {"chance": interval(0.79)}},
        "calibration": [{"predicted": 4, "prompts": 31, "labelled": interval(4.2)}],
        "others": {"language, accuracy": 0.995},
        "kappa": 0.874,
        "labelled_twice": 120,
    }
    found = RouterEvaluation.objects.create(
        created_at=NOW, dataset="prompts", dataset_sha256="0" * 64, router="weights v1", rows=200, metrics=metrics
    )
    page = "/admin/ai_routing/routerevaluation/"

    assert "0.91 (0.86 – 0.96)" in text_of(admin_client.get(page))
    detail = text_of(admin_client.get(f"{page}{found.pk}/change/"))
    assert "better than chance by" in detail
    assert "premium, recall 0.91 (0.86 – 0.96) 0.12 (0.07 – 0.17) 0.79 (0.74 – 0.84)" in detail
    assert "4 31 4.20 (4.15 – 4.25)" in detail
    assert "Agreement of two labelling passes over 120 prompts: weighted kappa 0.87." in detail


@pytest.mark.parametrize(
    "metrics", [{}, [], {"figures": {"premium, recall": 3}}, {"figures": None, "calibration": [1]}]
)
def test_an_evaluation_of_another_form_opens(metrics: Any, admin_client: Client) -> None:
    found = RouterEvaluation.objects.create(
        created_at=NOW, dataset="prompts", dataset_sha256="0" * 64, router="older", rows=2, metrics=metrics
    )

    assert admin_client.get("/admin/ai_routing/routerevaluation/").status_code == 200
    assert admin_client.get(f"/admin/ai_routing/routerevaluation/{found.pk}/change/").status_code == 200
