"""Every workflow from its brief to its end, against a provider that answers by the schema it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import tools
from ai_routing.models import LedgerEntry, Run, Step
from ai_routing.models.work import Status
from ai_routing.prompts import family_of
from ai_routing.prompts.families import family_of_agent
from ai_routing.team import agents, briefs, effects, shapes, workflows
from content.brief import LANGUAGES
from content.models import Content, Platform
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db

STAGES = {
    "weekly-plan": ["read", "plan", "write", "edit", "check"],
    "campaign": ["read", "plan", "write", "edit", "check"],
    "fan-winback": ["read", "plan", "write", "edit", "check"],
    "performance-review": ["read", "advise", "report"],
}
NAMES = list(workflows.WORKFLOWS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_runs_from_one_sentence_to_its_end(start: Callable[..., Run], alice: User, name: str, language: str) -> None:
    run = crew.work(start(name, language=language))

    assert list(dict.fromkeys(step.stage for step in run.steps.order_by("pk"))) == STAGES[name]
    assert {step.status for step in run.steps.all()} == {Status.DONE}
    assert run.status == ("done" if name == "performance-review" else "awaiting_approval")
    assert crew.assert_books_agree(alice) > 0
    for step in run.steps.all():
        assert step.model
        assert step.output
        assert step.attempts == 1
        assert step.cost_micro_usd


@pytest.mark.parametrize("name", NAMES)
def test_workers_take_it_to_its_end_by_themselves(
    alice: User, provider: OpenAIServer, eager_workers: None, django_capture_on_commit_callbacks: Any, name: str
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = crew.start(alice, name)

    assert Run.objects.get(pk=run.pk).status in {"awaiting_approval", "done"}
    assert not run.steps.exclude(status=Status.DONE).exists()


def test_each_idea_of_the_plan_has_its_writer_and_its_editor(start: Callable[..., Run], provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two", "Three"))

    run = crew.work(start())

    assert [step.title for step in crew.stage(run, "write")] == ["One", "Two", "Three"]
    assert [step.title for step in crew.stage(run, "edit")] == ["One", "Two", "Three"]
    assert len(crew.stage(run, "check")) == 1
    assert [proposal.index for proposal in crew.proposals(run)] == [0, 1, 2]


def test_each_agent_is_routed_and_prompted_as_what_it_is(start: Callable[..., Run], provider: OpenAIServer) -> None:
    run = crew.work(start())

    entries = {entry.reference: entry for entry in LedgerEntry.objects.filter(purpose="team")}
    for step in run.steps.all():
        entry = entries[step.pk]
        agent = agents.AGENTS[step.agent]
        assert entry.task_type == agent.task_type
        assert entry.prompt_version.startswith(f"{family_of_agent(step.agent)}.en.")
        # Compliance is never left to the cheap model.
        assert entry.tier == ("premium" if step.agent == "compliance" else "economy")
    assert family_of(agents.AGENTS["compliance"].task_type) == "guardian"


def test_the_schema_is_sent_and_is_the_same_for_all_so_that_prompts_are_cached(
    start: Callable[..., Run], provider: OpenAIServer
) -> None:
    crew.work(start())

    sent = [request.body["response_format"]["json_schema"] for request in provider.requests]
    assert all(each["strict"] for each in sent)
    assert {str(each["schema"]) for each in sent} <= {
        str(shape.schema) for shape in (shapes.FINDINGS, shapes.PLAN, shapes.DRAFT, shapes.VERDICTS)
    }


def test_a_plan_is_kept_within_the_brief(start: Callable[..., Run], provider: OpenAIServer) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two", "Three", platform="reddit", day=28))

    run = crew.work(start(posts=2, platforms=["x", "tiktok"]), until="write")

    items = crew.answer(run, "plan")["items"]
    assert [(item["title"], item["day"], item["platform"]) for item in items] == [("One", 7, "x"), ("Two", 7, "x")]


def test_a_post_is_planned_for_the_hour_where_the_creator_lives(
    alice: User, start: Callable[..., Run], provider: OpenAIServer
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="America/New_York")
    alice.refresh_from_db()
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One"))

    run = crew.work(start(now=now, starts_on="2026-07-06"))

    assert crew.proposals(run)[0].payload["planned_for"] == "2026-07-06T22:00:00+00:00"


def test_messages_to_fans_have_no_time_and_are_never_sent(start: Callable[..., Run]) -> None:
    run = crew.work(start("fan-winback"))

    for proposal in crew.proposals(run):
        assert proposal.effect == "save_draft"
        assert proposal.payload["planned_for"] is None


def test_what_compliance_says_stands_with_the_text_it_is_about(
    start: Callable[..., Run], provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two", "Three"))
    verdicts = [{"number": 1, "ok": True, "problem": "fine"}, {"number": 2, "ok": False, "problem": "Say it is an ad."}]
    crew.says(provider, {"verdicts": verdicts}, model="gpt-4o")

    run = crew.work(start())

    told = [(proposal.payload["checked"], proposal.payload["concern"]) for proposal in crew.proposals(run)]
    assert told == [(True, ""), (True, "Say it is an ad."), (False, "")]


def test_agents_are_given_the_creators_rows_and_nobody_elses(
    alice: User, bob: User, start: Callable[..., Run], provider: OpenAIServer
) -> None:
    now = timezone.now()
    for user, body in ((alice, "Umbrellas on the quay"), (bob, "Bob's secret recipe")):
        Content.objects.create(user=user, body=body, created_at=now, updated_at=now)

    crew.work(start())

    sent = str([request.body for request in provider.requests])
    assert "Umbrellas on the quay" in sent
    assert "secret recipe" not in sent


def test_a_step_reads_all_it_needs_from_its_own_row(start: Callable[..., Run], provider: OpenAIServer) -> None:
    run = crew.work(start(), until="plan")
    Content.objects.all().delete()

    step = Step.objects.get(stage="plan")

    assert any(piece["ref"] == "team:read" for piece in step.inputs["material"])
    assert crew.work(run).status == "awaiting_approval"


@pytest.mark.parametrize("workflow", workflows.WORKFLOWS.values(), ids=NAMES)
def test_workflows_hold_together(workflow: Any) -> None:
    seen: list[str] = []
    for stage in workflow.stages:
        assert stage.agent in agents.AGENTS
        assert {use.tool for use in stage.tools} <= agents.AGENTS[stage.agent].tools
        assert {use.tool for use in stage.tools} <= tools.TOOLS.keys()
        assert set(stage.reads) <= set(seen)
        assert stage.each is None or stage.each.stage in seen
        assert stage.instruction.en != stage.instruction.fr
        jsonschema.Draft202012Validator.check_schema(stage.shape.schema)
        seen.append(stage.name)
    if workflow.proposes:
        assert workflow.proposes.effect in effects.EFFECTS
        assert {workflow.proposes.stage, workflow.proposes.checked_by} <= set(seen)
    assert [field.name for field in workflow.fields if field.required and field.default is None] in (
        [workflow.about],
        [workflow.about, "starts_on"],
        [],
    )


def test_platforms_and_languages_are_those_of_content() -> None:
    assert [value for value, _label in briefs.PLATFORMS] == list(shapes.PLATFORMS) == Platform.values
    assert [value for value, _label in briefs.LANGUAGES] == [value for value, _label in LANGUAGES]


@pytest.mark.parametrize("shape", [shapes.FINDINGS, shapes.PLAN, shapes.DRAFT, shapes.VERDICTS, shapes.REPORT])
def test_the_demonstration_model_gets_a_schema_that_fits_its_window(shape: shapes.Shape) -> None:
    small = shapes.small(shape.schema)

    found = [part for part in shapes.parts(small) if part.get("type") == "string" and "enum" not in part]
    assert all(part["maxLength"] >= shapes.SMALL_STRING for part in found)
    assert all("maxLength" not in part for part in shapes.parts(shape.schema))
    longest = shapes.strings(small) * max((part["maxLength"] for part in found), default=0)
    assert longest <= max(shapes.SMALL_CHARACTERS, shapes.strings(small) * shapes.SMALL_STRING)
