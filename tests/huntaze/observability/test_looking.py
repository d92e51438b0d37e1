"""The minute's round, on the real servers: what is measured, what each part is found to be, and what it leaves behind."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError

from ai_routing import breaker, catalogue
from billing.models import WebhookEvent
from huntaze import health
from huntaze.celery import app
from huntaze.observability import components, gauges, looking, minutes
from huntaze.observability.components import Seen, State
from huntaze.observability.minutes import Span
from huntaze.observability.models import AlarmState, Mark, Measured
from tests.huntaze import admin_rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def ourselves(settings: Any) -> Iterator[dict[str, int]]:
    """Our own address, which answers what the test says."""
    answers = {"/healthz": 200, "/readyz": 200}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield answers
    server.shutdown()
    server.server_close()


def test_a_round_leaves_a_minute_with_figures_and_parts(ourselves: dict[str, int]) -> None:
    looking.look(now=NOW)
    looking.look(now=NOW + timedelta(minutes=1))

    data = Measured.objects.get(span=Span.MINUTE, at=NOW.replace(second=0)).data
    assert {f"queue.age.{queue.name}" for queue in app.conf.task_queues} <= data["gauges"].keys()
    assert {"webhook.lag", "ai.cost_today", "reviews.waiting", "ai.able.economy"} <= data["gauges"].keys()
    assert {key: list(states) for key, states in data["components"].items()} == {
        component.key: ["up"] for component in components.every()
    }
    assert AlarmState.objects.filter(firing=True).count() == 0


@pytest.mark.parametrize(("path", "part"), [("/healthz", "web"), ("/readyz", "api")])
def test_a_part_that_does_not_answer_a_stranger_is_down(ourselves: dict[str, int], path: str, part: str) -> None:
    ourselves[path] = 503

    found = components.look({}, now=NOW)

    assert [key for key, state in found.items() if state is State.DOWN] == [part]


@pytest.mark.parametrize(("errors", "state"), [(0, State.UP), (5, State.DEGRADED), (60, State.DOWN)])
def test_errors_of_real_requests_count_beside_the_question(
    ourselves: dict[str, int], errors: int, state: State
) -> None:
    seen = Seen({"page": {"buckets": [100], "errors": errors}}, {})

    assert components.web(seen) is state


def test_three_failures_at_night_are_no_share(ourselves: dict[str, int]) -> None:
    assert components.web(Seen({"page": {"buckets": [3], "errors": 3}}, {})) is State.UP


def test_mail_media_and_database_are_asked(ourselves: dict[str, int], settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.AWS_STORAGE_BUCKET_NAME = "no-such-bucket"

    with mock.patch.object(health, "ask_database", side_effect=OperationalError("password hush")):
        found = components.look({}, now=NOW)

    assert (found["mail"], found["media"], found["database"]) == (State.DOWN,) * 3


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        ({}, None),
        ({"queue.age.ai_interactive": 1.0}, State.UP),
        ({"queue.age.ai_interactive": 60.0}, State.DEGRADED),
        ({"queue.age.ai_interactive": 1.0, "queue.age.media": 900.0}, State.DEGRADED),
        ({"queue.age.ai_interactive": 300.0}, State.DOWN),
    ],
)
def test_background_work_is_judged_by_who_waits(figures: dict[str, float], state: State | None) -> None:
    assert components.queue(Seen({}, figures)) is state


def test_a_provider_is_down_when_none_of_its_deployments_may_be_asked() -> None:
    (economy, *_), (premium, *_) = catalogue.chain(catalogue.Tier.ECONOMY), catalogue.chain(catalogue.Tier.PREMIUM)
    judge = components.of_provider(economy.provider)
    assert judge(Seen({}, {})) is State.UP

    for deployment in {economy, premium, *catalogue.configured()}:
        breaker.trip(deployment, by="a test", seconds=60)

    assert judge(Seen({}, {})) is State.DOWN
    assert gauges.of_breakers(NOW) == {"ai.able.economy": 0.0, "ai.able.premium": 0.0}


def test_the_lag_of_webhooks_is_that_of_the_oldest_that_waits() -> None:
    assert gauges.of_webhooks(NOW) == {"webhook.lag": 0.0}
    for number, (minutes_ago, done) in enumerate(((9, True), (4, False), (2, False))):
        came = NOW - timedelta(minutes=minutes_ago)
        WebhookEvent.objects.create(
            event_id=f"evt_{number}", type="x", payload={}, received_at=came, next_attempt_at=came,
            processed_at=NOW if done else None,
        )  # fmt: skip

    assert gauges.of_webhooks(NOW) == {"webhook.lag": 240.0}


def test_spend_is_that_of_the_day_in_utc() -> None:
    cost = [admin_rows.ledger_entry(number).cost_micro_usd for number in range(2)]
    total = float(sum(filter(None, cost), Decimal(0))) / 1_000_000
    at = admin_rows.NOW + timedelta(minutes=1)

    assert gauges.of_spend(at)["ai.cost_today"] == pytest.approx(total)
    assert gauges.of_spend(at + timedelta(days=1))["ai.cost_today"] == 0


def test_a_backup_is_as_old_as_its_last_word() -> None:
    assert gauges.of_backups(NOW) == {}
    call_command("note_backup")
    mark = Mark.objects.get()

    assert gauges.of_backups(mark.at + timedelta(hours=30)) == {"backup.age": 30.0}


def test_while_the_database_is_away_the_minute_is_told_to_valkey_and_stored_later(ourselves: dict[str, int]) -> None:
    away = OperationalError("away")
    with mock.patch.object(minutes, "store", side_effect=away), pytest.raises(OperationalError):
        looking.look(now=NOW)
    assert not Measured.objects.exists()

    minutes.store(now=NOW + timedelta(minutes=40))

    assert Measured.objects.get(span=Span.MINUTE).data["components"]["web"] == {"up": 1}
