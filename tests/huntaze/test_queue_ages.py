"""How long messages have waited, asked of a real Valkey; and the lines of which CloudWatch makes figures."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.conf import settings

from ai_routing.streams import valkey
from huntaze import queue_ages
from huntaze.celery import app
from huntaze.logs.lines import JsonLines
from huntaze.tasks import measure_queues


@pytest.fixture(autouse=True)
def empty_queues(settings: Any) -> None:
    for queue in app.conf.task_queues:
        valkey().delete(queue.name)


def send(times: int) -> None:
    for _ in range(times):
        app.send_task("content.tasks.prepare_asset", args=["none"], queue="media", ignore_result=True)


def test_an_empty_queue_has_no_age() -> None:
    found = queue_ages.ages(now=time.time())

    assert [age.queue for age in found] == [queue.name for queue in app.conf.task_queues]
    assert {(age.seconds, age.waiting) for age in found} == {(0.0, 0)}


def test_the_age_is_that_of_the_message_that_has_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.time()
    send(1)
    monkeypatch.setattr("huntaze.celery.time.time", lambda: began + 60)
    send(2)
    monkeypatch.undo()

    (media,) = [age for age in queue_ages.ages(now=began + 90) if age.queue == "media"]

    assert media.waiting == 3
    assert media.seconds == pytest.approx(90, abs=5)


def test_a_message_of_an_older_release_has_no_age_yet() -> None:
    valkey().lpush("media", '{"headers": {"id": "1"}, "body": ""}')

    (media,) = [age for age in queue_ages.ages(now=time.time()) if age.queue == "media"]

    assert (media.seconds, media.waiting) == (0.0, 1)


def test_the_task_logs_a_line_for_each_queue_as_the_filter_expects_it(caplog: pytest.LogCaptureFixture) -> None:
    send(1)

    with caplog.at_level("INFO", logger="huntaze.queue_ages"):
        measure_queues()

    told = [record for record in caplog.records if record.name == "huntaze.queue_ages"]
    lines = [json.loads(JsonLines().format(record)) for record in told]
    assert len(lines) == len(app.conf.task_queues)
    (media,) = [line for line in lines if line["queue"] == "media"]
    assert media["logger"] == "huntaze.queue_ages"
    assert media["seconds"] < 60
    assert media["waiting"] == 1
    assert settings.LOGGING["root"]["level"] == "INFO", "above it, nothing would be measured"
