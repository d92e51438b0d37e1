"""What a browser asks while it uploads, and the page of one file."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from analytics.models import Event
from billing.models import QuotaPeriod
from content import media, uploads
from content.media import preparing
from content.models import Asset, Content, Publication
from tests.content.media import files, rows
from tests.content.media.uploading import announced, post, prepared
from tests.fakes.openai_server import OpenAIServer
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def begin(client: Client, **asked: Any) -> Any:
    return client.post("/app/media/uploads", json.dumps(asked), content_type="application/json")


def test_a_file_is_announced_sent_finished_and_prepared(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    handed_out: list[Any] = []
    monkeypatch.setattr(uploads, "enqueue", handed_out.append)
    file = files.photo()
    told = begin(alice_client, name="Beach.jpg", size=len(file), type="image/jpeg").json()

    assert (told["state"], told["parts"], told["there"]) == ("uploading", 1, [])
    assert post(told["forms"][0], file) == 204
    assert alice_client.get(f"/app/media/uploads/{told['id']}").json()["there"] == [1]
    with django_capture_on_commit_callbacks(execute=True):
        done = alice_client.post(f"/app/media/uploads/{told['id']}/finish")
    assert (done.status_code, done.json()["state"]) == (202, "processing")
    assert [str(one) for one in handed_out] == [told["id"]]
    assert "Being prepared" in alice_client.get("/app/media").text
    preparing.prepare(handed_out[0])
    page = alice_client.get(f"/app/media/tiles?ids={told['id']}").text
    assert 'data-state="ready"' in page
    assert "/thumb.webp?" in page


def test_what_is_missing_is_told(alice_client: Client, alice: User) -> None:
    asset = announced(alice, "a.png", b"x")

    answer = alice_client.post(f"/app/media/uploads/{asset.pk}/finish")
    assert (answer.status_code, answer.json()) == (409, {"code": "parts_missing", "missing": [1]})


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"name": "a.png", "size": "9"}, 400, "invalid"),
        ({"name": "a.png", "size": True}, 400, "invalid"),
        ({"name": "a.pdf", "size": 9}, 422, "unknown_type"),
        ({"name": "a.png", "size": 0}, 422, "empty"),
        ({"name": "a.mp4", "size": 3 << 30, "type": "video/mp4"}, 422, "too_large"),
        ({"name": "a.mp4", "size": (1 << 30) + 1, "type": "video/mp4"}, 402, "storage_full"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_words(
    asked: dict[str, Any], status: int, code: str, bob_client: Client
) -> None:
    answer = begin(bob_client, **asked)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"]
    assert answer.json()["advice"]


def test_an_upload_that_is_discarded_gives_its_room_back(alice_client: Client, alice: User) -> None:
    told = begin(alice_client, name="a.png", size=100).json()
    assert media.storage_used(alice) == 100

    assert alice_client.post(f"/app/media/uploads/{told['id']}/discard").status_code == 204
    assert media.storage_used(alice) == 0


def test_the_page_of_a_file_shows_it_its_shapes_and_its_uses(alice_client: Client, alice: User) -> None:
    asset = prepared(alice, "Beach.jpg", files.photo())
    now = timezone.now()
    content = Content.objects.create(user=alice, title="Sunday", body="x", created_at=now, updated_at=now)
    media.attach(content, [asset.pk])
    Publication.objects.create(
        user=alice, content=content, channel="instagram", state="published", due_at=now, attempt_at=now,
        published_at=now, created_at=now,
    )  # fmt: skip

    page = alice_client.get(f"/app/media/{asset.pk}").text
    for words in ("/preview.webp?", "640 × 480", "Sunday", "Instagram · Published", "Upright, 9:16"):
        assert words in page, words
    saved = alice_client.get(f"/app/media/{asset.pk}/download/1x1")
    assert saved.status_code == 302
    assert "response-content-disposition=attachment" in saved["Location"]
    assert alice_client.get(f"/app/media/{asset.pk}/download/no-such").status_code == 404


def test_a_file_that_was_refused_says_why(alice_client: Client, alice: User) -> None:
    asset = prepared(alice, "page.png", b"<html>" * 100)

    page = alice_client.get(f"/app/media/{asset.pk}").text
    assert "This is no image or video that we know" in page
    alice_client.post(f"/app/media/{asset.pk}/delete")
    assert not Asset.objects.exists()


def test_what_is_told_of_a_file_is_kept(alice_client: Client, alice: User) -> None:
    asset = rows.asset(alice)

    alice_client.post(
        f"/app/media/{asset.pk}",
        {"name": "New", "alt_text": "A beach", "tags": "beach, Summer 2026,beach", "blurred": "on"},
    )
    asset.refresh_from_db()
    assert (asset.name, asset.alt_text, asset.alt_origin, asset.blurred) == ("New", "A beach", "human", True)
    assert sorted(asset.tags.values_list("name", flat=True)) == ["Summer 2026", "beach"]


@pytest.mark.parametrize(("kept", "origin"), [("A red roof.", "ai_generated"), ("A red roof at night.", "ai_assisted")])
def test_a_model_that_sees_proposes_what_the_creator_then_keeps(
    kept: str, origin: str, alice_client: Client, alice: User, provider: OpenAIServer
) -> None:
    asset = prepared(alice, "Roof.jpg", files.photo())
    provider.script(text="A red roof.")

    told = alice_client.post(f"/app/media/{asset.pk}/describe")
    assert told.status_code == 200, told.text
    (request,) = provider.requests
    content = request.body["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["text", "image_url"]
    url = content[1]["image_url"]["url"]
    assert base64.b64decode(url.partition("base64,")[2])[:4] == b"RIFF"
    assert content[1]["image_url"]["detail"] == "low"
    assert "gpt-4o-mini" in told.json()["told"]
    assert QuotaPeriod.objects.get().reserved == 0
    assert Event.objects.filter(event="ai.completion", data__purpose="content").count() == 1

    alice_client.post(f"/app/media/{asset.pk}", {"name": "Roof", "alt_text": kept, "proposed": "A red roof."})
    asset.refresh_from_db()
    assert (asset.alt_text, asset.alt_origin) == (kept, origin)


def test_where_no_model_sees_it_is_said_kindly_and_nothing_is_charged(
    alice_client: Client, alice: User, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_CAPABILITY_OVERRIDES = {
        name: {"context_tokens": 8_192, "vision": False, "json_schema": True}
        for name in ("azure:gpt-4o-mini", "openai:gpt-4o-mini", "azure:gpt-4o", "openai:gpt-4o")
    }
    asset = prepared(alice, "Roof.jpg", files.photo())

    told = alice_client.post(f"/app/media/{asset.pk}/describe")
    assert (told.status_code, told.json()["code"]) == (503, "nothing_sees")
    assert not QuotaPeriod.objects.exists()
