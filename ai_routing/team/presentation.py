"""A run as its page shows it: stages in order, what each agent answered in words, sources as links, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.dates import written
from ai_routing import saving
from ai_routing.models import Run, Step
from ai_routing.models.work import Status
from ai_routing.team import inputs
from ai_routing.team.agents import AGENTS, Agent
from ai_routing.team.briefs import LANGUAGES, PLATFORMS
from ai_routing.team.failures import FAILURES, Failure
from ai_routing.team.workflow import Stage, Workflow


@dataclass(frozen=True, slots=True)
class Source:
    """One of the creator's own rows that an answer rests on; without an address when it has no page of its own."""

    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of an answer, ready to be read."""

    title: str
    text: str
    note: str
    sources: tuple[Source, ...]
    unsourced: bool
    is_concern: bool = False


@dataclass(frozen=True, slots=True)
class StepCard:
    step: Step
    name: str
    entries: tuple[Entry, ...]
    cost_usd: Decimal | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class StageCard:
    """A stage with its steps; none of them while it has not begun."""

    stage: Stage
    agent: Agent
    status: str
    steps: tuple[StepCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(saving.Money):
    """What a run took so far."""

    credits: int
    models: tuple[str, ...]
    percent: int

    @property
    def level(self) -> str:
        return "full" if self.percent >= 100 else "high" if self.percent >= 80 else "normal"


def stages(run: Run, workflow: Workflow) -> list[StageCard]:
    """Return every stage of a run's workflow; the run must come with its steps."""
    steps = list(run.steps.all())
    rows = inputs.pieces(steps)
    return [stage_card(stage, [step for step in steps if step.stage == stage.name], rows) for stage in workflow.stages]


def stage_card(stage: Stage, steps: Sequence[Step], rows: dict[str, inputs.Piece]) -> StageCard:
    cards = tuple(step_card(stage, step, rows) for step in steps)
    return StageCard(stage, AGENTS[stage.agent], status_of(steps), cards)


def status_of(steps: Sequence[Step]) -> str:
    """Return where a stage stands: "waiting" before its first step, else the status that matters most."""
    found = {step.status for step in steps}
    for status in (Status.WRITING, Status.QUEUED, Status.STOPPED, Status.DONE, Status.FAILED):
        if status in found:
            return status
    return "waiting"


def step_card(stage: Stage, step: Step, rows: dict[str, inputs.Piece]) -> StepCard:
    return StepCard(
        step=step,
        name=step.title or _("The answer"),
        entries=tuple(entries(stage, step, rows)),
        cost_usd=saving.usd(step.cost_micro_usd),
        failure=FAILURES.get(step.error_code),
    )


def entries(stage: Stage, step: Step, rows: dict[str, inputs.Piece]) -> list[Entry]:
    """Return what a step answered, part by part."""
    if step.output is None:
        return []
    parts = step.output[stage.shape.entries] if stage.shape.entries else [step.output]
    head = []
    if "summary" in step.output:
        head = [Entry(step.output["title"], step.output["summary"], "", (), unsourced=False)]
    return [*head, *(entry(part, rows) for part in parts)]


def entry(part: dict[str, Any], rows: dict[str, inputs.Piece]) -> Entry:
    if "number" in part:
        verdict = _("fine") if part["ok"] else part["problem"]
        title = _("Text %(number)s") % {"number": part["number"]}
        return Entry(title, verdict, "", (), unsourced=False, is_concern=not part["ok"])
    return Entry(
        title=part.get("title") or part.get("heading") or "",
        text=part.get("text") or part.get("idea") or "",
        note=note(part),
        sources=tuple(source(ref, rows) for ref in part.get("sources", [])),
        unsourced=bool(part.get("unsourced")),
    )


def note(part: dict[str, Any]) -> str:
    if "day" not in part:
        return ""
    return _("day %(day)s, %(hour)s:00, %(platform)s") % {
        "day": part["day"],
        "hour": part["hour"],
        "platform": dict(PLATFORMS)[part["platform"]],
    }


def source(ref: str, rows: dict[str, inputs.Piece]) -> Source:
    piece = rows.get(ref, {"title": ref, "text": ""})
    return Source(piece["title"], piece["text"], address(ref))


def address(ref: str) -> str:
    """Return the page of a row; the empty string for a figure, which has none."""
    kind, _colon, key = ref.partition(":")
    if kind not in {"post", "plan"}:
        return ""
    try:
        return reverse("content:post-detail", args=[UUID(key)])
    except ValueError:
        return ""


def sources(refs: Sequence[str], rows: dict[str, inputs.Piece]) -> list[Source]:
    return [source(ref, rows) for ref in refs]


def brief(run: Run, workflow: Workflow) -> list[tuple[str, str]]:
    """Return what the creator asked for, each with its label."""
    filled = [(str(field.label), in_words(run.brief.get(field.name), field.kind)) for field in workflow.fields]
    return [*((label, value) for label, value in filled if value), (_("Language"), str(dict(LANGUAGES)[run.language]))]


def in_words(value: Any, kind: str) -> str:
    names = dict(PLATFORMS)
    if kind == "date":
        return written(date.fromisoformat(value), _("j F Y"))
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, list):
        return ", ".join(str(names.get(each, each)) for each in value)
    return str(names.get(value, value)) if value is not None else ""


def figures(run: Run) -> Figures:
    """Return what a run took so far; the run must come with its steps."""
    called = [step for step in run.steps.all() if step.attempts]
    credits = sum(step.credits for step in called)
    return Figures(
        credits=credits,
        cost_micro_usd=saving.total(step.cost_micro_usd for step in called),
        baseline_micro_usd=saving.total(step.baseline_micro_usd for step in called),
        models=tuple(dict.fromkeys(step.model for step in called if step.model)),
        percent=min(100, 100 * credits // run.budget_credits) if run.budget_credits else 100,
    )


def report(run: Run, workflow: Workflow, shown: Sequence[StageCard]) -> tuple[Entry, ...]:
    """Return what a run ends in when it proposes nothing; empty before its end."""
    if workflow.proposes is not None or run.status != Run.Status.DONE:
        return ()
    return shown[-1].steps[-1].entries
