"""The collector's configuration, as far as it can be judged without the collector: its form, its wiring, its patterns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from huntaze.logs.scrubbing import scrubbed
from huntaze.observability import looking
from huntaze.observability.telemetry.discretion import LEFT_OUT

FOLDER = Path(__file__).resolve().parents[2] / "infra" / "collector"
FILES = sorted(FOLDER.glob("*.yaml"))
# What of each kind the contrib distribution has, of what is used here; from its README.
KNOWN = {
    "receivers": {"otlp"},
    "processors": {
        "attributes", "batch", "memory_limiter", "probabilistic_sampler", "redaction", "resourcedetection", "tail_sampling",
    },
    "exporters": {"awscloudwatchlogs", "awsemf", "datadog"},
    "connectors": {"datadog"},
    "extensions": {"health_check"},
}  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_wired_is_defined_and_what_is_defined_is_wired(path: Path) -> None:
    config = read(path)
    pipelines = config["service"]["pipelines"].values()
    connectors = set(config.get("connectors", {}))
    for kind in ("receivers", "processors", "exporters"):
        used = {name for pipeline in pipelines for name in pipeline[kind]}
        assert used - connectors == set(config[kind])
        assert {name.partition("/")[0] for name in config[kind]} <= KNOWN[kind]
    # A connector ends one pipeline and begins another.
    for name in connectors:
        assert any(name in pipeline["exporters"] for pipeline in pipelines)
        assert any(name in pipeline["receivers"] for pipeline in pipelines)
    assert set(config["service"].get("extensions", [])) == set(config.get("extensions", {}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_memory_is_bounded_first_and_batches_are_made_last(path: Path) -> None:
    for name, pipeline in read(path)["service"]["pipelines"].items():
        assert pipeline["processors"][0] == "memory_limiter", name
        if "batch" in pipeline["processors"]:
            assert pipeline["processors"][-1] == "batch", name


def test_traces_and_logs_go_nowhere_before_they_are_cleaned() -> None:
    for name, pipeline in read(FOLDER / "config.yaml")["service"]["pipelines"].items():
        if name.startswith(("traces", "logs")):
            assert {"attributes/personal", "redaction"} <= set(pipeline["processors"]), name


def test_the_collector_leaves_out_what_the_application_leaves_out_and_words_of_models() -> None:
    actions = read(FOLDER / "config.yaml")["processors"]["attributes/personal"]["actions"]
    deleted = {action["key"] for action in actions if action["action"] == "delete"}

    assert {"gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages"} <= deleted
    assert {key for key in LEFT_OUT if key.startswith(("client.", "network.", "url.", "user_agent."))} <= deleted


@pytest.mark.parametrize(
    "secret", ["fan@example.org", "hz_0123456789abcdef", "sk_live_51HxYz0123", "eyJhbGciOiJI.eyJzdWIiOiI3In0.c2ln"]
)
def test_its_patterns_find_what_ours_find(secret: str) -> None:
    patterns = read(FOLDER / "config.yaml")["processors"]["redaction"]["blocked_values"]

    assert secret not in scrubbed(secret)
    assert any(re.search(pattern, secret) for pattern in patterns)


def test_every_metric_that_cloudwatch_gets_is_one_that_we_make() -> None:
    ours = {
        "http.server.request.duration",
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "huntaze.ai.cost",
        "huntaze.ai.completions",
        looking.GAUGE,
        looking.COMPONENT,
    }
    declared = read(FOLDER / "config.yaml")["exporters"]["awsemf"]["metric_declarations"]
    patterns = [pattern for each in declared for pattern in each["metric_name_selectors"]]

    for pattern in patterns:
        assert any(re.search(pattern, name) for name in ours), pattern
    for name in ours:
        assert any(re.search(pattern, name) for pattern in patterns), name


def test_no_key_stands_in_a_file() -> None:
    for path in FILES:
        for exporter in read(path)["exporters"].values():
            assert exporter.get("api", {}).get("key", "${env:DD_API_KEY}") == "${env:DD_API_KEY}"
