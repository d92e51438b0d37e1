from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import User
from analytics.models import Event
from content import history
from content.history import Draft, OwnText, provenance, versions
from content.models import Content, ContentVersion, Generation, Origin, ProvenanceEntry, Variant
from tests.content import states
from tests.content.states import DONE

NOW = timezone.now().replace(microsecond=0)


def begun(user: User, **fields: Any) -> Content:
    return history.begin(user, Draft(**{"body": "Rain.", **fields}), key="a page", now=NOW)


def typed(content: Content, body: str, *, minutes: float = 0, **fields: Any) -> Content:
    content = Content.objects.get(pk=content.pk)
    draft = replace(history.draft_of(content), body=body, **fields)
    return history.save(content, draft, base_revision=content.revision, now=NOW + timedelta(minutes=minutes))


def variant(user: User, content: Content, body: str) -> Variant:
    row = states.generation(user, DONE)
    Generation.objects.filter(pk=row.pk).update(content=content)
    Variant.objects.filter(generation=row).update(body=body, model="gpt-4o-mini")
    return Variant.objects.get(generation=row)


class TestBegin:
    def test_a_draft_begins_with_its_first_word(self, alice: User) -> None:
        content = begun(alice, own={"x": OwnText()}, brief={"prompt": "Rain"})
        assert (content.revision, content.state, content.origin, content.platform) == (1, "draft", "human", "x")
        assert [(version.revision, version.body) for version in versions.of(content)] == [(1, "Rain.")]
        assert Event.objects.filter(event="content.created").count() == 1

    def test_a_page_that_asks_again_gets_the_draft_that_is_there(self, alice: User, bob: User) -> None:
        first = begun(alice)
        assert begun(alice) == first
        assert begun(bob) != first

    def test_a_page_that_asks_twice_at_once_gets_one_draft(self, transactional_db: None, alice: User) -> None:
        found: list[Content] = []

        def ask() -> None:
            try:
                found.append(begun(alice))
            finally:
                connection.close()

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({content.pk for content in found}) == 1

    def test_a_draft_with_a_brief_only_has_no_version(self, alice: User) -> None:
        content = begun(alice, body="", brief={"prompt": "Rain"})
        assert versions.of(content) == []
        assert history.draft_of(content).brief == {"prompt": "Rain"}


class TestSave:
    def test_what_is_typed_is_stored_under_a_higher_revision(self, alice: User) -> None:
        content = typed(begun(alice), "Rain tonight.", title="Tonight")
        stored = Content.objects.get()
        assert (stored.title, stored.body, stored.revision) == ("Tonight", "Rain tonight.", 2)
        assert content.revision == 2

    def test_typing_is_one_version_for_five_minutes(self, alice: User) -> None:
        content = begun(alice)
        for minutes, body in enumerate(["Rain a", "Rain ab", "Rain abc", "Rain abcd", "Rain abcde", "Rain abcdef"]):
            typed(content, body, minutes=minutes)
        assert [(version.revision, version.body) for version in versions.of(content)] == [
            (7, "Rain abcdef"),
            (6, "Rain abcde"),
        ]

    def test_what_is_taken_out_stays_in_a_version_however_new_it_is(self, alice: User) -> None:
        content = typed(begun(alice), "A whole paragraph of words that somebody thought about for a long while.")
        typed(content, "")
        assert [version.body[:7] for version in versions.of(content)] == ["", "A whole"]

    def test_another_tab_is_never_overwritten(self, alice: User) -> None:
        content = begun(alice)
        typed(content, "The other tab.")
        with pytest.raises(history.Conflict) as conflict:
            history.save(content, replace(history.draft_of(content), body="This tab."), base_revision=1, now=NOW)
        assert conflict.value.current.body == "The other tab."
        assert Content.objects.get().body == "The other tab."

    def test_of_many_tabs_at_once_one_is_stored_and_all_others_hear_of_it(
        self, transactional_db: None, alice: User
    ) -> None:
        content = begun(alice)
        draft = history.draft_of(content)
        outcomes: list[str] = []

        def save(number: int) -> None:
            try:
                history.save(content, replace(draft, body=f"Tab {number}"), base_revision=1, now=NOW)
                outcomes.append("saved")
            except history.Conflict:
                outcomes.append("conflict")
            finally:
                connection.close()

        threads = [threading.Thread(target=save, args=[number]) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["conflict"] * 5 + ["saved"]
        assert Content.objects.get().revision == 2

    def test_a_save_whose_answer_was_lost_can_be_repeated(self, alice: User) -> None:
        content = begun(alice)
        draft = replace(history.draft_of(content), body="Rain tonight.")
        history.save(content, draft, base_revision=1, now=NOW)
        assert history.save(content, draft, base_revision=1, now=NOW).revision == 2

    def test_what_is_no_word_changes_no_revision(self, alice: User) -> None:
        content = begun(alice, own={"x": OwnText()})
        draft = replace(
            history.draft_of(content), audience="followers", brief={"prompt": "Sun"}, own={"x": OwnText(labelled=False)}
        )
        stored = history.save(content, draft, base_revision=1, now=NOW)
        assert (stored.revision, stored.audience, stored.brief) == (1, "followers", {"prompt": "Sun", "key": "a page"})
        assert not stored.channels.get().labelled

    def test_channels_are_saved_with_what_they_say(self, alice: User) -> None:
        content = typed(
            begun(alice), "Rain.", own={"x": OwnText(customized=True, body="Rain on X."), "reddit": OwnText()}
        )
        assert {row.channel: row.body for row in content.channels.all()} == {"x": "Rain on X.", "reddit": ""}
        assert versions.of(content)[0].channels == {"x": {"title": "", "body": "Rain on X.", "origin": "human"}}

    def test_a_scheduled_post_cannot_be_emptied(self, alice: User) -> None:
        content = begun(alice)
        Content.objects.update(state="scheduled")
        with pytest.raises(history.NeedsText):
            typed(content, " ")

    def test_what_was_there_before_there_were_versions_is_kept(self, alice: User) -> None:
        content = Content.objects.create(
            user=alice, body="Old.", origin=Origin.AI_GENERATED, created_at=NOW, updated_at=NOW
        )
        typed(content, "New.", minutes=1)
        assert [(version.body, version.reason) for version in versions.of(content)] == [
            ("New.", "typed"),
            ("Old.", "generated"),
        ]

    def test_the_newest_two_hundred_versions_are_kept(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(versions, "KEPT", 3)
        content = begun(alice)
        for number in range(6):
            typed(content, f"Rain {number}.", minutes=10 * number + 10)
        assert [version.body for version in versions.of(content)] == ["Rain 5.", "Rain 4.", "Rain 3."]


class TestRestore:
    def test_restoring_is_a_version_itself(self, alice: User) -> None:
        content = begun(alice)
        typed(content, "Sun.", minutes=10)
        restored = history.restore(content, versions.of(content)[1], now=NOW + timedelta(minutes=11))
        assert restored.body == "Rain."
        assert [(version.body, version.reason) for version in versions.of(content)] == [
            ("Rain.", "restored"),
            ("Sun.", "typed"),
            ("Rain.", "typed"),
        ]

    def test_what_channels_said_comes_back(self, alice: User) -> None:
        content = begun(alice, own={"x": OwnText(customized=True, body="Rain on X."), "reddit": OwnText()})
        typed(content, "Rain.", minutes=10, own={"reddit": OwnText()})
        restored = history.restore(content, versions.of(content)[-1], now=NOW + timedelta(minutes=11))
        assert history.draft_of(restored).own["x"] == OwnText(customized=True, body="Rain on X.")

    def test_a_draft_can_be_set_aside_for_what_the_other_tab_saved(self, alice: User) -> None:
        content = begun(alice)
        typed(content, "Theirs.", minutes=1)
        after = history.set_aside(content, replace(history.draft_of(content), body="Mine."), now=NOW)
        assert after.body == "Theirs."
        assert "Mine." in [version.body for version in versions.of(content)]


class TestOrigin:
    def test_a_human_text_stays_one(self, alice: User) -> None:
        assert typed(begun(alice), "Rain tonight.").origin == Origin.HUMAN

    def test_an_inserted_text_is_a_models_until_somebody_changes_it(self, alice: User, provider: Any) -> None:
        content = begun(alice, body="")
        content = history.insert(content, variant(alice, content, "Rain by a model."), title="Rain", now=NOW)
        assert (content.origin, content.title) == (Origin.AI_GENERATED, "Rain")
        assert typed(content, "Rain by a model and me.").origin == Origin.AI_ASSISTED

    def test_what_a_model_wrote_is_known_when_it_is_pasted(self, alice: User, provider: Any) -> None:
        content = begun(alice, body="")
        text = "A line of a model that is long enough to be known again.\nAnd another."
        variant(alice, content, text)
        assert typed(content, text).origin == Origin.AI_GENERATED
        other = typed(content, "")
        assert typed(other, f"Mine first. {text.splitlines()[0]}").origin == Origin.AI_ASSISTED

    def test_a_text_written_anew_is_human_again(self, alice: User, provider: Any) -> None:
        content = begun(alice, body="")
        content = history.insert(content, variant(alice, content, "By a model."), title="", now=NOW)
        typed(content, "", minutes=1)
        assert typed(content, "All my own words.", minutes=2).origin == Origin.HUMAN

    def test_a_restored_version_brings_its_origin_back(self, alice: User, provider: Any) -> None:
        content = begun(alice)
        history.insert(content, variant(alice, content, "By a model."), title="", now=NOW)
        assert history.restore(content, versions.of(content)[-1], now=NOW).origin == Origin.HUMAN

    def test_a_rewrite_that_is_undone_leaves_a_human_text(self, alice: User, provider: Any) -> None:
        content = begun(alice)
        rewritten = history.replace_passage(content, variant(alice, content, "Rain, rewritten."), "Rain.", now=NOW)
        assert rewritten.origin == Origin.AI_ASSISTED
        assert typed(rewritten, "Rain.").origin == Origin.HUMAN

    def test_each_step_is_logged_with_the_hash_of_its_words(self, alice: User, provider: Any) -> None:
        content = begun(alice)
        written = variant(alice, content, "By a model.")
        content = history.insert(content, written, title="", now=NOW + timedelta(minutes=1))
        typed(content, "By a model and me.", minutes=2)
        log = ProvenanceEntry.objects.filter(content_id=content.pk).order_by("pk")
        assert [(entry.action, entry.origin, entry.model) for entry in log] == [
            ("edited", "human", ""),
            ("generated", "ai_generated", "gpt-4o-mini"),
            ("edited", "ai_assisted", ""),
        ]
        assert bytes(log[1].text_sha256) == provenance.fingerprint("By a model.")

    def test_how_a_sitting_ended_is_logged_when_the_next_one_begins(self, alice: User) -> None:
        content = begun(alice)
        typed(content, "Rain tonight.", minutes=1)
        typed(content, "Rain tonight, at nine.", minutes=10)
        hashes = [bytes(entry.text_sha256) for entry in ProvenanceEntry.objects.order_by("pk")]
        assert hashes == [provenance.fingerprint(text) for text in ("Rain.", "Rain tonight.", "Rain tonight, at nine.")]

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_the_log_cannot_be_changed(self, alice: User, change: str) -> None:
        begun(alice)
        changes = {
            "update": lambda: ProvenanceEntry.objects.update(origin="human"),
            "delete": ProvenanceEntry.objects.all().delete,
        }
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            changes[change]()

    def test_versions_go_with_their_content_and_the_log_stays(self, alice: User) -> None:
        begun(alice).delete()
        assert not ContentVersion.objects.exists()
        assert ProvenanceEntry.objects.count() == 1


class TestLabels:
    def test_switching_a_label_off_and_on_is_logged_for_its_channel(self, alice: User) -> None:
        content = begun(alice, own={"x": OwnText(), "huntaze": OwnText()})
        typed(content, "Rain.", own={"x": OwnText(labelled=False), "huntaze": OwnText()})
        typed(content, "Rain, more.", minutes=1, own={"x": OwnText(labelled=True), "huntaze": OwnText()})

        entries = ProvenanceEntry.objects.filter(content_id=content.pk).exclude(channel="").order_by("pk")
        assert [(entry.action, entry.channel) for entry in entries] == [("unlabelled", "x"), ("labelled", "x")]
        assert bytes(entries[1].text_sha256) == provenance.fingerprint("Rain, more.")

    def test_saving_without_switching_logs_no_label(self, alice: User) -> None:
        content = begun(alice, own={"x": OwnText(labelled=False)})
        typed(content, "Rain, more.", minutes=1)

        logged = ProvenanceEntry.objects.filter(content_id=content.pk).exclude(channel="")
        assert [entry.action for entry in logged] == ["unlabelled"]
