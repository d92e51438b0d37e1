"""What a workflow is made of: fields of a brief, stages in order, and what it proposes in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

from ai_routing.routing import OutputLength
from ai_routing.team.shapes import Shape


@dataclass(frozen=True, slots=True)
class Words:
    """What an agent is told, in English and in French. `{names}` stand for fields of the brief."""

    en: str
    fr: str

    def said(self, language: str, brief: Mapping[str, Any]) -> str:
        return (self.fr if language == "fr" else self.en).format_map(brief)


@dataclass(frozen=True, slots=True)
class Field:
    """What a creator is asked for. `least` and `most` bound a number; `most` is a text's longest, in characters."""

    name: str
    label: str | Promise
    kind: Literal["text", "number", "date", "platform", "platforms", "yes"] = "text"
    help: str | Promise = ""
    placeholder: str | Promise = ""
    default: Any = None
    required: bool = False
    least: int = 0
    most: int = 600


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A look at the creator's own data. An argument that begins with "$" is the field of the brief of that name."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def filled(self, brief: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: brief[value[1:]] if isinstance(value, str) and value.startswith("$") else value
            for name, value in self.arguments.items()
        }


@dataclass(frozen=True, slots=True)
class Each:
    """That a stage has a step for each step of an earlier one, or for each entry of the list that it answered with."""

    stage: str
    entries: str = ""
    at_most: str = ""
    """The field of the brief that says how many entries were asked for."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A job for one agent, or, with `each`, for several of its kind side by side. The next stage waits for all of them.

    `reads` are earlier stages whose answers it is given; a step of a stage with `each` is given the entry, or the answer
    of the step, that it is there for.
    """

    name: str
    agent: str
    title: str | Promise
    instruction: Words
    shape: Shape
    length: OutputLength = OutputLength.MEDIUM
    reads: tuple[str, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    each: Each | None = None


@dataclass(frozen=True, slots=True)
class Proposes:
    """What becomes of the answers of a stage when the creator says yes. `checked_by` is the stage that judged them."""

    effect: str
    stage: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """A kind of run. `about` is the field that gives a run its title; `credits` the budget that is suggested."""

    name: str
    title: str | Promise
    description: str | Promise
    icon: str
    about: str
    fields: tuple[Field, ...]
    stages: tuple[Stage, ...]
    credits: int
    proposes: Proposes | None = None

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def after(self, name: str) -> Stage | None:
        """Return the stage that waits for the one of this name; None for the last."""
        names = [stage.name for stage in self.stages]
        following = names.index(name) + 1
        return self.stages[following] if following < len(names) else None
