"""Have a model sum up a week, once, and show what it said or else the bare facts."""

from __future__ import annotations

import functools
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User
from ai_routing import catalogue, completion, nudges
from ai_routing.models.work import Status
from analytics import ranges
from content import tasks
from content.models import WeekSummary
from content.weekly import facts, question

FEWEST_FACTS: Final = 3
"""Fewer facts are read quicker than a summary of them."""


class NothingToSay(Exception):
    """The week holds too few facts, or there is only the demonstration model, which cannot keep to them."""


def last_week(user: User, *, now: datetime) -> date:
    """Return the Monday of the last week that is over on the account's own clock."""
    today = ranges.today(user, now=now)
    return today - timedelta(days=today.weekday() + 7)


def latest(user: User, week: date) -> WeekSummary | None:
    """Return the newest summary of a week in the reader's language, however it ended."""
    return WeekSummary.objects.filter(user=user, week=week, language=user.locale).order_by("-id").first()


def can_be_asked(found: list[facts.Fact]) -> bool:
    return len(found) >= FEWEST_FACTS and not catalogue.is_demonstration()


def request(user: User, *, now: datetime) -> WeekSummary:
    """Set the quota aside, store the work and hand it to the workers; return the one that there is, if there is one.

    Raises NothingToSay, billing.quota.QuotaExhausted, billing.quota.PlanRequired, billing.budgets.BudgetExhausted, and
    ai_routing.routing.NoDeployment and InvalidRequest.
    """
    week = last_week(user, now=now)
    found = latest(user, week)
    if found is not None and found.status != Status.FAILED:
        return found
    known = facts.of_week(user, week)
    if not can_be_asked(known):
        raise NothingToSay("There are too few facts, or no model that can keep to them.")
    summary = WeekSummary(
        user=user,
        week=week,
        language=user.locale,
        facts=[fact.as_json() for fact in known],
        queued_at=now,
        created_at=now,
    )
    job = question.job(summary)
    route = completion.route(job)
    try:
        with transaction.atomic():
            summary.reservation = completion.admit(job, route, now=now)
            summary.decision = route.as_json()
            summary.save(force_insert=True)
            transaction.on_commit(
                functools.partial(nudges.send, tasks.sum_up, "summary_id", [summary.pk], queue="ai_interactive")
            )
    except IntegrityError:
        # Asked twice at once: the other one is under way.
        other = latest(user, week)
        if other is None or other.status == Status.FAILED:
            raise
        return other
    return summary
