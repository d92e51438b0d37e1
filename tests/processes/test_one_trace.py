"""One request, from the web process through a worker to the provider, as those see it who watch Huntaze."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.fakes.otlp_receiver import Collector
from tests.fakes.sentry_receiver import Sentry
from tests.processes.product import DEMO, Product

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

PARTS = "postgres,valkey,model,s3,database,web,worker-interactive,beat"
PROMPT = "Sunlit terrace in Marseille with Zephyrine"
REQUEST_ID = "5f0e8c1a9b7d4e2f8a6c3b1d0e9f7a5c"
ANSWER = "Quiet morning by the harbour, coffee in hand."
WITHIN_SECONDS = 60


@dataclass
class Watched:
    product: Product
    collector: Collector
    sentry: Sentry
    provider: OpenAIServer

    def leaks(self) -> list[tuple[str, str]]:
        """Return what can be found that nobody may find: addresses, words of prompt and answer, keys."""
        told = {
            "OTLP": b"\n".join(self.collector.raw),
            "Sentry": b"\n".join(self.sentry.raw),
            "logs": "\n".join(self.lines()).encode(),
        }
        words = [DEMO, "Zephyrine", "Marseille", "Quiet morning", self.product.key, self.provider.api_key, "stranger@"]
        return [(where, word) for where, text in told.items() for word in words if word.encode() in text]

    def lines(self) -> list[str]:
        """Return every line that web, workers and beat have logged, but not what the tool that runs them says."""
        logs = self.product.stack.state.root / "log"
        return [line for name in ("web", "worker-interactive", "beat") for line in read(logs / f"{name}.log")]


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Collector() as collector, Sentry() as sentry, OpenAIServer() as provider:
        product = Product(tmp_path_factory.mktemp("product"), provider, parts=PARTS)
        product.variables |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            "OTEL_BLRP_SCHEDULE_DELAY": "500",
            "OTEL_METRIC_EXPORT_INTERVAL": "2000",
            "SENTRY_DSN": sentry.dsn,
            "SENTRY_TRACES_SAMPLE_RATE": "1.0",
            "HUNTAZE_RELEASE": "0123abc",
            "HUNTAZE_LOG_JSON": "true",
            "HUNTAZE_WEB_WORKERS": "1",
        }
        try:
            product.up()
            yield Watched(product, collector, sentry, provider)
        finally:
            product.stack.close()


@pytest.fixture(scope="module")
def asked(watched: Watched) -> dict[str, Any]:
    """Have one text written, and return what came."""
    watched.provider.script(text=ANSWER, times=None)
    status, generation = watched.product.call(
        "POST",
        "/api/content/generate?token=stranger@example.org",
        {"prompt": PROMPT, "again": True},
        {"X-Request-ID": REQUEST_ID, "Prefer": "wait=30", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"},
    )
    assert status == 201, generation
    watched.product.wait_until(
        lambda: (
            bool(named(watched.collector, "chat gpt-4o-mini"))
            and bool(named(watched.collector, "POST /api/content/generate"))
        ),
        seconds=WITHIN_SECONDS,
    )
    sent = [request.headers for request in watched.provider.requests]
    return {**generation, "sent": next(headers for headers in sent if headers.get("x-request-id") == REQUEST_ID)}


def test_one_trace_joins_web_worker_and_provider(watched: Watched, asked: dict[str, Any]) -> None:
    collector = watched.collector
    request = by_request_id(collector, REQUEST_ID)
    (call,) = [span for span in named(collector, "chat gpt-4o-mini") if span["trace"] == request["trace"]]
    by_id = {span["id"]: span for span in collector.spans() if span["trace"] == request["trace"]}
    way = [call]
    while way[-1]["parent"]:
        way.append(by_id[way[-1]["parent"]])
    assert [(span["service"], span["name"]) for span in way] == [
        ("huntaze-worker", "chat gpt-4o-mini"),
        ("huntaze-worker", "complete"),
        ("huntaze-worker", "run/content.tasks.write_variant"),
        ("huntaze-web", "apply_async/content.tasks.write_variant"),
        ("huntaze-web", "POST /api/content/generate"),
    ]
    assert request["trace"] != "a" * 32, "a stranger says what is traced"
    assert request["attributes"]["huntaze.request_id"] == REQUEST_ID
    assert request["attributes"]["http.route"] == "api/content/generate"
    services = {
        (span["service"], str(span["attributes"].get("db.system.name") or span["attributes"].get("db.system")))
        for span in by_id.values()
    }
    assert {("huntaze-web", "postgresql"), ("huntaze-worker", "postgresql"), ("huntaze-web", "redis")} <= services


def by_request_id(collector: Collector, request_id: str) -> dict[str, Any]:
    (found,) = [span for span in collector.spans() if span["attributes"].get("huntaze.request_id") == request_id]
    return found


def named(collector: Collector, name: str) -> list[dict[str, Any]]:
    return [span for span in collector.spans() if span["name"] == name]


def test_a_call_is_told_by_the_conventions_for_generative_ai(watched: Watched, asked: dict[str, Any]) -> None:
    trace = by_request_id(watched.collector, REQUEST_ID)["trace"]
    spans = [span for span in watched.collector.spans() if span["trace"] == trace]
    call = next(span for span in spans if span["name"] == "chat gpt-4o-mini")["attributes"]
    tokens = asked["ai"]["tokens"]

    assert call["gen_ai.operation.name"] == "chat"
    assert call["gen_ai.provider.name"] == "openai"
    assert call["gen_ai.request.model"] == "gpt-4o-mini"
    assert call["gen_ai.response.model"].startswith("gpt-4o-mini")
    assert call["gen_ai.response.finish_reasons"] == ["stop"]
    assert call["gen_ai.usage.input_tokens"] == tokens["input"]
    assert call["gen_ai.usage.output_tokens"] == tokens["output"]
    assert call["gen_ai.usage.cache_read.input_tokens"] == tokens["cached"]
    decision = next(span for span in spans if span["name"] == "complete")["attributes"]
    assert decision["huntaze.ai.tier"] == "economy"
    assert decision["huntaze.ai.cache"] == "none"
    assert decision["huntaze.ai.outcome"] == "completed"


def test_figures_are_by_route_and_by_model(watched: Watched, asked: dict[str, Any]) -> None:
    wanted = {"http.server.request.duration", "gen_ai.client.token.usage", "gen_ai.client.operation.duration"}
    watched.product.wait_until(lambda: wanted <= watched.collector.metrics().keys(), seconds=WITHIN_SECONDS)
    metrics = watched.collector.metrics()

    routes = {point["attributes"].get("http.route") for point in metrics["http.server.request.duration"]}
    assert "api/content/generate" in routes
    assert not any("readyz" in str(route) for route in routes)
    assert {point["attributes"]["gen_ai.token.type"] for point in metrics["gen_ai.client.token.usage"]} == {
        "input",
        "output",
    }
    assert metrics["huntaze.ai.cost"][0]["value"] > 0
    assert metrics["huntaze.ai.completions"][0]["attributes"]["huntaze.ai.cache"] == "none"


def test_the_provider_is_told_the_ids_and_nothing_of_a_person(watched: Watched, asked: dict[str, Any]) -> None:
    trace = by_request_id(watched.collector, REQUEST_ID)["trace"]
    call = next(span for span in named(watched.collector, "chat gpt-4o-mini") if span["trace"] == trace)
    headers = asked["sent"]

    assert headers["x-client-request-id"] == REQUEST_ID
    assert headers["traceparent"] == f"00-{call['trace']}-{call['id']}-01"
    assert "baggage" not in headers


def test_the_log_lines_of_web_and_worker_carry_the_ids(watched: Watched, asked: dict[str, Any]) -> None:
    watched.provider.reset()
    watched.provider.script("server_error", times=1)
    watched.provider.script(text=ANSWER, times=None)
    watched.product.call(
        "POST",
        "/api/content/generate",
        {"prompt": PROMPT, "again": True},
        {"X-Request-ID": "f" * 32, "Prefer": "wait=30"},
    )
    told = [json.loads(line) for line in watched.lines() if line.startswith("{")]
    access = next(line for line in told if line.get("request_id") == REQUEST_ID and line["logger"] == "gunicorn.access")
    failed = next(line for line in told if line["logger"] == "ai_routing.chain")

    assert access["user_id"].isdigit()
    assert failed["request_id"] == "f" * 32
    assert failed["task"] == "content.tasks.write_variant"
    assert failed["task_id"]
    assert failed["span_id"]
    watched.product.wait_until(
        lambda: any(record["trace"] == failed["trace_id"] for record in watched.collector.records()),
        seconds=WITHIN_SECONDS,
    )
    watched.product.wait_until(
        lambda: (
            failed["trace_id"] in {span["trace"] for span in named(watched.collector, "POST /api/content/generate")}
        ),
        seconds=WITHIN_SECONDS,
    )
    assert watched.leaks() == []


def test_every_line_is_an_object_with_time_level_logger_and_message(watched: Watched, asked: dict[str, Any]) -> None:
    lines = watched.lines()
    strange = [line for line in lines if not line.startswith("{")]
    for line in lines:
        if line.startswith("{"):
            assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
    # Celery's banner, and what gunicorn says before it has read its configuration.
    assert not [line for line in strange if re.search(r" (ERROR|WARNING) |Traceback|MonkeyPatch.*ssl", line)], strange


def test_crashes_of_web_and_worker_arrive_without_what_is_secret(watched: Watched, asked: dict[str, Any]) -> None:
    product, sentry = watched.product, watched.sentry
    # A table that is away makes PostgreSQL repeat the statement, with the prompt in it.
    with product.connect() as connection:
        connection.execute("ALTER TABLE content_generation RENAME TO content_generation_away")
    try:
        # What a developer gets is Django's page.
        with pytest.raises(AssertionError, match="500"):
            product.call("POST", "/api/content/generate", {"prompt": PROMPT, "again": True})
        product.python(
            "from huntaze.celery import app",
            "app.send_task('content.tasks.write_variant', kwargs={'variant_id': 'stranger@example.org'},"
            " queue='ai_interactive')",
        )
        product.wait_until(lambda: len(crashes(sentry)) >= 2, seconds=WITHIN_SECONDS)
    finally:
        with product.connect() as connection:
            connection.execute("ALTER TABLE content_generation_away RENAME TO content_generation")

    found = crashes(sentry)
    assert {"ProgrammingError", "ValueError"} <= found.keys()
    web, worker = found["ProgrammingError"], found["ValueError"]
    assert web["release"] == worker["release"] == "0123abc"
    assert web["environment"] == "development"
    assert web["user"].keys() == {"id"}
    assert web["tags"]["request_id"]
    assert worker["tags"]["task"] == "content.tasks.write_variant"
    assert "cookies" not in web["request"]
    assert "data" not in web["request"]
    assert {transaction["transaction"] for transaction in sentry.of("transaction")} >= {"content.tasks.write_variant"}
    assert not sentry.refusals
    assert watched.leaks() == []


def crashes(sentry: Sentry) -> dict[str, Any]:
    return {
        value["type"]: event for event in sentry.of("event") for value in event.get("exception", {}).get("values", [])
    }


def test_nobody_who_watches_finds_a_secret(watched: Watched, asked: dict[str, Any]) -> None:
    assert watched.collector.raw
    assert watched.sentry.raw
    assert watched.leaks() == []
