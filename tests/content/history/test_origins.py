"""Who wrote what a channel says of its own, apart from the shared text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from content import channels, history, posts
from content.history import Draft, Made, OwnText, provenance, versions
from content.history.origins import TYPED
from content.models import ChannelText, Content, Generation, Origin, ProvenanceEntry, Variant
from tests.content import states
from tests.content.states import DONE

NOW = timezone.now().replace(microsecond=0)
MINE = "It rains, and I wrote this myself."
THEIRS = "It rains, a model says, at some length."

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def draft(alice: User) -> Content:
    return history.begin(alice, Draft(body=MINE, own={"x": OwnText(), "onlyfans": OwnText()}), key="a page", now=NOW)


def variant(user: User, content: Content, body: str, **fields: Any) -> Variant:
    row = states.generation(user, DONE)
    Generation.objects.filter(pk=row.pk).update(content=content, **fields)
    Variant.objects.filter(generation=row).update(body=body, model="gpt-4o-mini")
    return Variant.objects.get(generation=row)


def fresh(content: Content) -> Content:
    return Content.objects.get(pk=content.pk)


def saved(content: Content, *, minutes: float = 0, made: Made = TYPED, **own: OwnText) -> Content:
    content = fresh(content)
    draft = history.draft_of(content)
    return history.save(
        content,
        replace(draft, own={**draft.own, **own}),
        base_revision=content.revision,
        made=made,
        now=NOW + timedelta(minutes=minutes),
    )


def origins(content: Content) -> tuple[str, str, str]:
    content = fresh(content)
    return content.origin, channels.origin_of(content, "x"), channels.origin_of(content, "onlyfans")


def test_a_model_that_shortens_for_one_channel_had_no_part_in_the_others(alice: User, draft: Content) -> None:
    rewritten = variant(alice, draft, "It rains.", kind="rewrite", source=MINE, channel="x")
    posts.use(rewritten, now=NOW)

    assert origins(draft) == (Origin.HUMAN, Origin.AI_ASSISTED, Origin.HUMAN)
    content = fresh(draft)
    assert (content.body, history.draft_of(content).own["x"].body) == (MINE, "It rains.")
    assert channels.text(content, "x").body == "It rains.\n\n#ai"
    assert channels.text(content, "onlyfans").body == MINE


def test_a_version_for_a_channel_is_a_models_until_somebody_changes_it(alice: User, draft: Content) -> None:
    written = variant(alice, draft, THEIRS, channel="x")
    posts.use(written, now=NOW)
    assert origins(draft) == (Origin.HUMAN, Origin.AI_GENERATED, Origin.HUMAN)
    saved(draft, minutes=1, x=OwnText(customized=True, body=f"{THEIRS} And I say so too."))
    assert origins(draft) == (Origin.HUMAN, Origin.AI_ASSISTED, Origin.HUMAN)


def test_what_the_page_put_in_concerns_the_channel_that_it_names(alice: User, draft: Content) -> None:
    written = variant(alice, draft, THEIRS)
    made = Made(reason="generated", variant=written, where="x")
    saved(draft, made=made, x=OwnText(customized=True, body=THEIRS))
    assert origins(draft) == (Origin.HUMAN, Origin.AI_GENERATED, Origin.HUMAN)


def test_what_a_model_wrote_is_known_when_it_is_pasted_for_a_channel(alice: User, draft: Content) -> None:
    variant(alice, draft, THEIRS)
    saved(draft, x=OwnText(customized=True, body=THEIRS))
    assert origins(draft) == (Origin.HUMAN, Origin.AI_GENERATED, Origin.HUMAN)


def test_an_own_text_begins_with_the_origin_of_the_shared_one(alice: User, draft: Content) -> None:
    posts.use(variant(alice, draft, THEIRS), now=NOW)
    saved(draft, minutes=1, x=OwnText(customized=True, body=THEIRS))
    assert origins(draft) == (Origin.AI_GENERATED, Origin.AI_GENERATED, Origin.AI_GENERATED)
    saved(draft, minutes=2, x=OwnText(customized=True, body=f"{THEIRS} And I."))
    assert origins(draft) == (Origin.AI_GENERATED, Origin.AI_ASSISTED, Origin.AI_GENERATED)


def test_an_own_text_waits_with_its_origin_while_the_channel_says_what_all_say(alice: User, draft: Content) -> None:
    posts.use(variant(alice, draft, THEIRS, channel="x"), now=NOW)
    saved(draft, minutes=1, x=OwnText(customized=False, body=THEIRS))
    assert origins(draft)[1] == Origin.HUMAN
    assert channels.text(fresh(draft), "x").body == MINE
    saved(draft, minutes=2, x=OwnText(customized=True, body=THEIRS))
    assert origins(draft)[1] == Origin.AI_GENERATED


def test_an_undone_rewrite_leaves_a_human_text_there_too(alice: User, draft: Content) -> None:
    saved(draft, x=OwnText(customized=True, body="Mine, for X."))
    saved(
        draft,
        minutes=1,
        made=Made(reason="rewritten", variant=variant(alice, draft, "Other."), where="x"),
        x=OwnText(customized=True, body="Other."),
    )
    assert origins(draft)[1] == Origin.AI_ASSISTED
    saved(draft, minutes=2, x=OwnText(customized=True, body="Mine, for X."))
    assert origins(draft)[1] == Origin.HUMAN


def test_restoring_brings_the_origins_of_all_texts_back(alice: User, draft: Content) -> None:
    posts.use(variant(alice, draft, THEIRS, channel="x"), now=NOW)
    with_model = versions.of(draft)[0]
    saved(draft, minutes=10, x=OwnText(customized=True, body=""))
    saved(draft, minutes=20, x=OwnText(customized=True, body="All my own."))
    assert origins(draft)[1] == Origin.HUMAN
    history.restore(fresh(draft), with_model, now=NOW + timedelta(minutes=21))
    assert origins(draft) == (Origin.HUMAN, Origin.AI_GENERATED, Origin.HUMAN)


def test_a_draft_that_is_set_aside_leaves_the_origins_as_they_were(alice: User, draft: Content) -> None:
    posts.use(variant(alice, draft, THEIRS, channel="x"), now=NOW)
    mine = replace(history.draft_of(fresh(draft)), own={"x": OwnText(customized=True, body="Mine.")})
    history.set_aside(fresh(draft), mine, now=NOW + timedelta(minutes=1))
    assert origins(draft)[1] == Origin.AI_GENERATED
    assert "Mine." in [version.channels.get("x", {}).get("body") for version in versions.of(draft)]


def test_each_step_is_logged_for_the_channel_that_it_concerns(alice: User, draft: Content) -> None:
    posts.use(variant(alice, draft, THEIRS, channel="x"), now=NOW + timedelta(minutes=1))
    saved(draft, minutes=20, x=OwnText(customized=True, body="Mine."))
    log = ProvenanceEntry.objects.filter(content_id=draft.pk).order_by("pk")
    assert [(entry.action, entry.channel, entry.origin, entry.model) for entry in log] == [
        ("edited", "", "human", ""),
        ("generated", "x", "ai_generated", "gpt-4o-mini"),
        ("edited", "x", "ai_assisted", ""),
    ]
    assert bytes(log[1].text_sha256) == provenance.fingerprint(THEIRS)


def test_how_a_sitting_ended_is_logged_for_each_text(draft: Content) -> None:
    saved(draft, minutes=1, x=OwnText(customized=True, body="Mine"))
    saved(draft, minutes=2, x=OwnText(customized=True, body="Mine, for X."))
    saved(draft, minutes=10, x=OwnText(customized=True, body="Mine, for X alone."))
    hashes = [bytes(entry.text_sha256) for entry in ProvenanceEntry.objects.filter(channel="x").order_by("pk")]
    assert hashes == [provenance.fingerprint(text) for text in ("Mine, for X.", "Mine, for X alone.")]


def test_a_short_own_text_is_kept_when_its_channel_is_taken_out(draft: Content) -> None:
    saved(draft, x=OwnText(customized=True, body="Short."))
    content = fresh(draft)
    left = replace(history.draft_of(content), own={"onlyfans": OwnText()})
    history.save(content, left, base_revision=content.revision, now=NOW + timedelta(minutes=1))
    assert not ChannelText.objects.filter(channel="x").exists()
    assert "Short." in [version.channels.get("x", {}).get("body") for version in versions.of(draft)]


def test_a_version_for_an_empty_own_text_goes_there_by_itself(alice: User, draft: Content) -> None:
    written = variant(alice, draft, THEIRS, channel="x")
    posts.fill(draft.pk, written, now=NOW)
    assert not history.draft_of(fresh(draft)).own["x"].customized, "it said something already"
    saved(draft, minutes=1, x=OwnText(customized=True, body=""))
    posts.fill(draft.pk, written, now=NOW + timedelta(minutes=2))
    assert history.draft_of(fresh(draft)).own["x"].body == THEIRS


def test_a_version_for_a_channel_that_was_taken_out_becomes_the_shared_text(alice: User, draft: Content) -> None:
    written = variant(alice, draft, THEIRS, channel="reddit")
    posts.use(written, now=NOW)
    assert origins(draft)[0] == Origin.AI_GENERATED
    assert fresh(draft).body == THEIRS


def test_a_row_of_older_days_is_as_its_content(alice: User, draft: Content) -> None:
    ChannelText.objects.filter(channel="x").update(customized=True, body="Old.", origin="")
    Content.objects.update(origin="ai_assisted")
    assert channels.text(fresh(draft), "x").label == "#ai"
