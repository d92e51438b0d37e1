"""Nothing that a run made becomes the creator's own without a yes, and each yes counts once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Proposal, Run
from ai_routing.team import approval, runs
from ai_routing.team.approval import Decision
from analytics.models import Event
from content.models import Content
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

DAY = timezone.now().date() + timedelta(days=30)
YES = Decision(approved=True)
NO = Decision(approved=False)


@pytest.fixture
def ready(start: Callable[..., Run], provider: OpenAIServer) -> Run:
    """A run with two proposals that wait."""
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two"))
    crew.says(provider, crew.draft("One"), times=2)
    crew.says(provider, crew.draft("One", "The first text."))
    crew.says(provider, crew.draft("Two", "The second text."))
    return crew.work(start(starts_on=DAY.isoformat(), platforms=["instagram"]))


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def decide(run: Run, *decisions: Decision) -> list[Proposal]:
    told = {proposal.pk: word for proposal, word in zip(crew.proposals(run), decisions, strict=False)}
    return approval.decide(run.pk, told, now=timezone.now())


@pytest.mark.django_db
def test_a_run_writes_nothing_by_itself(ready: Run) -> None:
    assert ready.status == "awaiting_approval"
    assert not Content.objects.exists()


@pytest.mark.django_db
def test_a_yes_makes_a_planned_post_with_its_event(ready: Run, alice: User) -> None:
    (decided,) = decide(ready, YES)

    post = Content.objects.get()
    assert (post.user, post.title, post.body, post.platform) == (alice, "One", "The first text.", "instagram")
    assert post.planned_for is not None
    assert post.planned_for.isoformat() == f"{DAY}T18:00:00+00:00"
    assert post.origin == "ai_generated"
    assert decided.result == f"post:{post.pk}"
    assert Event.objects.get(event="content.created").data["content_id"] == str(post.pk)
    ready.refresh_from_db()
    assert ready.status == "awaiting_approval"


@pytest.mark.django_db
def test_the_run_is_over_with_the_last_word(ready: Run) -> None:
    decide(ready, YES, NO)

    ready.refresh_from_db()
    assert ready.status == "done"
    assert ready.finished_at
    assert Content.objects.count() == 1


@pytest.mark.django_db
def test_a_second_yes_changes_nothing(ready: Run) -> None:
    decide(ready, YES)
    decide(ready, YES)
    decide(ready, NO)

    assert Content.objects.count() == 1
    assert [proposal.state for proposal in crew.proposals(ready)] == ["approved", "proposed"]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_make_one_post_each(ready: Run) -> None:
    together = threading.Barrier(4)

    def click() -> None:
        together.wait()
        try:
            decide(ready, YES, YES)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Content.objects.count() == 2
    assert Run.objects.get().status == "done"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "origin"),
    [
        ({}, "ai_generated"),
        ({"platform": "x"}, "ai_generated"),
        ({"text": "My own words."}, "ai_assisted"),
        ({"title": "My title"}, "ai_assisted"),
    ],
)
def test_a_text_that_the_creator_changed_is_theirs_as_well(ready: Run, change: dict[str, Any], origin: str) -> None:
    decide(ready, Decision(approved=True, payload=change))

    post = Content.objects.get()
    assert post.origin == origin
    for name, value in change.items():
        assert getattr(post, {"text": "body"}.get(name, name)) == value


@pytest.mark.django_db
def test_a_change_that_was_kept_before_the_yes_counts_too(ready: Run) -> None:
    decide(ready, Decision(approved=None, payload={"text": "My own words."}))
    assert not Content.objects.exists()

    decide(ready, YES)

    assert (Content.objects.get().body, Content.objects.get().origin) == ("My own words.", "ai_assisted")


@pytest.mark.django_db
def test_messages_to_fans_become_drafts_without_a_time(start: Callable[..., Run]) -> None:
    run = crew.work(start("fan-winback"))

    decide(run, *[YES] * len(crew.proposals(run)))

    assert set(Content.objects.values_list("planned_for", flat=True)) == {None}
    assert set(Content.objects.values_list("platform", flat=True)) == {"onlyfans"}


@pytest.mark.django_db
def test_a_cancelled_run_is_not_decided_any_more(ready: Run) -> None:
    runs.cancel(ready.pk, now=timezone.now())

    assert decide(ready, YES, YES) == []
    assert not Content.objects.exists()


def sent(run: Run, **button: str) -> dict[str, str]:
    """Return what a browser sends: every field as it is shown, and the button that was pressed."""
    data = dict(button)
    for proposal in crew.proposals(run):
        fields = {**proposal.payload, "planned_for": proposal.payload["planned_for"][:16]}
        data |= {f"{proposal.pk}-{name}": fields[name] for name in ("title", "text", "platform", "planned_for")}
    return data


def press(page: Client, run: Run, changes: dict[str, str] | None = None, **button: str) -> Any:
    return page.post(f"/app/campaigns/{run.pk}/decide", {**sent(run, **button), **(changes or {})})


@pytest.mark.django_db
def test_approve_all_on_one_screen(ready: Run, page: Client) -> None:
    response = press(page, ready, approve="all")

    assert response.status_code == 302
    assert Content.objects.count() == 2
    assert set(Content.objects.values_list("origin", flat=True)) == {"ai_generated"}
    assert b"2 posts are on your calendar" in page.get(response["Location"]).content


@pytest.mark.django_db
def test_one_by_one_and_what_was_typed_elsewhere_is_not_lost(ready: Run, page: Client) -> None:
    first, second = crew.proposals(ready)

    press(page, ready, {f"{second.pk}-text": "Typed meanwhile."}, approve=str(first.pk))

    assert Content.objects.get().body == "The first text."
    assert crew.proposals(ready)[1].payload["text"] == "Typed meanwhile."
    press(page, ready, reject=str(second.pk))
    assert Content.objects.count() == 1
    assert Run.objects.get().status == "done"


@pytest.mark.django_db
def test_the_button_that_enter_presses_decides_nothing(ready: Run, page: Client) -> None:
    first, _second = crew.proposals(ready)

    press(page, ready, {f"{first.pk}-title": "Another"}, keep="changes")

    assert not Content.objects.exists()
    assert crew.proposals(ready)[0].payload["title"] == "Another"
    content = page.get(f"/app/campaigns/{ready.pk}").content.decode()
    assert content.index('name="keep"') < content.index('name="approve"')


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"platform": "myspace"},
        {"title": "x" * 161},
        *({"planned_for": when} for when in ("soon", "0001-01-01T00:00", "9999-12-31T23:59", "2026-01-01T12:00")),
    ],
)
def test_what_cannot_be_carried_out_is_shown_with_its_error(ready: Run, page: Client, wrong: dict[str, str]) -> None:
    first, _second = crew.proposals(ready)

    response = press(page, ready, {f"{first.pk}-{name}": value for name, value in wrong.items()}, approve="all")

    assert response.status_code == 422
    assert b'aria-invalid="true"' in response.content
    assert not Content.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_day_that_no_clock_knows_is_refused_where_ever_the_creator_lives(
    alice: User, ready: Run, page: Client, zone: str, when: str
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone=zone)
    first, _second = crew.proposals(ready)

    assert press(page, ready, {f"{first.pk}-planned_for": when}, approve="all").status_code == 422


@pytest.mark.django_db
def test_a_button_without_fields_carries_out_what_was_proposed(ready: Run, page: Client) -> None:
    page.post(f"/app/campaigns/{ready.pk}/decide", {"approve": "all"})

    assert set(Content.objects.values_list("body", flat=True)) == {"The first text.", "The second text."}


@pytest.mark.django_db
def test_the_day_on_the_screen_is_the_creators_own(alice: User, ready: Run, page: Client) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")
    first, _second = crew.proposals(ready)

    content = page.get(f"/app/campaigns/{ready.pk}").content.decode()
    assert f'value="{DAY + timedelta(days=1)}T03:00"' in content
    press(page, ready, {f"{first.pk}-planned_for": f"{DAY}T20:30"}, approve=str(first.pk))

    planned_for = Content.objects.get().planned_for
    assert planned_for is not None
    assert planned_for.isoformat() == f"{DAY}T11:30:00+00:00"
