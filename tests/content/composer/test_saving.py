"""Save what is typed: by the page's script, and without one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from content import channels, history, planning
from content.history import Draft, OwnText, versions
from content.models import Content, ContentVersion, Generation, Variant
from tests.content import states
from tests.content.states import DONE
from tests.strict_templates import refuse_unknown_variables

SCRIPT = {"X-Composer": "yes"}
LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def draft(alice: User) -> Content:
    own = {"x": OwnText(), "onlyfans": OwnText()}
    return history.begin(alice, Draft(title="Tonight", body="Rain.", own=own), key="page", now=timezone.now())


def fields(content: Content, **changed: Any) -> dict[str, Any]:
    return {
        "title": content.title,
        "body": content.body,
        "channels": channels.of(content),
        "revision": content.revision,
        "language": "en",
        **changed,
    }


class TestFirstWords:
    def test_they_make_a_draft_with_an_address(self, alice_client: Client) -> None:
        answer = alice_client.post(
            "/app/create", {"do": "save", "body": "Rain.", "key": "k", "channels": ["x"]}, headers=SCRIPT
        )
        content = Content.objects.get()
        assert answer.status_code == 201
        assert answer.json()["urls"]["page"] == f"/app/create/{content.pk}"
        assert (content.body, content.platform, content.state) == ("Rain.", "x", "draft")

    def test_a_page_that_lost_the_answer_asks_again_and_gets_the_same_draft(self, alice_client: Client) -> None:
        for _ in range(2):
            alice_client.post("/app/create", {"do": "save", "body": "Rain.", "key": "k"}, headers=SCRIPT)
        assert Content.objects.count() == 1

    def test_without_a_script_the_page_comes_again(self, alice_client: Client) -> None:
        answer = alice_client.post("/app/create", {"do": "save", "body": "Rain."})
        assert answer.headers["Location"] == f"/app/create/{Content.objects.get().pk}"

    def test_a_brief_half_written_is_kept_too(self, alice_client: Client) -> None:
        alice_client.post("/app/create", {"do": "save", "prompt": "Rainy Sun"}, headers=SCRIPT)
        assert Content.objects.get().brief["prompt"] == "Rainy Sun"

    def test_the_channels_of_the_last_post_are_chosen(self, alice_client: Client, draft: Content) -> None:
        form = alice_client.get("/app/create").context["form"]
        assert form["channels"].value() == ["x", "onlyfans"]


class TestSaving:
    def test_the_script_hears_what_it_must_show(self, alice_client: Client, draft: Content) -> None:
        Content.objects.update(origin="ai_generated")
        answer = alice_client.post(
            f"/app/create/{draft.pk}/save", fields(draft, body="Rain " * 60), headers=SCRIPT
        ).json()
        assert answer["revision"] == 2
        assert "AI-assisted" in answer["channels"]["x"].pop("origin_html")
        assert answer["channels"]["x"] == {
            "label": "#ai",
            "origin": "ai_assisted",
            "faults": [{"message": "24 characters too long", "stops": True}],
        }

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_another_tab_was_faster(self, alice_client: Client, draft: Content, language: str) -> None:
        User.objects.update(locale=language)
        alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body="The other tab."), headers=SCRIPT)
        answer = alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body="This tab."), headers=SCRIPT)
        assert answer.status_code == 409
        assert answer.json()["body"] == "The other tab."
        assert "<ins>This</ins>" in answer.json()["html"]
        assert ("Garder le mien" if language == "fr" else "Keep mine") in answer.json()["html"]
        page = alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body="This tab."))
        assert page.status_code == 409
        assert "This tab.</textarea>" in page.text
        assert "The other tab." in page.text

    @pytest.mark.parametrize(("resolve", "stays"), [("mine", "This tab."), ("theirs", "The other tab.")])
    def test_whichever_is_chosen_the_other_is_in_the_history(
        self, alice_client: Client, draft: Content, resolve: str, stays: str
    ) -> None:
        alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body="The other tab."), headers=SCRIPT)
        answer = alice_client.post(
            f"/app/create/{draft.pk}/save", fields(draft, body="This tab.", resolve=resolve), headers=SCRIPT
        )
        assert answer.json()["body"] == stays
        kept = {version.body for version in ContentVersion.objects.all()}
        assert "This tab." in kept
        if resolve == "theirs":
            assert kept >= {"This tab.", "The other tab."}

    def test_what_a_channel_says_and_whether_it_tells_of_ai(self, alice_client: Client, draft: Content) -> None:
        alice_client.post(
            f"/app/create/{draft.pk}/save",
            fields(draft, **{"own-x": "on", "body-x": "Rain on X.", "label-x": "yes"}),
            headers=SCRIPT,
        )
        own = history.draft_of(Content.objects.get()).own
        assert own["x"] == OwnText(customized=True, body="Rain on X.", labelled=False)
        assert own["onlyfans"] == OwnText()

    def test_the_channel_whose_text_a_version_was_put_into_is_said_by_the_page(
        self, alice_client: Client, alice: User, draft: Content, provider: Any
    ) -> None:
        row = states.generation(alice, DONE)
        Generation.objects.filter(pk=row.pk).update(content=draft)
        variant = Variant.objects.get(generation=row)
        sent = {"own-x": "on", "body-x": variant.body, "reason": "generated", "variant": str(variant.pk), "where": "x"}
        answer = alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, **sent), headers=SCRIPT).json()
        assert answer["own"]["x"] == {"customized": True, "title": "", "body": variant.body}
        assert (answer["channels"]["x"]["origin"], answer["channels"]["onlyfans"]["origin"]) == (
            "ai_generated",
            "human",
        )

    def test_a_conflict_shows_each_text_that_differs(self, alice_client: Client, draft: Content) -> None:
        url = f"/app/create/{draft.pk}/save"
        theirs = {"own-x": "on", "body-x": "The other tab on X."}
        alice_client.post(url, fields(draft, **theirs), headers=SCRIPT)
        mine = {"own-x": "on", "body-x": "This tab on X."}
        answer = alice_client.post(url, fields(draft, **mine), headers=SCRIPT)
        assert answer.status_code == 409
        assert answer.json()["own"]["x"]["body"] == "The other tab on X."
        assert 'data-theirs="x"' in answer.json()["html"]
        assert 'data-theirs=""' not in answer.json()["html"]
        page = alice_client.post(url, fields(draft, **mine)).text
        assert "This tab on X.</textarea>" in page

    def test_a_field_that_is_wrong_is_told_and_nothing_is_stored(self, alice_client: Client, draft: Content) -> None:
        url = f"/app/create/{draft.pk}/save"
        answer = alice_client.post(url, fields(draft, body="x" * 20_001), headers=SCRIPT)
        assert answer.status_code == 422
        assert "body" in answer.json()["errors"]
        page = alice_client.post(url, fields(draft, title="x" * 161))
        assert 'id="id_title_error"' in page.text
        assert Content.objects.get().revision == 1

    def test_a_scheduled_post_is_not_emptied(self, alice_client: Client, draft: Content) -> None:
        Content.objects.update(state="scheduled")
        answer = alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body=""), headers=SCRIPT)
        assert answer.json()["errors"]["body"] == ["This post is scheduled or published: it needs its text."]

    def test_an_inserted_version_says_whose_it_is(
        self, alice_client: Client, alice: User, draft: Content, provider: Any
    ) -> None:
        row = states.generation(alice, DONE)
        Generation.objects.filter(pk=row.pk).update(content=draft)
        variant = Variant.objects.get(generation=row)
        alice_client.post(
            f"/app/create/{draft.pk}/save",
            fields(draft, body=variant.body, reason="generated", variant=str(variant.pk)),
            headers=SCRIPT,
        )
        content = Content.objects.get(pk=draft.pk)
        assert content.origin == "ai_generated"
        assert versions.of(content)[0].reason == "generated"


class TestPage:
    def test_a_channel_tells_when_the_post_goes_out_there(
        self, alice_client: Client, alice: User, draft: Content
    ) -> None:
        due_at = timezone.now() + timedelta(days=1)
        (row,) = planning.schedule(draft, ["x"], due_at, now=timezone.now())
        told = alice_client.get(f"/app/create/{draft.pk}", headers=SCRIPT).json()["standing"]
        assert f"/app/publications/{row.pk}" in told["x"]
        assert told["onlyfans"] == ""
        assert f"/app/publications/{row.pk}" in alice_client.get(f"/app/create/{draft.pk}").text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_draft_opens_where_it_was_left(self, alice_client: Client, draft: Content, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get(f"/app/create/{draft.pk}").text
        assert "Rain.</textarea>" in page
        assert 'value="Tonight"' in page
        assert ("Historique" if language == "fr" else "History") in page

    def test_an_address_of_older_days_leads_there(self, alice_client: Client, draft: Content) -> None:
        answer = alice_client.get(f"/app/posts/{draft.pk}")
        assert answer.headers["Location"] == f"/app/create/{draft.pk}"

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_number_of_queries_does_not_grow(
        self, alice_client: Client, alice: User, draft: Content, count: int, provider: Any
    ) -> None:
        alice_client.get("/app/create")
        for number in range(count):
            row = states.generation(alice, DONE, DONE, DONE)
            Generation.objects.filter(pk=row.pk).update(content=draft)
            version = ContentVersion(content=draft, revision=number + 2, reason="typed", origin="human")
            version.created_at = timezone.now()
            version.save()
        with CaptureQueriesContext(connection) as queries:
            assert alice_client.get(f"/app/create/{draft.pk}").status_code == 200
        assert len(queries) <= 14, [query["sql"][:90] for query in queries]
        with CaptureQueriesContext(connection) as queries:
            assert alice_client.get(f"/app/create/{draft.pk}/history").status_code == 200
        # Session, user, content, its channels, versions, log, quota, the bell.
        assert len(queries) <= 8, [query["sql"][:90] for query in queries]


class TestHistory:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_version_is_compared_and_restored(self, alice_client: Client, draft: Content, language: str) -> None:
        User.objects.update(locale=language)
        alice_client.post(f"/app/create/{draft.pk}/save", fields(draft, body="Sun. " * 20), headers=SCRIPT)
        alice_client.post(f"/app/create/{draft.pk}/save", fields(Content.objects.get(), body="Snow."), headers=SCRIPT)
        version = versions.of(draft)[1]
        page = alice_client.get(f"/app/create/{draft.pk}/history?version={version.pk}").text
        assert "<del>Snow</del>" in page
        assert ("D’où vient ce texte" if language == "fr" else "Where this text comes from") in page
        answer = alice_client.post(f"/app/versions/{version.pk}/restore")
        assert answer.headers["Location"] == f"/app/create/{draft.pk}"
        assert Content.objects.get().body == version.body

    def test_the_script_gets_the_part_only(self, alice_client: Client, draft: Content) -> None:
        part = alice_client.get(f"/app/create/{draft.pk}/history", headers=SCRIPT).text
        assert "<html" not in part
        assert "Rain." in part
