"""What a creator meets who may only read: the reason and the way to pay, in the form that was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import api_keys
from accounts.models import Scope, User

pytestmark = pytest.mark.django_db

AS_SCRIPT = {"Sec-Fetch-Dest": "empty"}


@pytest.fixture
def owing(alice: User) -> Client:
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())
    client = Client()
    client.force_login(alice)
    return client


def test_a_page_says_why_and_leads_to_where_it_is_paid(owing: Client) -> None:
    response = owing.post("/app/create", {"prompt": "Rain"})

    assert (response.status_code, response["Account-Access"]) == (402, "read-only")
    assert "no-store" in response["Cache-Control"]
    assert '<main id="main"' in response.text
    assert "The last payment failed" in response.text
    assert 'href="/app/billing"' in response.text
    assert 'href="/app/settings/privacy"' in response.text


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, AS_SCRIPT])
def test_a_script_gets_a_part_to_show_in_its_page(owing: Client, headers: dict[str, str]) -> None:
    response = owing.post("/app/create", {"prompt": "Rain"}, headers=headers)

    assert (response.status_code, response["Account-Access"]) == (402, "read-only")
    assert "<main" not in response.text
    assert 'class="banner banner-warn' in response.text
    assert 'href="/app/billing"' in response.text


def test_a_script_that_reads_json_gets_json(owing: Client) -> None:
    response = owing.post(
        "/app/media/uploads", {}, content_type="application/json", headers={"Accept": "application/json", **AS_SCRIPT}
    )

    assert (response.status_code, response.json()["code"]) == (402, "read_only")
    assert response.json()["advice"]


def test_all_pages_of_the_app_say_it_and_none_speaks_of_credits(owing: Client, alice: User) -> None:
    for path in ("/app/", "/app/posts", "/app/media", "/app/billing", "/app/settings/profile"):
        page = owing.get(path).text
        assert 'id="read-only-notice"' in page, path
        assert 'id="quota-notice"' not in page, path

    User.objects.update(read_only_since=None)
    assert 'id="read-only-notice"' not in owing.get("/app/").text


def test_a_key_reads_and_does_not_write(alice: User) -> None:
    _key, secret = api_keys.create(alice, name="laptop", scopes=list(Scope), now=timezone.now())
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())

    refused: Any = client.post("/api/content/generate", {"prompt": "Rain"}, content_type="application/json")

    assert client.get("/api/usage/").status_code == 200
    assert (refused.status_code, refused["Content-Type"]) == (402, "application/problem+json")
    assert refused.json()["code"] == "read_only"
    assert "/" not in refused.json()["title"]
    assert "Billing" in refused.json()["detail"]
    # A method that is not there is told as ever.
    assert client.post("/api/usage/").status_code == 405


def test_in_french(owing: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(locale="fr")

    response = owing.post("/app/create", {"prompt": "Pluie"})

    assert "Lecture seule" in response.text
