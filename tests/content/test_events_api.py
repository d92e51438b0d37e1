"""The event stream of a generation: words as they come, resumable, and the rows when they are all there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing import streams
from content import watching
from content.models import Generation
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_workers")]

TEXT = "Il pleut sur Lyon ce soir."


@dataclass(frozen=True)
class Seen:
    id: str
    name: str
    data: dict[str, Any]


def read(response: Any) -> list[Seen]:
    return list(parsed(b"".join(response.streaming_content).decode()))


def parsed(stream: str) -> Iterator[Seen]:
    for block in stream.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            yield Seen(fields.get("id", ""), fields["event"], json.loads(fields["data"]))


@pytest.fixture
def generation(alice_api: APIClient, provider: OpenAIServer) -> dict[str, Any]:
    provider.script(text=TEXT)
    body: dict[str, Any] = alice_api.post("/api/content/generate", {"prompt": "Rain"}, format="json").json()
    return body


def test_the_words_come_in_order_and_done_carries_the_whole(alice_api: APIClient, generation: dict[str, Any]) -> None:
    response = alice_api.get(generation["events"], headers={"Accept": "text/event-stream"})

    assert response["Content-Type"] == "text/event-stream"
    assert response["Cache-Control"] == "private, no-store"
    seen = read(response)
    assert seen[0].name == "progress"
    assert seen[0].data["state"] == "writing"
    assert "".join(event.data["text"] for event in seen if event.name == "token") == TEXT
    assert [event.data["state"] for event in seen if event.name == "progress"] == ["writing", "done"]
    assert seen[-1].name == "done"
    assert seen[-1].data["content"]["body"] == TEXT
    assert seen[-1].data == alice_api.get(generation["events"].removesuffix("/events")).json()
    assert all(event.id for event in seen)


def test_last_event_id_resumes_after_it(alice_api: APIClient, generation: dict[str, Any]) -> None:
    whole = read(alice_api.get(generation["events"]))

    rest = read(alice_api.get(generation["events"], headers={"Last-Event-ID": whole[3].id}))

    assert rest == whole[4:]


def test_after_the_last_event_the_end_is_told_again(alice_api: APIClient, generation: dict[str, Any]) -> None:
    last = read(alice_api.get(generation["events"]))[-1]

    again = read(alice_api.get(generation["events"], headers={"Last-Event-ID": last.id}))

    assert [event.name for event in again] == ["progress", "done"]


def test_when_the_stream_is_gone_the_rows_tell(alice_api: APIClient, generation: dict[str, Any]) -> None:
    streams.valkey().flushdb()

    seen = read(alice_api.get(generation["events"]))

    assert [event.name for event in seen] == ["progress", "done"]
    assert seen[0].data["body"] == TEXT


def test_a_failure_is_an_error_event(alice_api: APIClient, provider: OpenAIServer) -> None:
    provider.script(Fault.PROMPT_FILTERED)
    alice_api.post("/api/content/generate", {"prompt": "Rain"}, format="json")
    generation = Generation.objects.get()

    seen = read(alice_api.get(f"/api/content/generations/{generation.pk}/events"))

    assert seen[-1].name == "error"
    assert seen[-1].data["code"] == "content_blocked"


@pytest.mark.parametrize("event_id", ["nonsense", "1-2-3", "99999999999999999999-0", "'; --"])
def test_a_forged_event_id_is_400(event_id: str, alice_api: APIClient, generation: dict[str, Any]) -> None:
    response = alice_api.get(generation["events"], headers={"Last-Event-ID": event_id})

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"


def test_words_of_a_worker_that_lost_its_claim_are_left_out(
    alice: User, alice_api: APIClient, generation: dict[str, Any]
) -> None:
    row = Generation.objects.get()
    streams.valkey().flushdb()
    publisher = streams.Publisher(watching.key(row.pk))
    publisher.publish("progress", {"variant": 0, "claim": 2, "state": "restarted"})
    publisher.publish("token", {"variant": 0, "claim": 1, "text": "late words of the first worker"})
    publisher.publish("token", {"variant": 0, "claim": 2, "text": "new"})
    publisher.publish("done", {})

    seen = read(alice_api.get(generation["events"]))

    assert [event.data["text"] for event in seen if event.name == "token"] == ["new"]


def test_a_cut_in_mid_answer_restarts_the_text(alice_api: APIClient, provider: OpenAIServer) -> None:
    provider.script(Fault.CUT_MID_STREAM, after_chunks=2, text="This will break off somewhere.")
    provider.script(text=TEXT)
    body = alice_api.post("/api/content/generate", {"prompt": "Rain"}, format="json").json()

    seen = read(alice_api.get(body["events"]))

    states = [event.data["state"] for event in seen if event.name == "progress"]
    assert states == ["writing", "restarted", "done"]
    assert body["content"]["body"] == TEXT
    assert body["ai"]["attempts"] == 2


def test_of_three_variants_each_word_names_its_own(alice_api: APIClient, provider: OpenAIServer) -> None:
    body = alice_api.post("/api/content/generate", {"prompt": "Rain", "variants": 3}, format="json").json()

    seen = read(alice_api.get(body["events"]))

    for variant in body["variants"]:
        words = [e.data["text"] for e in seen if e.name == "token" and e.data["variant"] == variant["index"]]
        assert "".join(words).strip() == variant["body"] != ""
    assert [event.name for event in seen].count("done") == 1
    assert body["content"]["body"] == body["variants"][0]["body"]
