"""Runs of the AI team as campaigns: how far each is, what it took, and what became of its texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ai_routing import saving
from ai_routing.models import Proposal, Run, Step
from ai_routing.models.work import UNDER_WAY, Status
from ai_routing.team import proposing, workflows
from ai_routing.team.shapes import PLAN
from ai_routing.team.workflow import Workflow
from content.models import Channel, Content, Platform

ON_CALENDAR: Final = (Content.State.SCHEDULED, Content.State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in the list."""

    run: Run
    workflow: Workflow
    stages_done: int
    doing: str | Promise
    credits: int
    cost_usd: Decimal | None
    waiting: int
    drafts: int
    scheduled: int
    published: int

    @property
    def stages(self) -> int:
        return len(self.workflow.stages)

    @property
    def percent(self) -> int:
        return 100 * self.stages_done // self.stages

    @property
    def level(self) -> str:
        return "full" if self.run.status == Run.Status.FAILED else "normal"


@dataclass(frozen=True, slots=True)
class Stop:
    """A text on the campaign's way: what is planned and when, and where it stands.

    `at` is None for a workflow that has no days; then `day` counts from the first.
    """

    number: int
    title: str
    idea: str
    platform: str
    platform_name: str
    at: datetime | None
    day: int
    state: str
    state_name: str
    proposal_id: UUID | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the texts that the creator said yes to."""

    approved: int
    on_calendar: int
    first_at: datetime | None


def cards(runs: Sequence[Run]) -> list[Card]:
    """Return a card for each run, in three queries for all of them."""
    steps: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = Step.objects.filter(run__in=runs).values("run", "stage", "status").order_by()
    for row in rows.annotate(number=Count("pk"), credits=Sum("credits"), cost=Sum("cost_micro_usd")):
        steps[row["run"]].append(dict(row))
    waiting = counted(Proposal.objects.filter(run__in=runs, state=Proposal.State.PROPOSED).values_list("run"))
    posts = counted(Content.objects.filter(run__in=runs, deleted_at=None).values_list("run", "state"))
    return [card(run, steps[run.pk], waiting[run.pk,], posts) for run in runs]


def counted(rows: Any) -> Counter[tuple[Any, ...]]:
    return Counter({tuple(key): number for *key, number in rows.annotate(number=Count("pk")).order_by()})


def card(run: Run, steps: Sequence[dict[str, Any]], waiting: int, posts: Counter[tuple[Any, ...]]) -> Card:
    workflow = workflows.named(run.workflow)
    under_way = {row["stage"] for row in steps if row["status"] in UNDER_WAY}
    done = {row["stage"] for row in steps if row["status"] == Status.DONE} - under_way
    costs = [row["cost"] for row in steps if row["cost"] is not None]
    return Card(
        run=run,
        workflow=workflow,
        stages_done=len(done),
        doing=next((stage.title for stage in workflow.stages if stage.name in under_way), ""),
        credits=sum(row["credits"] or 0 for row in steps),
        cost_usd=saving.usd(sum(costs)) if costs else None,
        waiting=waiting,
        drafts=posts[run.pk, Content.State.DRAFT] + posts[run.pk, Content.State.FAILED],
        scheduled=posts[run.pk, Content.State.SCHEDULED],
        published=posts[run.pk, Content.State.PUBLISHED],
    )


def contents(run: Run) -> dict[str, Content]:
    """Return the posts that were kept of a run, by their reference; those in the bin are not among them."""
    rows = Content.objects.for_user(run.user).filter(run=run).order_by("pk")
    return {f"post:{row.pk}": row for row in rows}


def outcome(run: Run, kept: dict[str, Content]) -> Outcome:
    """Return what became of a run's texts; the run must come with its proposals."""
    approved = [each for each in run.proposals.all() if each.state == Proposal.State.APPROVED]
    found = [kept[each.result] for each in approved if each.result in kept]
    going = [row for row in found if row.state in ON_CALENDAR]
    times = [row.planned_for for row in going if row.planned_for]
    return Outcome(len(approved), len(going), min(times, default=None))


def timeline(run: Run, workflow: Workflow, kept: dict[str, Content]) -> list[Stop]:
    """Return what a run has planned, text by text; the run must come with its steps and proposals.

    Empty until the plan is made, and for a workflow without one.
    """
    planning = next((stage for stage in workflow.stages if stage.shape is PLAN), None)
    steps = list(run.steps.all())
    plan = next((step for step in steps if planning and step.stage == planning.name and step.output), None)
    if plan is None or plan.output is None:
        return []
    indexes = {step.pk: step.index for step in steps}
    proposals = {indexes[each.step_id]: each for each in run.proposals.all()}
    stops = [
        stop(run, index, item, proposals.get(index), [step for step in steps if step.index == index], kept)
        for index, item in enumerate(plan.output["items"])
    ]
    return sorted(stops, key=lambda each: (each.at.timestamp() if each.at else each.day, each.number))


def stop(
    run: Run,
    index: int,
    item: dict[str, Any],
    proposal: Proposal | None,
    steps: Sequence[Step],
    kept: dict[str, Content],
) -> Stop:
    payload = proposal.payload if proposal else {}
    content = kept.get(proposal.result) if proposal else None
    state, name = standing(run, proposal, content, steps)
    at = payload.get("planned_for")
    platform = content.platform if content else payload.get("platform") or item["platform"]
    return Stop(
        number=index + 1,
        title=content.title if content and content.title else payload.get("title") or item["title"],
        idea=item["idea"],
        platform=platform,
        platform_name=str(dict(Channel.choices).get(platform) or dict(Platform.choices).get(platform, "")),
        at=datetime.fromisoformat(at) if at else proposing.moment(run, item),
        day=item["day"],
        state=state,
        state_name=name,
        proposal_id=proposal.pk if proposal else None,
    )


def standing(run: Run, proposal: Proposal | None, content: Content | None, steps: Sequence[Step]) -> tuple[str, str]:
    """Return where a text of the plan stands, and how that is called."""
    if content is not None:
        return content.state, str(content.get_state_display())
    if proposal is not None:
        if proposal.state == Proposal.State.APPROVED:
            return "gone", _("Deleted")
        if proposal.state == Proposal.State.REJECTED:
            return "rejected", _("Left out")
        return "waiting", _("To review")
    written = [step for step in steps if "item" in step.inputs]
    if any(step.status == Status.FAILED for step in written):
        return "failed", _("Not written")
    if run.ended:
        return "rejected", _("Not written")
    if any(step.status == Status.WRITING for step in written):
        return "writing", _("Being written")
    return "planned", _("Planned")
