"""What a yes to a text of the AI team does: a post of the creator's own, on the calendar when it can go out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from ai_routing.team import approval
from ai_routing.team.approval import Decision
from content import channels, voices
from content.models import Content, ProvenanceEntry, Publication
from tests.ai_routing.team import crew
from tests.content.pages.conftest import ready, start  # noqa: F401
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


def approve(run: Run, **changes: str) -> Content:
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
