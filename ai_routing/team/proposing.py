"""Turn what the agents made into proposals, which wait for the creator's yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accounts.middleware import time_zone
from ai_routing.models import Proposal, Run, Step
from ai_routing.models.work import Status
from ai_routing.team import outputs, workflows


def of_run(run: Run, steps: Sequence[Step]) -> list[Proposal]:
    """Return a proposal for each text that was made; none for a workflow that only tells something."""
    proposes = workflows.named(run.workflow).proposes
    if proposes is None:
        return []
    done = [step for step in steps if step.status == Status.DONE]
    texts = [step for step in done if step.stage == proposes.stage]
    judged = next((step.output or {} for step in done if step.stage == proposes.checked_by), None)
    found = outputs.concerns(judged) if judged else {}
    return [
        Proposal(
            run=run,
            step=step,
            index=index,
            effect=proposes.effect,
            payload=payload(run, step, concern=found.get(index + 1)),
        )
        for index, step in enumerate(texts)
    ]


def payload(run: Run, step: Step, *, concern: str | None) -> dict[str, Any]:
    """Return what an effect is given. `concern` is None for a text that compliance passed over without a word."""
    item, draft = step.inputs["item"], step.output or {}
    planned_for = moment(run, item)
    platforms = run.brief.get("platforms", [])
    return {
        "title": draft["title"],
        "text": draft["text"],
        "platform": item["platform"],
        "platforms": platforms,
        "also": [platform for platform in platforms if run.brief.get("everywhere") and platform != item["platform"]],
        "language": run.language,
        "planned_for": planned_for.isoformat() if planned_for else None,
        "checked": concern is not None,
        "concern": concern or "",
        "sources": step.sources,
        "voice": str(step.inputs.get("voice", {}).get("id", "")),
    }


def moment(run: Run, item: dict[str, Any]) -> datetime | None:
    """Return when an item of the plan is due, in UTC; None for a workflow that has no days."""
    if "starts_on" not in run.brief:
        return None
    day = date.fromisoformat(run.brief["starts_on"]) + timedelta(days=item["day"] - 1)
    local = datetime.combine(day, time(item["hour"]), time_zone(run.user) or UTC)
    return local.astimezone(UTC)
