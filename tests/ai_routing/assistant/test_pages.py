"""The pages of the assistant, in every state, to everybody."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from ai_routing.assistant import asking
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import Status
from billing import quota
from billing.models import QuotaPeriod
from tests.ai_routing.assistant import talking
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr"]
STATES: dict[str, dict[str, Any]] = {
    "done": {},
    "stopped": talking.STOPPED,
    "filtered": talking.failed("content_blocked"),
    "down": talking.failed("ai_unavailable"),
    "too long": talking.failed("invalid_request"),
    "writing": talking.WRITING,
    "queued": talking.QUEUED,
}


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestIndex:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_opens_empty_with_questions_to_start_with(self, alice_client: Client, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get("/app/assistant").text
        assert page.count('class="suggestion"') == 3
        assert 'name="question"' in page

    def test_it_is_in_the_navigation(self, alice_client: Client) -> None:
        assert re.search(r'href="/app/assistant"\s+aria-current="page"', alice_client.get("/app/assistant").text)

    def test_a_question_begins_a_conversation(self, alice_client: Client) -> None:
        response = alice_client.post("/app/assistant", {"question": "What next?\r\nAnd then?"})
        turn = Turn.objects.get()
        assert response.headers["Location"] == f"/app/assistant/{turn.conversation_id}#turn-0"
        assert turn.question == "What next?\nAnd then?"

    @pytest.mark.parametrize("question", ["", "  ", "x" * 4_001])
    def test_a_wrong_question_is_told_and_kept(self, alice_client: Client, question: str) -> None:
        response = alice_client.post("/app/assistant", {"question": question})
        assert response.status_code == 422
        assert 'id="id_question_error"' in response.text
        assert not Conversation.objects.exists()

    def test_conversations_are_listed_with_the_beginning_of_their_last_answer(
        self, alice: User, alice_client: Client
    ) -> None:
        row = talking.talk(alice, turns=2)
        page = alice_client.get("/app/assistant").text
        assert f'href="/app/assistant/{row.pk}"' in page
        assert "About rain" in page
        assert "It rained." in page

    def test_thirty_a_page(self, alice: User, alice_client: Client) -> None:
        now = timezone.now()
        for number in range(33):
            Conversation.objects.create(user=alice, title=f"Talk {number}", created_at=now, updated_at=now)
        page = alice_client.get("/app/assistant").text
        assert page.count('class="post"') == 30
        older = re.search(r'href="(\?before=[^"]+)"', page)
        assert older is not None
        assert alice_client.get(f"/app/assistant{older[1]}").text.count('class="post"') == 3

    def test_a_cursor_that_is_none_shows_the_newest(self, alice: User, alice_client: Client) -> None:
        talking.talk(alice)
        assert "About rain" in alice_client.get("/app/assistant?before=nonsense").text

    def test_queries_do_not_grow(self, alice: User, alice_client: Client) -> None:
        talking.talk(alice)
        one = queries(alice_client, "/app/assistant")
        for _ in range(30):
            talking.talk(alice)
        assert queries(alice_client, "/app/assistant") == one <= 9


class TestConversation:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("state", STATES)
    def test_every_state_has_its_page(self, alice: User, alice_client: Client, state: str, language: str) -> None:
        User.objects.update(locale=language)
        row = talking.talk(alice, turns=2, **STATES[state])
        response = alice_client.get(f"/app/assistant/{row.pk}")
        assert response.status_code == 200
        shown = re.findall(r'id="turn-(\d)"\s+data-status="(\w+)"', response.text)
        assert shown == [("0", "done"), ("1", str(STATES[state].get("status", Status.DONE)))]

    def test_an_answer_shows_sources_and_figures(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice)
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        post = row.turns.get().sources[0].removeprefix("post:")
        assert f'<a class="cite" href="/app/posts/{post}" title="Post 0">[1]</a>.' in page
        assert f'href="/app/posts/{post}" dir="auto">Post 0</a>' in page
        for figure in ("1.8 s", "gpt-4o-mini", "$0.00015", "saved 96%", "1,124 tokens in, 96 out"):
            assert figure in page

    def test_with_the_local_model_a_saving_is_not_claimed(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, baseline_micro_usd=None)
        assert "saved n/a" in alice_client.get(f"/app/assistant/{row.pk}").text

    def test_what_people_and_models_write_is_text(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, question="<script>alert(1)</script>", answer='<img src=x onerror="1">', sources=[])
        Conversation.objects.update(title="<b>Title</b>")
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        assert not re.search(r"<script>alert|<img|<b>Title", page)
        assert "<b>Title" not in alice_client.get("/app/assistant").text
        assert "<b>Title" not in alice_client.get(f"/app/assistant/{row.pk}/delete").text

    @pytest.mark.parametrize(
        ("code", "way_on"),
        [
            ("content_blocked", "Ask it with other words"),
            ("ai_unavailable", "Ask again in a minute"),
            ("invalid_request", "begin a new conversation"),
        ],
    )
    def test_a_failure_says_the_way_on_and_that_it_was_free(
        self, alice: User, alice_client: Client, code: str, way_on: str
    ) -> None:
        page = alice_client.get(f"/app/assistant/{talking.talk(alice, **talking.failed(code)).pk}").text
        assert way_on in page
        assert "Nothing was charged" in page
        assert "not charged" in page

    def test_gentler_words_are_offered_after_a_filter(self, alice: User, alice_client: Client) -> None:
        refused: dict[str, Any] = {
            "filtered": {"where": "prompt", "categories": ["sexual"]},
            "question": "May I post naked selfies?",
        }
        row = talking.talk(alice, **talking.failed("content_blocked"), **refused)
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        assert "Ask it like this" in page
        assert 'value="May I post barely dressed selfies?"' in page
        Turn.objects.update(question="May I?")
        assert "Ask it like this" not in alice_client.get(f"/app/assistant/{row.pk}").text

    def test_under_way_it_watches_and_can_be_stopped(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, **talking.WRITING)
        turn = row.turns.get()
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        assert f'data-events="/api/assistant/turns/{turn.pk}/events"' in page
        assert "stream.js" in page
        assert re.search(r'type="submit"\s+disabled', page)
        assert "See how far it is" in page.partition("<noscript>")[2].partition("</noscript>")[0]
        response = alice_client.post(f"/app/assistant/turns/{turn.pk}/stop")
        assert response.headers["Location"] == f"/app/assistant/{row.pk}#turn-0"
        assert row.turns.get().stop_requested_at is not None

    def test_an_ended_one_opens_no_stream_and_can_be_asked_again(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, turns=2)
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        assert "data-events" not in page
        assert "stream.js" not in page
        assert page.count(f'action="/app/assistant/{row.pk}/again"') == 1
        response = alice_client.post(f"/app/assistant/{row.pk}/again")
        assert response.headers["Location"] == f"/app/assistant/{row.pk}#turn-2"
        assert row.turns.get(index=2).question == "Question 1?"

    def test_a_question_while_one_is_answered_is_kept_and_told(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, **talking.WRITING)
        response = alice_client.post(f"/app/assistant/{row.pk}", {"question": "And then?"})
        assert response.status_code == 409
        assert "The last question is still being answered" in response.text
        assert "And then?</textarea>" in response.text
        assert row.turns.count() == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", ["", "/{}", "/{}/again"])
    def test_too_few_credits(self, alice: User, alice_client: Client, path: str, language: str) -> None:
        User.objects.update(locale=language)
        row = talking.talk(alice)
        quota.status(alice, now=timezone.now())
        QuotaPeriod.objects.update(credit_limit=0, used=0, reserved=0)
        response = alice_client.post(f"/app/assistant{path.format(row.pk)}", {"question": "And then?"})
        assert response.status_code == 402
        assert row.turns.count() == 1

    def test_no_model(self, alice_client: Client, settings: Any) -> None:
        settings.AI_ECONOMY_MODELS = []
        response = alice_client.post("/app/assistant", {"question": "And then?"})
        assert response.status_code == 503
        assert "No model is connected" in response.text

    def test_older_turns_are_a_page_away(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, turns=53)
        page = alice_client.get(f"/app/assistant/{row.pk}").text
        assert page.count("<article") == 50
        assert 'href="?before=3"' in page
        earlier = alice_client.get(f"/app/assistant/{row.pk}?before=3").text
        assert earlier.count("<article") == 3
        assert "Back to the newest" in earlier
        for nonsense in ("x", "-1", "²", "9" * 30):
            assert alice_client.get(f"/app/assistant/{row.pk}?before={nonsense}").status_code == 200

    def test_queries_do_not_grow(self, alice: User, alice_client: Client) -> None:
        one, many = talking.talk(alice), talking.talk(alice, turns=30)
        few = queries(alice_client, f"/app/assistant/{one.pk}")
        assert queries(alice_client, f"/app/assistant/{many.pk}") == few <= 6


class TestKeeping:
    def test_rename(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice)
        page = alice_client.post(f"/app/assistant/{row.pk}/rename", {"title": "Weather"}, follow=True).text
        assert "Renamed" in page
        assert Conversation.objects.get().title == "Weather"
        page = alice_client.post(f"/app/assistant/{row.pk}/rename", {"title": " "}, follow=True).text
        assert "needs a name" in page
        assert Conversation.objects.get().title == "Weather"

    def test_delete_asks_first(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice, turns=2)
        page = alice_client.get(f"/app/assistant/{row.pk}/delete").text
        assert "2 questions with their answers" in page
        assert f'href="/api/assistant/conversations/{row.pk}/export.md"' in page
        page = alice_client.post(f"/app/assistant/{row.pk}/delete", follow=True).text
        assert "Conversation deleted" in page
        assert not Conversation.objects.exists()

    def test_again_without_a_question_goes_back(self, alice: User, alice_client: Client) -> None:
        row = talking.talk(alice)
        row.turns.all().delete()
        assert alice_client.post(f"/app/assistant/{row.pk}/again").headers["Location"] == f"/app/assistant/{row.pk}"
        assert "There are no earlier questions" in alice_client.get(f"/app/assistant/{row.pk}").text


class TestWhoMayEnter:
    @pytest.fixture
    def paths(self, alice: User) -> list[tuple[str, str]]:
        row = talking.talk(alice, **talking.WRITING)
        one = f"/app/assistant/{row.pk}"
        stop = f"/app/assistant/turns/{row.turns.get().pk}/stop"
        return [
            ("GET", one),
            ("POST", one),
            ("POST", f"{one}/again"),
            ("POST", f"{one}/rename"),
            ("GET", f"{one}/delete"),
            ("POST", f"{one}/delete"),
            ("POST", stop),
        ]

    def test_for_another_creator_it_does_not_exist(self, bob_client: Client, paths: list[tuple[str, str]]) -> None:
        before = (list(Turn.objects.values()), list(Conversation.objects.values()))
        for method, path in paths:
            response = bob_client.generic(method, path, "question=x&title=x", "application/x-www-form-urlencoded")
            assert response.status_code == 404, (method, path)
        assert (list(Turn.objects.values()), list(Conversation.objects.values())) == before
        assert "About rain" not in bob_client.get("/app/assistant").text

    def test_a_fan_is_told_what_to_do(self, client: Client, charlie: User, paths: list[tuple[str, str]]) -> None:
        client.force_login(charlie)
        for method, path in [("GET", "/app/assistant"), *paths]:
            response = client.generic(method, path)
            assert response.status_code == 403
            assert "This part is for creators" in response.text

    def test_a_visitor_logs_in_first(self, client: Client, paths: list[tuple[str, str]]) -> None:
        for method, path in [("GET", "/app/assistant"), *paths]:
            assert client.generic(method, path).headers["Location"] == f"/login?next={path}"

    def test_what_changes_things_is_never_a_link(self, alice_client: Client, paths: list[tuple[str, str]]) -> None:
        for path in {path for _, path in paths if path.endswith(("again", "rename", "stop"))}:
            assert alice_client.get(path).status_code == 405

    def test_what_never_was(self, alice_client: Client) -> None:
        assert alice_client.get(f"/app/assistant/{uuid4()}").status_code == 404

    def test_pages_stay_out_of_caches(self, alice_client: Client) -> None:
        assert "no-store" in alice_client.get("/app/assistant").headers["Cache-Control"]


def test_asking_works_from_question_to_page(alice: User, alice_client: Client, provider: Any) -> None:
    post = talking.post(alice, "Rain on Sunday")
    provider.script(text=f"Go on with rain [post:{post.pk}] [post:77].", times=None)
    turn = talking.ask(alice, "Which post was best?")
    assert asking.MAX_QUESTION == 4_000
    page = alice_client.get(f"/app/assistant/{turn.conversation_id}").text
    assert "Go on with rain" in text(page)
    assert "post:77" not in page


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)
