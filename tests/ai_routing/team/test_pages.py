"""The AI team's pages: who sees what, in every state, with how many queries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from ai_routing.team import runs, worker, workflows
from billing import quota
from billing.models import QuotaPeriod
from content.models import Content
from tests.ai_routing.team import crew
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db

NAMES = list(workflows.WORKFLOWS)


@pytest.fixture
def page(client: Client, alice: User, provider: OpenAIServer) -> Client:
    client.force_login(alice)
    return client


def shown(page: Client, run: Run) -> str:
    response = page.get(f"/app/team/runs/{run.pk}")
    assert response.status_code == 200
    return response.content.decode()


def form(page: Client, name: str) -> dict[str, Any]:
    """Return what the form of a new run begins with, as a browser would send it."""
    bound = page.get(f"/app/team/new/{name}").context["form"]
    begun = {field.name: field.value() for field in bound}
    return {key: value for key, value in begun.items() if value is not None}


def test_without_runs_the_page_says_how_to_begin(page: Client) -> None:
    content = page.get("/app/team").content.decode()

    assert "No runs yet" in content
    for name in NAMES:
        assert f'href="/app/team/new/{name}"' in content


@pytest.mark.parametrize("name", NAMES)
def test_one_field_is_enough_to_start(page: Client, name: str) -> None:
    data = form(page, name) | {workflows.named(name).about: "Rain in Lyon"}

    response = page.post(f"/app/team/new/{name}", data)

    run = Run.objects.get()
    assert response["Location"] == f"/app/team/runs/{run.pk}"
    assert run.title == "Rain in Lyon"
    assert run.budget_credits == workflows.named(name).credits


@pytest.mark.parametrize(
    "wrong",
    [
        {"focus": ""},
        {"focus": "x" * 601},
        {"posts": "8"},
        {"posts": "0"},
        {"posts": "many"},
        {"platforms": "myspace"},
        {"platforms": []},
        {"starts_on": "2020-01-01"},
        {"starts_on": "3000-01-01"},
        {"starts_on": "soon"},
        {"language": "xx"},
        {"budget_credits": "4"},
        {"budget_credits": "-1"},
        {"budget_credits": "1001"},
    ],
)
def test_a_brief_that_does_not_fit_is_shown_again(page: Client, wrong: dict[str, Any]) -> None:
    data = form(page, "weekly-plan") | {"focus": "Rain"} | wrong

    response = page.post("/app/team/new/weekly-plan", data)

    assert response.status_code == 422
    assert b"field-error" in response.content
    assert not Run.objects.exists()


def test_a_refusal_keeps_the_brief(page: Client, alice: User) -> None:
    data = form(page, "campaign") | {"goal": "Fifty new subscribers"}
    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(credit_limit=1)

    response = page.post("/app/team/new/campaign", data)

    assert response.status_code == 402
    assert "Not enough credits" in response.content.decode()
    assert "Fifty new subscribers" in response.content.decode()


def test_no_model_at_all(page: Client, settings: Any) -> None:
    data = form(page, "campaign") | {"goal": "Fifty"}
    settings.AI_ECONOMY_MODELS = []
    settings.AI_PREMIUM_MODELS = []

    assert page.post("/app/team/new/campaign", data).status_code == 503


def test_an_unknown_workflow_is_not_found(page: Client) -> None:
    assert page.get("/app/team/new/world-domination").status_code == 404


def test_a_run_shows_its_stages_as_they_come(page: Client, start: Callable[..., Run], provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("You post on Mondays.", "kpi:credits"))
    crew.says(provider, crew.plan("Umbrellas", "Puddles"))
    run = crew.work(start(), until="write")
    worker.claim(crew.waiting(run)[0].pk, now=timezone.now())

    content = shown(page, run)

    assert re.findall(r'class="stage" data-status="(\w+)"', content) == [
        "done",
        "done",
        "writing",
        "waiting",
        "waiting",
    ]
    assert "You post on Mondays." in content
    assert "Credits used" in content
    assert "day 1, 18:00, Instagram" in content
    assert content.count("Puddles") >= 2
    assert f'data-events="/app/team/runs/{run.pk}/events"' in content
    assert "Cancel the run" in content
    assert "{&quot;" not in content


def test_a_source_leads_to_its_post(
    page: Client, alice: User, start: Callable[..., Run], provider: OpenAIServer
) -> None:
    now = timezone.now()
    post = Content.objects.create(user=alice, title="Umbrellas", body="Rain.", created_at=now, updated_at=now)
    crew.says(provider, crew.finding("It rains.", f"post:{post.pk}"))
    crew.says(provider, crew.finding("Something without a source."))

    content = shown(page, crew.work(start("performance-review"), until="report"))

    assert f'href="/app/posts/{post.pk}"' in content
    assert "unsourced" in content


def test_a_report_is_shown_first(page: Client, start: Callable[..., Run], provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("Few posts."), times=2)
    section = {"heading": "Posts", "text": "You posted twice.", "sources": ["kpi:posts"]}
    crew.says(provider, {"title": "Four quiet weeks", "summary": "Little was made.", "sections": [section]})

    content = shown(page, crew.work(start("performance-review")))

    assert content.index("Four quiet weeks") < content.index("Step by step")
    assert "team-run.js" not in content


@pytest.mark.parametrize(
    ("fault", "told"), [(Fault.PROMPT_FILTERED, "content filter"), (Fault.SERVER_ERROR, "No model could answer")]
)
def test_a_failure_says_why(
    page: Client, start: Callable[..., Run], provider: OpenAIServer, fault: Fault, told: str
) -> None:
    provider.script(fault, times=None)

    content = shown(page, crew.work(start()))

    assert told in content
    assert "It ended before it was done." in content


def test_a_budget_that_was_too_small_says_so(page: Client, start: Callable[..., Run]) -> None:
    assert "budget does not cover" in shown(page, crew.work(start(budget=8)))


def test_the_cancel_button(page: Client, start: Callable[..., Run]) -> None:
    run = start()

    page.post(f"/app/team/runs/{run.pk}/cancel")

    assert "Cancelled. What was made so far" in shown(page, run)


def test_all_texts_of_agents_are_escaped(page: Client, start: Callable[..., Run], provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("<script>alert(1)</script>"))
    crew.says(provider, crew.plan("<img src=x>"))
    crew.says(provider, crew.draft("<b>", "<script>alert(2)</script>"), times=2)

    content = shown(page, crew.work(start()))

    assert "<script>alert" not in content
    assert "<img src=x>" not in content
    assert "&lt;script&gt;alert(1)" in content


@pytest.mark.parametrize("path", ["", "/events"])
def test_somebody_elses_run_does_not_exist(bob: User, start: Callable[..., Run], client: Client, path: str) -> None:
    run = start()
    client.force_login(bob)

    assert client.get(f"/app/team/runs/{run.pk}{path}").status_code == 404


@pytest.mark.parametrize("action", ["cancel", "decide"])
def test_nobody_else_can_touch_a_run(bob: User, start: Callable[..., Run], client: Client, action: str) -> None:
    run = crew.work(start())
    client.force_login(bob)

    assert client.post(f"/app/team/runs/{run.pk}/{action}", {"approve": "all"}).status_code == 404
    assert Run.objects.get().status == "awaiting_approval"
    assert not Content.objects.exists()


def test_the_list_takes_the_same_queries_for_one_run_and_for_thirty(
    page: Client, start: Callable[..., Run], django_assert_num_queries: Any
) -> None:
    start("performance-review")
    page.get("/app/team")
    with django_assert_num_queries(6):
        page.get("/app/team")
    for _ in range(29):
        start("performance-review")

    with django_assert_num_queries(6):
        first = page.get("/app/team")

    assert len(first.context["rows"]) == runs.PAGE
    older = page.get(f"/app/team?before={first.context['older']}")
    assert len(older.context["rows"]) == 30 - runs.PAGE
    listed = [row.run.pk for row in [*first.context["rows"], *older.context["rows"]]]
    assert listed == sorted(listed, reverse=True)
    assert len(set(listed)) == 30
    assert page.get("/app/team?before=nonsense").status_code == 200


def test_a_run_takes_the_same_queries_with_one_text_and_with_seven(
    page: Client, start: Callable[..., Run], provider: OpenAIServer, django_assert_num_queries: Any
) -> None:
    small = crew.work(start(posts=1))
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan(*"abcdefg"))
    large = crew.work(start(posts=7))
    assert len(crew.proposals(large)) == 7
    shown(page, small)

    for run in (small, large):
        with django_assert_num_queries(7):
            shown(page, run)


def events(page: Client, run: Run, **headers: str) -> list[tuple[str, dict[str, Any]]]:
    response: Any = page.get(f"/app/team/runs/{run.pk}/events", headers=headers)
    assert response["Content-Type"] == "text/event-stream"
    text = b"".join(response.streaming_content).decode()
    found = re.findall(r"event: (\w+)\ndata: (.*)\n", text)
    return [(name, json.loads(data)) for name, data in found]


@pytest.mark.django_db(transaction=True)
def test_the_stream_tells_of_every_step_and_of_the_end(page: Client, start: Callable[..., Run]) -> None:
    run = crew.work(start("performance-review"))

    told = events(page, run)

    states = [data["state"] for name, data in told if name == "progress"]
    assert states == ["queued", "writing", "done"] * 3
    assert told[-1] == ("done", {"status": "done"})


@pytest.mark.django_db(transaction=True)
def test_without_the_stream_the_rows_tell_the_end(page: Client, start: Callable[..., Run]) -> None:
    run = crew.work(start("performance-review"))
    from_nowhere = events(page, run, **{"Last-Event-ID": "99999999999999-0"})

    assert from_nowhere == [("done", {"status": "done"})]


def test_an_event_id_of_nobody_is_refused(page: Client, start: Callable[..., Run]) -> None:
    response = page.get(f"/app/team/runs/{start().pk}/events", headers={"Last-Event-ID": "yesterday"})

    assert response.status_code == 400
