"""The weights of the router's models, as `manage.py fit_router` wrote them into router_weights.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ai_routing.routing import TaskType

PATH: Final = Path(__file__).with_name("router_weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """What the models have learnt from the fit split of the evaluation set.

    `task` has a row per feature with a weight per task type, in the order of `tasks` and in thousandths: sums of whole
    numbers do not depend on their order. `complexity` has points per unit of a feature, and `base` those of each task
    type. `critical` has log-odds. `name` tells one fit from another.
    """

    name: str
    tasks: tuple[TaskType, ...]
    task: Mapping[str, tuple[int, ...]]
    base: Mapping[TaskType, float]
    complexity: Mapping[str, float]
    critical: Mapping[str, float]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Weights:
        return cls(
            name=stored["name"],
            tasks=tuple(TaskType(task) for task in stored["tasks"]),
            task={feature: tuple(row) for feature, row in stored["task"].items()},
            base={TaskType(task): points for task, points in stored["base"].items()},
            complexity=stored["complexity"],
            critical=stored["critical"],
        )


def read(path: Path = PATH) -> Weights:
    return Weights.from_json(json.loads(path.read_text(encoding="utf-8")))
