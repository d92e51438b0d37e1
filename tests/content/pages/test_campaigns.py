"""The pages of campaigns: who sees what, in every state, with how many queries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from ai_routing.team import runs, worker, workflows
from billing import plans, quota
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
    response = page.get(f"/app/campaigns/{run.pk}")
    assert response.status_code == 200
    return response.content.decode()


def form(page: Client, name: str) -> dict[str, Any]:
    """Return what the form of a new run begins with, as a browser would send it."""
    bound = page.get(f"/app/campaigns/new/{name}").context["form"]
    begun = {field.name: field.value() for field in bound}
    return {key: value for key, value in begun.items() if value is not None}


def test_without_runs_the_page_says_how_to_begin(page: Client) -> None:
    content = page.get("/app/campaigns").content.decode()

    assert "No campaigns yet" in content
    for name in NAMES:
        assert f'href="/app/campaigns/new/{name}"' in content


@pytest.mark.parametrize("name", NAMES)
def test_one_field_is_enough_to_start(page: Client, name: str) -> None:
    data = form(page, name) | {workflows.named(name).about: "Rain in Lyon"}

    response = page.post(f"/app/campaigns/new/{name}", data)

    run = Run.objects.get()
    assert response["Location"] == f"/app/campaigns/{run.pk}"
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

    response = page.post("/app/campaigns/new/weekly-plan", data)

    assert response.status_code == 422
    assert b"field-error" in response.content
    assert not Run.objects.exists()


def test_a_refusal_keeps_the_brief(page: Client, alice: User) -> None:
    data = form(page, "campaign") | {"goal": "Fifty new subscribers"}
    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(credit_limit=1)

    response = page.post("/app/campaigns/new/campaign", data)

    assert response.status_code == 402
    assert "Not enough credits" in response.content.decode()
    assert "Fifty new subscribers" in response.content.decode()


def test_a_month_that_is_full_is_refused_and_keeps_the_brief(page: Client, alice: User) -> None:
    data = form(page, "campaign") | {"goal": "Fifty new subscribers"}
    alice.tier = "free"
    alice.save()
    for _ in range(plans.get("free").campaigns):
        crew.start(alice, "campaign")

    response = page.post("/app/campaigns/new/campaign", data)

    assert response.status_code == 402
    assert "The campaigns of your plan are used up for this month" in response.text
    assert 'href="/app/billing"' in response.text
    assert "Fifty new subscribers" in response.text


def test_no_model_at_all(page: Client, settings: Any) -> None:
    data = form(page, "campaign") | {"goal": "Fifty"}
    settings.AI_ECONOMY_MODELS = []
    settings.AI_PREMIUM_MODELS = []

    assert page.post("/app/campaigns/new/campaign", data).status_code == 503


def test_an_unknown_workflow_is_not_found(page: Client) -> None:
    assert page.get("/app/campaigns/new/world-domination").status_code == 404


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
    assert f'data-events="/app/campaigns/{run.pk}/events"' in content
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

    page.post(f"/app/campaigns/{run.pk}/cancel")

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

    assert client.get(f"/app/campaigns/{run.pk}{path}").status_code == 404


@pytest.mark.parametrize("action", ["cancel", "decide"])
def test_nobody_else_can_touch_a_run(bob: User, start: Callable[..., Run], client: Client, action: str) -> None:
    run = crew.work(start())
    client.force_login(bob)

    assert client.post(f"/app/campaigns/{run.pk}/{action}", {"approve": "all"}).status_code == 404
    assert Run.objects.get().status == "awaiting_approval"
    assert not Content.objects.exists()


def test_the_list_takes_the_same_queries_for_one_run_and_for_thirty(
    page: Client, start: Callable[..., Run], django_assert_num_queries: Any
) -> None:
    start("performance-review")
    page.get("/app/campaigns")
    with django_assert_num_queries(8):
        page.get("/app/campaigns")
    for _ in range(29):
        start("performance-review")

    with django_assert_num_queries(8):
        first = page.get("/app/campaigns")

    assert len(first.context["rows"]) == runs.PAGE
    older = page.get(f"/app/campaigns?before={first.context['older']}")
    assert len(older.context["rows"]) == 30 - runs.PAGE
    listed = [row.run.pk for row in [*first.context["rows"], *older.context["rows"]]]
    assert listed == sorted(listed, reverse=True)
    assert len(set(listed)) == 30
    assert page.get("/app/campaigns?before=nonsense").status_code == 200


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
        with django_assert_num_queries(8):
            shown(page, run)


def events(page: Client, run: Run, **headers: str) -> list[tuple[str, dict[str, Any]]]:
    response: Any = page.get(f"/app/campaigns/{run.pk}/events", headers=headers)
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
    response = page.get(f"/app/campaigns/{start().pk}/events", headers={"Last-Event-ID": "yesterday"})

    assert response.status_code == 400


def test_a_card_tells_how_far_a_campaign_is_and_what_became_of_it(page: Client, ready: Run) -> None:
    (card,) = page.get("/app/campaigns").context["rows"]
    assert (card.stages_done, card.stages, card.waiting, card.scheduled) == (5, 5, 2, 0)
    assert card.credits == sum(step.credits for step in ready.steps.all()) > 0

    page.post(f"/app/campaigns/{ready.pk}/decide", {"approve": str(crew.proposals(ready)[0].pk)})

    (card,) = page.get("/app/campaigns").context["rows"]
    assert (card.waiting, card.scheduled, card.drafts, card.published) == (1, 1, 0, 0)


def test_a_card_of_a_run_under_way_names_what_is_done_now(page: Client, start: Callable[..., Run]) -> None:
    crew.work(start(), until="plan")

    (card,) = page.get("/app/campaigns").context["rows"]

    assert (card.stages_done, card.percent, str(card.doing)) == (1, 20, "Plan the week")


def test_the_plan_is_a_timeline_from_the_moment_it_is_made(
    page: Client, start: Callable[..., Run], provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("Umbrellas", "Puddles"))
    run = start()
    assert "The plan" not in shown(page, run)
    run = crew.work(run, until="write")
    worker.claim(crew.waiting(run)[0].pk, now=timezone.now())

    stops = page.get(f"/app/campaigns/{run.pk}").context["timeline"]

    assert [(stop.title, stop.state) for stop in stops] == [("Umbrellas", "writing"), ("Puddles", "planned")]
    assert stops[0].at < stops[1].at


def test_the_screen_tells_how_many_went_to_the_calendar_and_links_there(page: Client, ready: Run) -> None:
    response = page.post(f"/app/campaigns/{ready.pk}/decide", {"approve": "all"})
    content = page.get(response["Location"]).content.decode()

    day = timezone.now().date() + timedelta(days=30)
    assert "2 posts are on your calendar" in content
    assert "2 of 2 approved posts are on your calendar." in " ".join(content.split())
    assert f'href="/app/calendar?view=week&amp;day={day}"' in content
    assert f'href="/app/posts?campaign={ready.pk}"' in content
    assert [stop.state for stop in page.get(response["Location"]).context["timeline"]] == ["scheduled"] * 2


def test_what_is_not_on_the_calendar_says_why(page: Client, ready: Run) -> None:
    _first, second = crew.proposals(ready)
    second.payload["platform"] = "generic"
    second.save()

    response = page.post(f"/app/campaigns/{ready.pk}/decide", {"approve": "all"})
    content = page.get(response["Location"]).content.decode()

    assert "1 of 2 posts are on your calendar; the others wait as drafts" in content
    assert content.count("Not on the calendar yet:") == 1
    Content.objects.filter(title="Two").update(deleted_at=timezone.now())
    assert "Not on the calendar yet:" not in shown(page, ready)


def test_the_reason_for_leaving_a_text_out_is_shown(page: Client, ready: Run) -> None:
    first = crew.proposals(ready)[0]

    page.post(f"/app/campaigns/{ready.pk}/decide", {"reject": str(first.pk), f"{first.pk}-reason": "Too  loud"})

    assert "Left out because:</strong> Too loud" in " ".join(shown(page, ready).split())


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/app/team", "/app/campaigns"),
        ("/app/team/new/campaign", "/app/campaigns/new/campaign"),
        (f"/app/team/runs/{'0' * 8}-0000-7000-8000-{'0' * 12}", f"/app/campaigns/{'0' * 8}-0000-7000-8000-{'0' * 12}"),
    ],
)
def test_addresses_of_before_lead_on(client: Client, before: str, now: str) -> None:
    assert client.get(before)["Location"] == now


def test_where_to_begin_offers_every_workflow(page: Client) -> None:
    content = page.get("/app/campaigns/new").content.decode()

    for name in NAMES:
        assert f'href="/app/campaigns/new/{name}"' in content
