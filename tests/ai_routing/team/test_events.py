"""A run is told twice in the events: when it begins and when it ends, whatever its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Sum
from django.utils import timezone

from ai_routing.models import Run
from ai_routing.team import runs
from analytics.models import Event
from tests.ai_routing.team import crew
from tests.fakes.openai_server import Defect, OpenAIServer

pytestmark = pytest.mark.django_db


def told(run: Run) -> list[tuple[str, str]]:
    events = Event.objects.filter(event__startswith="team.", data__run_id=str(run.pk)).order_by("pk")
    return [(event.event, event.data.get("status", "")) for event in events]


def test_a_review_is_told_from_its_start_to_its_end_with_its_credits(start: Callable[..., Run]) -> None:
    run = crew.work(start("performance-review"))

    assert told(run) == [("team.run_started", ""), ("team.run_finished", "done")]
    ended = Event.objects.get(event="team.run_finished", data__run_id=str(run.pk))
    assert ended.data["credits"] == run.steps.aggregate(sum=Sum("credits"))["sum"] > 0


def test_a_run_that_waits_for_a_yes_has_not_ended(start: Callable[..., Run]) -> None:
    run = crew.work(start("weekly-plan"))

    assert told(run) == [("team.run_started", "")]


def test_a_cancelled_run_and_a_failed_one_say_so(start: Callable[..., Run], provider: OpenAIServer) -> None:
    cancelled = start("weekly-plan")
    runs.cancel(cancelled.pk, now=timezone.now())
    assert told(cancelled)[1:] == [("team.run_finished", "cancelled")]

    provider.script(defect=Defect.SCHEMA_VIOLATION, times=None)
    failed = crew.work(start("weekly-plan"))
    assert told(failed)[1:] == [("team.run_finished", "failed")]
