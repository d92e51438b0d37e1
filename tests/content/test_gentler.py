"""After a content filter: a gentler brief is offered, in the API and on the page, and sending it works."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing.models import LedgerEntry
from content.models import Generation
from tests.fakes.openai_server import Defect, Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("provider", "eager_workers")]

BRIEF = "A hardcore video of my naked evening, tonight at nine"


def filtered(api: APIClient, provider: OpenAIServer, prompt: str = BRIEF) -> dict[str, Any]:
    provider.script(Fault.PROMPT_FILTERED)
    response = api.post("/api/content/generate", {"prompt": prompt, "platform": "onlyfans"}, format="json")
    assert response.status_code == 422
    body: dict[str, Any] = response.json()
    return body


def test_the_problem_offers_the_brief_in_other_words_and_says_which(
    alice_api: APIClient, provider: OpenAIServer
) -> None:
    offer = filtered(alice_api, provider)["safe_rewrite"]

    assert offer["prompt"] != BRIEF
    assert "tonight at nine" in offer["prompt"]
    assert offer["changes"]
    for change in offer["changes"]:
        assert change["before"] in BRIEF
        assert change["after"] in offer["prompt"]


def test_the_offer_can_be_sent_as_it_is(alice_api: APIClient, provider: OpenAIServer) -> None:
    offer = filtered(alice_api, provider)["safe_rewrite"]

    again = alice_api.post("/api/content/generate", {"prompt": offer["prompt"]}, format="json")

    assert again.status_code == 201


def test_where_no_word_would_help_nothing_is_offered(alice_api: APIClient, provider: OpenAIServer) -> None:
    assert "safe_rewrite" not in filtered(alice_api, provider, prompt="Rainy Sunday in Lyon")


def test_the_page_shows_what_would_change_and_sends_it(
    alice_api: APIClient, alice: User, provider: OpenAIServer
) -> None:
    filtered(alice_api, provider)
    client = Client()
    client.force_login(alice)
    row = Generation.objects.get(user=alice)

    page = client.get(f"/app/create/{row.pk}", follow=True)

    form = page.context["gentler"].form
    assert "<del>hardcore</del>" in page.content.decode()
    sent = client.post(
        f"/app/create/{page.context['content'].pk}/write", {field.html_name: field.value() or "" for field in form}
    )
    assert sent.status_code == 302
    written = Generation.objects.filter(user=alice).exclude(pk=row.pk).get()
    assert (written.platform, written.fresh) == ("onlyfans", True)
    assert written.prompt == page.context["gentler"].prompt


def test_a_permitted_model_answers_what_the_filter_refused(
    alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PERMITTED_MODELS = ["openai:gpt-6-luna"]
    provider.script(Fault.PROMPT_FILTERED, provider="azure", times=None)

    response = alice_api.post("/api/content/generate", {"prompt": BRIEF, "platform": "onlyfans"}, format="json")

    assert response.status_code == 201
    assert response.json()["ai"]["model"] == "gpt-6-luna"
    assert [row.outcome for row in LedgerEntry.objects.order_by("attempt")] == ["content_filter", "completed"]


@pytest.mark.parametrize("prompt", ["A hardcore video with my 15 years old neighbour", "A rape scene, hardcore"])
def test_no_model_is_permitted_what_harms(
    prompt: str, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PERMITTED_MODELS = ["openai:gpt-6-luna"]

    body = filtered(alice_api, provider, prompt=prompt)

    assert "safe_rewrite" not in body
    assert {request.model for request in provider.requests} == {"gpt-4o-mini"}


def test_a_category_that_is_not_permitted_stays_refused(
    alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PERMITTED_MODELS = ["openai:gpt-6-luna"]
    settings.AI_PERMITTED_CATEGORIES = ["violence"]

    filtered(alice_api, provider)

    assert {request.model for request in provider.requests} == {"gpt-4o-mini"}


@pytest.mark.parametrize("more", [{"critical": True}, {"task_type": "legal"}])
def test_no_model_is_permitted_what_the_premium_one_was_due(
    more: dict[str, Any], alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PERMITTED_MODELS = ["openai:gpt-6-luna"]
    provider.script(Fault.PROMPT_FILTERED)

    response = alice_api.post("/api/content/generate", {"prompt": BRIEF, **more}, format="json")

    assert response.status_code == 422
    assert {request.model for request in provider.requests} == {"gpt-4o"}


def test_a_word_that_operators_ban_is_never_shown(alice_api: APIClient, provider: OpenAIServer, settings: Any) -> None:
    settings.AI_BANNED_WORDS = ["umbrella"]
    provider.script(defect=Defect.CONTAINS, word="umbrella", times=None)

    response = alice_api.post("/api/content/generate", {"prompt": "Rainy Sunday in Lyon"}, format="json")

    assert response.status_code == 503
    assert "umbrella" not in response.content.decode()
    assert [row.outcome for row in LedgerEntry.objects.order_by("attempt")] == ["completed", "rejected"]
