"""What each step of a stage is given: an idea or a draft, what others have found, and the creator's own rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ai_routing import tools
from ai_routing.models import Run, Step
from ai_routing.models.work import Status
from ai_routing.prompts.material import Material
from ai_routing.team import agents, citations, outputs, voice, workflows
from ai_routing.team.workflow import Each, Stage, Workflow

LONGEST_TITLE: Final = 160
LONGEST_PIECE: Final = 2_000
"""Characters that are kept of a piece of the creator's data."""

Piece = dict[str, Any]
Inputs = dict[str, Any]


class ToolNotAllowed(Exception):
    """A stage has its agent use a tool that the agent may not use."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What one of several steps is there for: an idea of the plan, and, for whoever improves it, a draft."""

    index: int
    item: dict[str, Any]
    draft: dict[str, Any] | None = None


def of_stage(run: Run, stage: Stage, steps: Sequence[Step], *, now: datetime) -> list[tuple[str, Inputs]]:
    """Return a title and the inputs for each step of a stage.

    They hold all that the step needs, so that its prompt is the same whenever it is run: `material` to read, `given` to
    cite from, and the `item` and number of a step that is one of several.
    """
    workflow = workflows.named(run.workflow)
    done = [step for step in steps if step.status == Status.DONE]
    shared = [*(as_piece(found) for found in looked_up(run, stage, now=now)), *read_by(stage, done, workflow)]
    citable = [*(piece["ref"] for piece in shared if piece["row"]), *cited_in(stage, done)]
    if stage.each is None:
        return [("", {"material": shared, "given": list(dict.fromkeys(citable))})]
    rows = pieces(steps)
    speaks = {"voice": kept} if (kept := voice.reference(run.user, stage.agent)) else {}
    return [
        (title, {**given, **speaks})
        for title, given in (one_of_several(subject, shared, citable, rows) for subject in subjects(stage.each, done))
    ]


def looked_up(run: Run, stage: Stage, *, now: datetime) -> Iterator[Material]:
    """Yield what a stage's tools tell. Raises ToolNotAllowed, and tools.UnknownTool."""
    for use in stage.tools:
        if use.tool not in agents.AGENTS[stage.agent].tools:
            raise ToolNotAllowed(f"The {stage.agent} may not use {use.tool}: see agents.AGENTS")
        yield from tools.named(use.tool).read(run.user, use.filled(run.brief), now)


def as_piece(found: Material) -> Piece:
    return {"ref": found.ref, "title": str(found.title), "text": found.text[:LONGEST_PIECE], "row": True}


def read_by(stage: Stage, done: Sequence[Step], workflow: Workflow) -> Iterator[Piece]:
    """Yield the answers of the stages that this one reads; of several side by side, each under its number."""
    for name in stage.reads:
        answered = [step for step in done if step.stage == name]
        several = workflow.stage(name).each is not None
        for number, step in enumerate(answered, start=1):
            ref = f"team:{name}-{number}" if several else f"team:{name}"
            title = f"number {number}, {step.inputs['item']['platform']}" if several else name
            yield said(ref, title, outputs.as_text(step.output or {}, workflow.stage(name)))


def cited_in(stage: Stage, done: Sequence[Step]) -> list[str]:
    return [ref for step in done if step.stage in stage.reads for ref in step.sources]


def subjects(each: Each, done: Sequence[Step]) -> list[Subject]:
    """Return what the steps of a stage are there for."""
    before = [step for step in done if step.stage == each.stage]
    if each.entries:
        entries = [entry for step in before for entry in (step.output or {})[each.entries]]
        return [Subject(index, entry) for index, entry in enumerate(entries)]
    return [Subject(step.index, step.inputs["item"], step.output) for step in before]


def one_of_several(
    subject: Subject, shared: Sequence[Piece], citable: Sequence[str], rows: dict[str, Piece]
) -> tuple[str, Inputs]:
    cited = citations.of([subject.item, subject.draft])
    material = [
        said("team:idea", "idea", outputs.in_a_line(subject.item)),
        *([said("team:draft", "draft", outputs.in_a_line(subject.draft))] if subject.draft else []),
        *(rows[ref] for ref in cited if ref in rows),
        *shared,
    ]
    given = list(dict.fromkeys([*cited, *citable]))
    return subject.item["title"], {"material": material, "given": given, "item": subject.item, "number": subject.index}


def said(ref: str, title: str, text: str) -> Piece:
    """Return what an agent said: to be read, and not to be cited as if it were the creator's own row."""
    return {"ref": ref, "title": title, "text": text, "row": False}


def pieces(steps: Sequence[Step]) -> dict[str, Piece]:
    """Return every row of the creator's that any step was given, by its reference."""
    return {piece["ref"]: piece for step in steps for piece in step.inputs["material"] if piece["row"]}
