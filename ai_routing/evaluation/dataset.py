"""The labelled prompts that the router is fitted on and judged by; GUIDE.md tells how they were labelled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ai_routing.routing import HIGHEST_ECONOMY_COMPLEXITY, SENSITIVE, Need, OutputLength, TaskType

NAME: Final = "huntaze-prompts-2"
PATH: Final = Path(__file__).with_name("prompts.jsonl")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request and its labels. `complexity_second` is that of the second labelling pass, for those that had one."""

    id: str
    topic: str
    language: str
    text: str
    task_type: TaskType
    complexity: int
    complexity_second: int | None
    critical: bool
    output_length: OutputLength
    needs: frozenset[Need]

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Prompt:
        return cls(
            id=stored["id"],
            topic=stored["topic"],
            language=stored["language"],
            text=stored["text"],
            task_type=TaskType(stored["task_type"]),
            complexity=stored["complexity"],
            complexity_second=stored.get("complexity_second"),
            critical=stored["critical"],
            output_length=OutputLength(stored["output_length"]),
            needs=frozenset(Need(need) for need in stored["needs"]),
        )

    @property
    def is_held_out(self) -> bool:
        """Whether the prompt judges the router; those of other topics may fit it."""
        return int.from_bytes(hashlib.sha256(self.topic.encode()).digest()[:4], "big") % 5 < 2

    @property
    def needs_premium(self) -> bool:
        """Whether the rules of `routing` send it to the premium tier when its labels are stated."""
        return self.critical or self.task_type in SENSITIVE or self.complexity > HIGHEST_ECONOMY_COMPLEXITY


def read() -> list[Prompt]:
    return [Prompt.from_json(json.loads(line)) for line in PATH.read_text(encoding="utf-8").splitlines()]


def fit_split() -> list[Prompt]:
    return [prompt for prompt in read() if not prompt.is_held_out]


def held_out() -> list[Prompt]:
    return [prompt for prompt in read() if prompt.is_held_out]


def sha256() -> str:
    return hashlib.sha256(PATH.read_bytes()).hexdigest()
