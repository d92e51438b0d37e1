"""What operators decided about task types, as routing reads it: the newest row of each."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ai_routing.catalogue import Tier
from ai_routing.models import RoutingOverride
from ai_routing.routing import TaskType

FRESH_SECONDS: Final = 5
"""How long a process may go by what it read: every request asks, and operators decide a few times a year."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Tiers that operators chose for task types, and the task types whose poor drafts are not escalated."""

    tiers: Mapping[TaskType, Tier]
    unescalated: frozenset[TaskType]


def current() -> Overrides:
    """Return what holds now; another process's change is seen within seconds."""
    return read(int(monotonic() / FRESH_SECONDS))


def forget() -> None:
    """Have this process read the rows anew."""
    read.cache_clear()


@functools.lru_cache(maxsize=1)
def read(_period: int) -> Overrides:
    newest = list(RoutingOverride.objects.order_by("task_type", "-id").distinct("task_type"))
    return Overrides(
        tiers={TaskType(row.task_type): Tier(row.tier) for row in newest if row.tier},
        unescalated=frozenset(TaskType(row.task_type) for row in newest if not row.cascade),
    )
