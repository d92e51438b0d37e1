"""The assistant over HTTP, as a program talks to it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing import streams
from ai_routing.assistant import asking, conversations
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import Status
from billing import quota
from billing.models import QuotaPeriod
from tests.ai_routing.assistant import talking
from tests.conftest import api_client
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db

URL = "/api/assistant/conversations"


@pytest.mark.usefixtures("eager_workers")
@pytest.mark.django_db(transaction=True)
class TestTalking:
    def test_a_question_begins_a_conversation(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(text="On Sunday.")

        response = alice_api.post(URL, {"question": "When?"}, format="json")

        assert response.status_code == 202
        body = response.json()
        assert response["Location"] == f"/api/assistant/turns/{body['id']}"
        assert body["events"] == f"{response['Location']}/events"
        told = alice_api.get(response["Location"]).json()
        assert (told["status"], told["question"], told["answer"], told["index"]) == ("done", "When?", "On Sunday.", 0)
        assert told["ai"]["model"] == "gpt-4o-mini"
        assert told["ai"]["tokens"]["input"] > 0
        assert told["ai"]["cost_usd"].startswith("0.0")

    def test_the_next_question_goes_into_it(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        first = alice_api.post(URL, {"question": "When?"}, format="json").json()

        second = alice_api.post(f"{URL}/{first['conversation_id']}/turns", {"question": "Why?"}, format="json").json()

        assert (second["conversation_id"], second["index"]) == (first["conversation_id"], 1)
        whole = alice_api.get(f"{URL}/{first['conversation_id']}").json()
        assert [turn["question"] for turn in whole["turns"]] == ["When?", "Why?"]
        assert whole["older"] is None

    def test_sources_come_with_title_and_address(
        self, alice: User, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        post = talking.post(alice, "Rain")
        provider.script(text=f"It rained [post:{post.pk}] [post:nothing].", times=None)

        turn = alice_api.post(URL, {"question": "My posts?"}, format="json").json()

        told = alice_api.get(f"/api/assistant/turns/{turn['id']}").json()
        assert told["answer"] == f"It rained [post:{post.pk}]."
        assert told["sources"] == [{"ref": f"post:{post.pk}", "title": "Rain", "url": f"/app/posts/{post.pk}"}]

    def test_a_failure_is_told_as_a_problem(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(Fault.PROMPT_FILTERED)

        turn = alice_api.post(URL, {"question": "Hm?"}, format="json").json()

        told = alice_api.get(f"/api/assistant/turns/{turn['id']}").json()
        assert told["status"] == "failed"
        assert (told["error"]["code"], told["error"]["status"]) == ("content_blocked", 422)
        assert told["error"]["way_on"]


class TestRefusals:
    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"question": ""},
            {"question": "  "},
            {"question": "x" * 4_001},
            {"question": "a\u0000b"},
            {"question": "\ud800"},
            {"question": ["x"]},
            {"question": "x", "model": "gpt-4o"},
            [],
        ],
    )
    def test_what_is_not_valid(self, alice_api: APIClient, data: Any) -> None:
        response = alice_api.post(URL, json.dumps(data), content_type="application/json")

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "invalid_request"
        assert not Conversation.objects.exists()

    def test_no_credits(self, alice: User, alice_api: APIClient) -> None:
        quota.status(alice, now=timezone.now())
        QuotaPeriod.objects.update(credit_limit=0)

        response = alice_api.post(URL, {"question": "Hm?"}, format="json")

        assert (response.status_code, response.json()["code"]) == (402, "quota_exhausted")

    def test_an_answer_under_way(self, alice: User, alice_api: APIClient) -> None:
        turn = asking.ask(alice, None, "Hm?", now=timezone.now())

        response = alice_api.post(f"{URL}/{turn.conversation_id}/turns", {"question": "And?"}, format="json")

        assert (response.status_code, response.json()["code"]) == (409, "answer_under_way")
        assert "Wait for it or stop it" in response.json()["detail"]

    def test_a_fan(self, charlie: User) -> None:
        response = api_client(charlie).post(URL, {"question": "Hm?"}, format="json")

        assert (response.status_code, response.json()["code"]) == (403, "plan_required")

    def test_no_model(self, alice_api: APIClient, settings: Any) -> None:
        settings.AI_ECONOMY_MODELS = []

        response = alice_api.post(URL, {"question": "Hm?"}, format="json")

        assert (response.status_code, response.json()["code"]) == (503, "ai_unavailable")
        assert not Conversation.objects.exists()

    @pytest.mark.parametrize("query", ["before=nonsense", "before=-1", "before=99999999999999999999"])
    def test_a_page_that_is_none(self, alice: User, alice_api: APIClient, query: str) -> None:
        row = talking.talk(alice)

        assert alice_api.get(f"{URL}/{row.pk}?{query}").status_code == 400
        if "nonsense" in query:
            assert alice_api.get(f"{URL}?{query}").status_code == 400


class TestWhoseItIs:
    def addresses(self, row: Conversation) -> list[tuple[str, str]]:
        turn = row.turns.order_by("index").first()
        assert turn is not None
        one, its_turn = f"{URL}/{row.pk}", f"/api/assistant/turns/{turn.pk}"
        return [
            ("GET", one),
            ("PATCH", one),
            ("DELETE", one),
            ("POST", f"{one}/turns"),
            ("GET", f"{one}/export.json"),
            ("GET", f"{one}/export.md"),
            ("GET", its_turn),
            ("POST", f"{its_turn}/stop"),
            ("GET", f"{its_turn}/events"),
        ]

    def test_for_another_creator_nothing_exists(self, alice: User, bob_api: APIClient) -> None:
        row = talking.talk(alice, **talking.WRITING)
        before = (list(Turn.objects.order_by("pk").values()), list(Conversation.objects.values()))

        for method, url in self.addresses(row):
            response = bob_api.generic(method, url, json.dumps({"question": "x"}), "application/json")
            assert (response.status_code, response.json()["code"]) == (404, "not_found"), (method, url)
        assert (list(Turn.objects.order_by("pk").values()), list(Conversation.objects.values())) == before
        assert bob_api.get(URL).json()["conversations"] == []

    def test_another_creators_cursor_tells_nothing(self, alice: User, bob: User, bob_api: APIClient) -> None:
        mine, other = talking.talk(bob), talking.talk(alice)

        assert [row["id"] for row in bob_api.get(f"{URL}?before={other.pk}").json()["conversations"]] == [str(mine.pk)]

    def test_logged_out_there_is_nothing_to_see(self, alice: User) -> None:
        for method, url in [("GET", URL), ("POST", URL), *self.addresses(talking.talk(alice))]:
            response = APIClient().generic(method, url, "{}", "application/json")
            assert (response.status_code, response.json()["code"]) == (401, "not_authenticated"), (method, url)

    def test_what_never_was_looks_the_same(self, alice_api: APIClient) -> None:
        assert alice_api.get(f"{URL}/{uuid4()}").json()["code"] == "not_found"


class TestLists:
    def test_the_last_one_talked_in_comes_first(self, alice: User, alice_api: APIClient) -> None:
        rows = [talking.talk(alice) for _ in range(3)]
        rows[0].updated_at = timezone.now()
        rows[0].save()

        shown = [row["id"] for row in alice_api.get(URL).json()["conversations"]]

        assert shown == [str(rows[index].pk) for index in (0, 2, 1)]

    def test_pages_are_bounded_and_meet_without_a_gap(self, alice: User, alice_api: APIClient) -> None:
        now = timezone.now()
        # All at one moment: the cursor must not lose or repeat those that tie.
        Conversation.objects.bulk_create(
            Conversation(user=alice, title=f"{number}", created_at=now, updated_at=now) for number in range(65)
        )
        seen: list[str] = []
        older = ""
        while True:
            page = alice_api.get(f"{URL}?before={older}" if older else URL).json()
            assert len(page["conversations"]) <= conversations.PAGE
            seen += [row["title"] for row in page["conversations"]]
            older = page["older"]
            if not older:
                break
        assert len(seen) == len(set(seen)) == 65

    def test_turns_come_fifty_at_a_time(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice, turns=53)

        page = alice_api.get(f"{URL}/{row.pk}").json()
        assert [turn["index"] for turn in page["turns"]] == list(range(3, 53))
        rest = alice_api.get(f"{URL}/{row.pk}?before={page['older']}").json()
        assert [turn["index"] for turn in rest["turns"]] == [0, 1, 2]
        assert rest["older"] is None

    def test_queries_do_not_grow(self, alice: User, alice_api: APIClient) -> None:
        few = talking.talk(alice, turns=1)
        # The first request notes when the key was last used.
        alice_api.get(URL)
        before = [queries(alice_api, url) for url in (URL, f"{URL}/{few.pk}")]
        many = talking.talk(alice, turns=30)
        for _ in range(29):
            talking.talk(alice)

        assert [queries(alice_api, url) for url in (URL, f"{URL}/{many.pk}")] == before
        assert max(before) <= 5


class TestKeeping:
    def test_a_conversation_gets_another_name(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice)

        response = alice_api.patch(f"{URL}/{row.pk}", {"title": "Weather"}, format="json")

        assert response.json()["title"] == "Weather"
        assert alice_api.patch(f"{URL}/{row.pk}", {"title": ""}, format="json").status_code == 400

    def test_deleted_it_is_gone(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice)

        assert alice_api.delete(f"{URL}/{row.pk}").status_code == 204
        assert alice_api.get(f"{URL}/{row.pk}").status_code == 404
        assert not Turn.objects.exists()

    def test_stop_asks_the_worker_once(self, alice: User, alice_api: APIClient) -> None:
        turn = talking.talk(alice, **talking.WRITING).turns.get()

        assert alice_api.post(f"/api/assistant/turns/{turn.pk}/stop").status_code == 202
        first = Turn.objects.get().stop_requested_at
        alice_api.post(f"/api/assistant/turns/{turn.pk}/stop")
        assert first is not None
        assert Turn.objects.get().stop_requested_at == first


class TestExport:
    def test_json_holds_it_all(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice, turns=53)

        response = alice_api.get(f"{URL}/{row.pk}/export.json")

        assert response["Content-Type"] == "application/json"
        assert response["Content-Disposition"].startswith('attachment; filename="huntaze-about-rain-')
        told = json.loads(response.content)
        assert told["title"] == "About rain"
        assert [turn["question"] for turn in told["turns"]] == [f"Question {index}?" for index in range(53)]
        assert told["turns"][0]["sources"][0]["url"].startswith("http://")
        assert told["turns"][0]["ai"]["model"] == "gpt-4o-mini"

    def test_markdown_is_for_people(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice, turns=2, **talking.failed("ai_unavailable"))
        Turn.objects.filter(index=0).update(question="Is *this*\nmine?")

        text = alice_api.get(f"{URL}/{row.pk}/export.md").content.decode()

        assert text.startswith("# About rain\n")
        assert "> Is *this*\n> mine?" in text
        assert "It rained [1]." in text
        assert "1. [Post 0](http" in text
        assert "*No model could answer*" in text

    def test_what_an_answer_holds_is_no_markup_of_the_file(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice, answer="# Title\n<script>x</script> `code`", sources=[])

        text = alice_api.get(f"{URL}/{row.pk}/export.md").content.decode()

        assert "\\# Title" in text
        assert "<script>" not in text

    def test_a_name_without_letters_makes_a_file_all_the_same(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice)
        Conversation.objects.update(title='雨"; \r\nX: y')

        assert 'filename="huntaze-x-y-' in alice_api.get(f"{URL}/{row.pk}/export.md")["Content-Disposition"]


@pytest.mark.usefixtures("eager_workers")
@pytest.mark.django_db(transaction=True)
class TestEvents:
    @pytest.fixture
    def turn(self, alice: User, alice_api: APIClient, provider: OpenAIServer) -> dict[str, Any]:
        post = talking.post(alice, "Rain")
        provider.script(text=f"It rained [post:{post.pk}] and [post:12] stopped.", times=None)
        body: dict[str, Any] = alice_api.post(URL, {"question": "My posts?"}, format="json").json()
        return body

    def test_words_come_in_order_with_numbers_for_sources(self, alice_api: APIClient, turn: dict[str, Any]) -> None:
        seen = read(alice_api.get(turn["events"]))

        assert [event["name"] for event in seen[:1] + seen[-2:]] == ["progress", "progress", "done"]
        words = "".join(event["data"]["text"] for event in seen if event["name"] == "token")
        assert words == "It rained [1] and"
        assert seen[-2]["data"]["body"] == "It rained [1] and stopped."
        assert seen[-1]["data"] == alice_api.get(f"/api/assistant/turns/{turn['id']}").json()
        assert "post:12" not in json.dumps(seen)

    def test_last_event_id_resumes_after_it(self, alice_api: APIClient, turn: dict[str, Any]) -> None:
        whole = read(alice_api.get(turn["events"]))

        assert read(alice_api.get(turn["events"], headers={"Last-Event-ID": whole[2]["id"]})) == whole[3:]

    def test_when_the_stream_is_gone_the_row_tells(self, alice_api: APIClient, turn: dict[str, Any]) -> None:
        streams.valkey().flushdb()

        assert [event["name"] for event in read(alice_api.get(turn["events"]))] == ["progress", "done"]

    def test_a_failure_is_an_error_event(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(Fault.PROMPT_FILTERED)
        turn = alice_api.post(URL, {"question": "Hm?"}, format="json").json()

        last = read(alice_api.get(turn["events"]))[-1]

        assert (last["name"], last["data"]["code"]) == ("error", "content_blocked")

    def test_a_forged_event_id_is_400(self, alice_api: APIClient, turn: dict[str, Any]) -> None:
        response = alice_api.get(turn["events"], headers={"Last-Event-ID": "nonsense"})

        assert (response.status_code, response.json()["code"]) == (400, "invalid_request")

    def test_who_watches_what_is_deleted_is_told(self, alice: User, alice_api: APIClient) -> None:
        row = talking.talk(alice, **talking.WRITING)
        response = alice_api.get(f"/api/assistant/turns/{row.turns.get().pk}/events")
        conversations.delete(row, now=timezone.now())

        seen = read(response)

        assert [(event["name"], event["data"]["code"]) for event in seen] == [("error", "not_found")]

    def test_a_stop_before_any_word_ends_the_stream_with_done(self, alice: User, alice_api: APIClient) -> None:
        turn = talking.talk(alice, **talking.QUEUED).turns.get()
        alice_api.post(f"/api/assistant/turns/{turn.pk}/stop")

        seen = read(alice_api.get(f"/api/assistant/turns/{turn.pk}/events"))

        assert seen[-1]["name"] == "done"
        assert seen[-1]["data"]["status"] == Status.STOPPED


def queries(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def read(response: Any) -> list[dict[str, Any]]:
    found = []
    for block in b"".join(response.streaming_content).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append({"id": fields.get("id", ""), "name": fields["event"], "data": json.loads(fields["data"])})
    return found
