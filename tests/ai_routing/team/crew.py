"""Short ways to start a run, to do its steps, to say what an agent answers, and to add up what it took."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from ai_routing.models import LedgerEntry, Proposal, Run, Step
from ai_routing.models.work import Status
from ai_routing.team import briefs, runs, worker, workflows
from billing.models import QuotaPeriod, Reservation
from tests.fakes.openai_server import OpenAIServer


def start(user: User, name: str = "weekly-plan", *, budget: int = 200, now: datetime | None = None, **told: Any) -> Run:
    workflow = workflows.named(name)
    now = now or timezone.now()
    today = briefs.today_of(user, now=now)
    filled = {**briefs.beginning(workflow, user, today=today), workflow.about: "Rain in Lyon", **told}
    form = briefs.BriefForm(workflow, filled, today=today)
    assert form.is_valid(), form.errors.as_text()
    return runs.start(user, workflow, form.brief(), budget_credits=budget, now=now)


def waiting(run: Run) -> list[Step]:
    return list(run.steps.filter(status=Status.QUEUED).order_by("pk"))


def work(run: Run, *, until: str = "") -> Run:
    """Do the steps that wait, and those that follow, until the first of the stage `until` waits or nothing does."""
    while steps := waiting(run):
        if steps[0].stage == until:
            break
        for step in steps:
            worker.work(step.pk)
    return Run.objects.get(pk=run.pk)


def answer(run: Run, name: str) -> dict[str, Any]:
    """Return what the one step of a stage answered."""
    (step,) = stage(run, name)
    assert step.output is not None
    output: dict[str, Any] = step.output
    return output


def stage(run: Run, name: str) -> list[Step]:
    return list(run.steps.filter(stage=name).order_by("index"))


def proposals(run: Run) -> list[Proposal]:
    return list(run.proposals.order_by("index"))


def says(provider: OpenAIServer, answer: dict[str, Any], **conditions: Any) -> None:
    provider.script(text=json.dumps(answer), **conditions)


def finding(text: str, *sources: str) -> dict[str, Any]:
    return {"findings": [{"text": text, "sources": list(sources)}]}


def plan(*titles: str, **item: Any) -> dict[str, Any]:
    return {
        "items": [
            {"day": day, "hour": 18, "platform": "instagram", "title": title, "idea": "Show it.", "sources": [], **item}
            for day, title in enumerate(titles, start=1)
        ]
    }


def draft(title: str, text: str = "A text.", *sources: str) -> dict[str, Any]:
    return {"title": title, "text": text, "sources": list(sources)}


def totals(user: User) -> dict[str, int]:
    """Return the credits of a creator by each of the books that must agree, and what is still set aside."""
    period = QuotaPeriod.objects.get(user=user)
    return {
        "quota": period.used,
        "ledger": LedgerEntry.objects.filter(user=user).aggregate(sum=Sum("credits"))["sum"] or 0,
        "steps": Step.objects.filter(run__user=user).aggregate(sum=Sum("credits"))["sum"] or 0,
        "reservations": Reservation.objects.filter(period=period).aggregate(sum=Sum("charged"))["sum"] or 0,
        "set_aside": period.reserved,
    }


def assert_books_agree(user: User, *, set_aside: int = 0) -> int:
    """Check that quota, ledger, steps and reservations tell the same, and return the credits that were taken."""
    found = totals(user)
    assert found.pop("set_aside") == set_aside
    assert len(set(found.values())) == 1, found
    return found["quota"]
