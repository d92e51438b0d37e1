"""The queues, the schedule, and the promises that keep a job from being lost or done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from ai_routing import leases
from billing import quota
from huntaze.celery import app

app.loader.import_default_modules()
# Other tests bring tasks of their own.
OURS = sorted(name for name in app.tasks if not name.startswith(("celery.", "tests.")))
QUEUES = {queue.name for queue in app.conf.task_queues}


def test_the_tasks_of_every_app_are_found() -> None:
    assert {name.partition(".")[0] for name in OURS} == {
        "accounts",
        "ai_routing",
        "analytics",
        "billing",
        "content",
        "huntaze",
    }


@pytest.mark.parametrize("name", OURS)
def test_every_task_goes_to_a_queue_that_a_worker_reads(name: str) -> None:
    route = app.conf.task_routes.get(name, {"queue": app.conf.task_default_queue})

    assert route["queue"] in QUEUES


def test_every_route_and_every_scheduled_task_is_of_a_task_that_exists() -> None:
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled | app.conf.task_routes.keys() <= set(OURS)


def test_who_waits_for_a_text_does_not_wait_behind_housekeeping() -> None:
    waited_for = {name for name, route in app.conf.task_routes.items() if route["queue"] == "ai_interactive"}

    assert waited_for == {
        "accounts.tasks.deliver",
        "content.tasks.write_variant",
        "content.tasks.read_samples",
        "ai_routing.assistant.tasks.answer_turn",
    }
    published = {name for name, route in app.conf.task_routes.items() if route["queue"] == "publishing"}
    assert published == {
        "content.tasks.hand_out_due",
        "content.tasks.publish",
        "content.tasks.mail_reminders",
        "huntaze.edge.tasks.purge_changed_pages",
    }
    assert app.conf.task_default_queue == "rollups"


def test_a_sweep_does_not_pile_up_behind_itself() -> None:
    often = {
        name: entry
        for name, entry in app.conf.beat_schedule.items()
        if isinstance(entry["schedule"], float) and entry["schedule"] <= 60
    }

    assert often
    for entry in often.values():
        assert entry["options"]["expires"] <= entry["schedule"]


def test_a_job_that_dies_with_its_worker_is_handed_out_again_but_not_while_it_runs() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    longest = timedelta(seconds=settings.AI_DEADLINE_SECONDS + leases.OUTAGE_SECONDS)
    assert longest < timedelta(seconds=app.conf.broker_transport_options["visibility_timeout"])
    assert longest < quota.LIFETIME


def test_messages_are_json() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
