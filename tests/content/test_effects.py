"""What a yes to a text of the AI team does: a post of the creator's own, on the calendar when it can go out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from ai_routing.team import approval, decisions
from ai_routing.team.approval import Decision
from content import channels, voices
from content.models import Content, ProvenanceEntry, Publication
from tests.ai_routing.team import crew
from tests.content.pages.conftest import ready, start  # noqa: F401
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


def approve(run: Run, **changes: Any) -> Content:
    """Say yes to the first text, changed, and return what became of it."""
    first = crew.proposals(run)[0]
    decision = Decision(approved=True, payload=changes or None)
    approval.decide(run.pk, {first.pk: decision}, now=timezone.now())
    return Content.objects.get(run=run)


def test_a_yes_puts_the_post_on_the_calendar(ready: Run, alice: User) -> None:  # noqa: F811
    post = approve(ready)

    publication = Publication.objects.get()
    assert (publication.content, publication.user, publication.channel) == (post, alice, "x")
    assert publication.due_at == post.planned_for
    assert (post.state, channels.of(post)) == ("scheduled", ["x"])
    assert crew.proposals(ready)[0].payload["held_back"] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": "x" * 300}, "X"),
        ({"platform": "generic"}, "Choose where it goes"),
        ({"planned_for": "2020-01-01T12:00:00+00:00"}, "time has passed"),
    ],
)
def test_a_post_that_is_not_ready_keeps_its_day_and_says_why(
    ready: Run,  # noqa: F811
    change: dict[str, str],
    told: str,
) -> None:
    post = approve(ready, **change)

    assert not Publication.objects.exists()
    assert post.state == "draft"
    assert post.planned_for is not None
    (held_back,) = crew.proposals(ready)[0].payload["held_back"]
    assert told in held_back


@pytest.mark.parametrize(("everywhere", "expected"), [(True, ["x", "threads"]), (False, ["x"])])
def test_where_the_brief_asks_for_it_a_text_goes_to_all_its_platforms(
    start: Callable[..., Run],  # noqa: F811
    provider: OpenAIServer,
    everywhere: bool,
    expected: list[str],
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", platform="x"))
    day = timezone.now().date() + timedelta(days=30)
    told = {"starts_on": day.isoformat(), "posts": 1, "platforms": ["x", "threads", "generic"]}
    run = crew.work(start(**told, **({"everywhere": "on"} if everywhere else {})))
    heard = ["Post each text on all of these platforms: yes" in json.dumps(call.body) for call in provider.requests]
    assert set(heard) == {everywhere}

    post = approve(run)

    assert channels.of(post) == expected
    assert list(Publication.objects.order_by("pk").values_list("channel", flat=True)) == expected
    assert set(Publication.objects.values_list("due_at", flat=True)) == {post.planned_for}


def test_a_text_that_fits_one_of_its_channels_only_waits_for_them_all(
    ready: Run,  # noqa: F811
) -> None:
    post = approve(ready, text="x " * 200, platform="threads", also=["x"])

    assert (post.state, set(channels.of(post))) == ("draft", {"threads", "x"})
    (held_back,) = crew.proposals(ready)[0].payload["held_back"]
    assert held_back.startswith("X:")


def test_the_creator_chooses_the_channels_of_each_text_before_the_yes(
    start: Callable[..., Run],  # noqa: F811
    provider: OpenAIServer,
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", platform="x"))
    run = crew.work(start(posts=1, platforms=["x", "threads"]))
    proposal = crew.proposals(run)[0]
    prefix = str(proposal.pk)

    (shown,) = decisions.cards(run)
    assert shown.form["also"].value() == []
    assert list(shown.form.fields["also"].choices) == [("threads", "Threads")]  # type: ignore[attr-defined]

    sent = QueryDict(mutable=True)
    sent.update({f"{prefix}-{name}": proposal.payload[name] for name in ("title", "text", "platform", "planned_for")})
    sent.update({f"{prefix}-planned_for": proposal.payload["planned_for"][:19], "approve": prefix})
    sent.setlist(f"{prefix}-also", ["threads"])
    words, sound = decisions.read(decisions.cards(run, sent), sent)
    assert sound
    approval.decide(run.pk, words, now=timezone.now())

    post = Content.objects.get(run=run)
    assert channels.of(post) == ["x", "threads"]
    # Where it goes is no change of its words.
    assert post.origin == "ai_generated"


def test_where_the_text_comes_from_is_written_down(ready: Run) -> None:  # noqa: F811
    post = approve(ready)

    entries = ProvenanceEntry.objects.filter(content_id=post.pk)
    assert [(entry.action, entry.origin) for entry in entries] == [("generated", "ai_generated")]


def test_why_a_text_was_left_out_is_kept(ready: Run) -> None:  # noqa: F811
    first = crew.proposals(ready)[0]

    approval.decide(ready.pk, {first.pk: Decision(approved=False, reason="Too loud")}, now=timezone.now())

    left_out = crew.proposals(ready)[0]
    assert (left_out.state, left_out.payload["reason"]) == ("rejected", "Too loud")
    assert not Content.objects.exists()


def test_the_team_writes_in_the_creators_voice(
    alice: User,
    start: Callable[..., Run],  # noqa: F811
    provider: OpenAIServer,
) -> None:
    wording = voices.Wording(name="Dry wit", language="en", tone="short and dry", never_say=("bespoke",))
    voice = voices.create(alice, wording, ["Rain again. Good."], now=timezone.now())
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", platform="x"))

    run = crew.work(start(posts=1, platforms=["x"]))

    heard = {}
    for step, request in zip(run.steps.order_by("pk"), provider.requests, strict=False):
        heard[step.stage] = "short and dry" in json.dumps(request.body)
    assert heard == {"read": False, "plan": False, "write": True, "edit": True, "check": False}
    assert approve(run).voice == voice
