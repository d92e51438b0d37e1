"""Who is in the AI team: each agent has one narrow job, and may use the tools named here and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai_routing.routing import TaskType


@dataclass(frozen=True, slots=True)
class Agent:
    """One member of the team. `name` is also that of its prompt; `task_type` is what its work is routed as."""

    name: str
    title: str | Promise
    job: str | Promise
    icon: str
    task_type: TaskType
    tools: frozenset[str] = frozenset()


AGENTS: Final[dict[str, Agent]] = {
    agent.name: agent
    for agent in (
        Agent(
            "analyst",
            _("Analyst"),
            _("Reads your own posts and figures, and says what they show."),
            "chart-no-axes-column",
            TaskType.BASIC_ANALYTICS,
            frozenset({"own_posts", "own_kpis", "calendar"}),
        ),
        Agent(
            "strategist",
            _("Strategist"),
            _("Decides what to make, for whom, and when."),
            "compass",
            TaskType.STRATEGY,
            frozenset({"calendar"}),
        ),
        Agent(
            "writer",
            _("Writer"),
            _("Writes one text from one idea."),
            "pencil-line",
            TaskType.MARKETING_TEMPLATE,
        ),
        Agent(
            "editor",
            _("Editor"),
            _("Makes a text tighter and truer to the brief."),
            "scissors",
            TaskType.MARKETING_TEMPLATE,
        ),
        Agent(
            "compliance",
            _("Compliance"),
            _("Checks every text against the platforms' rules before you see it."),
            "shield-check",
            TaskType.COMPLIANCE,
        ),
    )
}
