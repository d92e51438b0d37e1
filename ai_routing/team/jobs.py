"""A step as the door to the models takes it: a function of the step's row, so that it is the same after any crash."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from ai_routing import catalogue, drafts, prompts
from ai_routing.analysis import Stated
from ai_routing.jobs import Job
from ai_routing.models import Run, Step
from ai_routing.prompts.material import Material
from ai_routing.team import agents, shapes, voice, workflows
from ai_routing.team.workflow import Stage, Workflow

PURPOSE = "team"


def job(run: Run, step: Step) -> Job:
    """Return the job of a step; its run must come with its user."""
    workflow = workflows.named(run.workflow)
    stage = workflow.stage(step.stage)
    demonstration = catalogue.is_demonstration()
    schema = shapes.small(stage.shape.schema) if demonstration else stage.shape.schema
    instruction = stage.instruction.said(run.language, in_words(run.brief))
    goal = goal_of(run, workflow)
    spoken = voice.named(run.user, step.inputs.get("voice"))
    return Job(
        user=run.user,
        purpose=PURPOSE,
        prompt=prompts.for_agent(
            agent=stage.agent,
            language=run.language,
            voice=spoken,
            goal=goal,
            instruction=instruction,
            material=[Material(piece["ref"], piece["title"], piece["text"]) for piece in step.inputs["material"]],
            schema=schema,
            length=stage.length,
            demonstration=demonstration,
        ),
        text=goal,
        stated=stated(run, stage),
        # Keys and enumerations are English whatever the texts are: only the form is checked.
        expectations=drafts.Expectations(
            language=None,
            output_length=None,
            response_schema=schema,
            banned=tuple(settings.AI_BANNED_WORDS),
            never_say=spoken.never_say if spoken else (),
            is_document=True,
        ),
        repairs=1,
    )


def stated(run: Run, stage: Stage) -> Stated:
    """Return what is known of a step. That it needs JSON is not said: then only models known to hold to a schema would be
    asked, and a compatible server's own model, which may well write JSON, never. What it writes is checked anyway.
    """
    return Stated(
        task_type=agents.AGENTS[stage.agent].task_type,
        critical=False,
        output_length=stage.length,
        language=run.language,
    )


def goal_of(run: Run, workflow: Workflow) -> str:
    """Return the brief in lines, as the creator filled it in."""
    with translation.override("fr" if run.language == "fr" else "en"):
        told = in_words(run.brief)
        # A run that began before a field was there has nothing to say of it.
        filled = [(str(field.label), told.get(field.name, "")) for field in workflow.fields]
    return "\n".join(f"{label}: {value}" for label, value in filled if value not in ("", None))


def in_words(brief: dict[str, Any]) -> dict[str, Any]:
    return {name: as_words(value) for name, value in brief.items()}


def as_words(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else ""
    return ", ".join(value) if isinstance(value, list) else value
