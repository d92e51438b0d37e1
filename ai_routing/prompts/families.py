"""Families of tasks: who the model is for each, in which released words, and how freely and how long it may write."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ai_routing.routing import OutputLength, TaskType

DIRECTORY: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Family:
    """How the tasks of a family are written. `version` is that of its prefix; tokens are of the answer, by length."""

    version: int
    temperature: float
    max_output_tokens: Mapping[OutputLength, int]


def room(short: int, medium: int, long: int) -> Mapping[OutputLength, int]:
    return {OutputLength.SHORT: short, OutputLength.MEDIUM: medium, OutputLength.LONG: long}


# Room for the words that each prefix names for each length, in the languages that need the most tokens.
FAMILIES: Final[Mapping[str, Family]] = {
    "writer": Family(1, 0.8, room(260, 560, 1_200)),
    "assistant": Family(1, 0.5, room(260, 560, 1_200)),
    "analyst": Family(1, 0.2, room(260, 700, 1_400)),
    "strategist": Family(1, 0.5, room(400, 900, 1_800)),
    "guardian": Family(1, 0.1, room(260, 700, 1_400)),
    "documenter": Family(1, 0.2, room(400, 1_000, 2_000)),
    "editor": Family(1, 0.3, room(260, 560, 1_200)),
}
VERSION: Final = {name: family.version for name, family in FAMILIES.items()}

TASKS: Final = {
    TaskType.MARKETING_TEMPLATE: "writer",
    TaskType.CHATBOT: "assistant",
    TaskType.BASIC_ANALYTICS: "analyst",
    TaskType.ADVANCED_ANALYTICS: "analyst",
    TaskType.SENTIMENT_SIMPLE: "analyst",
    TaskType.STRATEGY: "strategist",
    TaskType.MODERATION: "guardian",
    TaskType.COMPLIANCE: "guardian",
    TaskType.LEGAL: "guardian",
    TaskType.CODE: "documenter",
    TaskType.DOCUMENTATION: "documenter",
}
ANONYMOUS: Final = frozenset({TaskType.DOCUMENTATION})
"""Tasks whose answers are the same for everybody: the prompt does not say who asks, so that they can be shared."""

AGENTS: Final = {
    "strategist": "strategist",
    "writer": "writer",
    "editor": "editor",
    "compliance": "guardian",
    "analyst": "analyst",
}


class UnknownAgent(LookupError):
    """No agent of the team has this name."""

    def __init__(self, agent: str) -> None:
        super().__init__(f"There is no agent {agent!r}: use one of {', '.join(AGENTS)}")


def family_of(task_type: TaskType) -> str:
    """Return the family that does a task."""
    return TASKS[task_type]


def family_of_agent(agent: str) -> str:
    """Return the family that an agent of the AI team belongs to. Raises UnknownAgent."""
    try:
        return AGENTS[agent]
    except KeyError:
        raise UnknownAgent(agent) from None


def version_of(family: str, language: str) -> str:
    """Return the prefix that is sent now, `<family>.<language>.v<version>`: in French, or in English for all others."""
    return f"{family}.{'fr' if language == 'fr' else 'en'}.v{VERSION[family]}"


@functools.lru_cache(maxsize=64)
def prefix(version: str) -> str:
    """Return the static prefix of a version, to the byte as released."""
    return (DIRECTORY / f"{version}.txt").read_text(encoding="utf-8")
