"""How Huntaze is watched: traces, crashes and alarms, as the environment says."""

from __future__ import annotations

from dataclasses import dataclass

import environ


@dataclass(frozen=True, slots=True)
class Watching:
    """`release` is the build: a commit, or the tag of the image. What is empty is off.

    `traces` is the share of requests whose traces are kept, `housekeeping` that of what the clock starts. With
    `trusted_trace` what stands before us sets traceparent itself, and takes away what strangers send under that name.
    `runbooks_url` is where docs/runbooks/ can be read. A day of models dearer than `cost_usd`, and a backup older than
    `backup_hours`, ring; with 0 they never do.
    """

    release: str
    sentry_dsn: str
    sentry_traces: float
    otlp_endpoint: str
    traces: float
    housekeeping: float
    trusted_trace: bool
    slack_url: str
    pagerduty_key: str
    pagerduty_url: str
    emails: tuple[str, ...]
    runbooks_url: str
    cost_usd: float
    backup_hours: float


def read(env: environ.Env) -> Watching:
    return Watching(
        release=env.str("HUNTAZE_RELEASE", ""),
        sentry_dsn=env.str("SENTRY_DSN", ""),
        sentry_traces=env.float("SENTRY_TRACES_SAMPLE_RATE", 0.0),
        otlp_endpoint=env.str("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        traces=env.float("OTEL_TRACES_SAMPLER_ARG", 1.0),
        housekeeping=env.float("HUNTAZE_HOUSEKEEPING_TRACES", 0.01),
        trusted_trace=env.bool("HUNTAZE_TRUST_TRACE_HEADERS", False),
        slack_url=env.str("HUNTAZE_ALARM_SLACK_URL", ""),
        pagerduty_key=env.str("HUNTAZE_ALARM_PAGERDUTY_KEY", ""),
        pagerduty_url="https://events.pagerduty.com/v2/enqueue",
        emails=tuple(env.list("HUNTAZE_ALARM_EMAILS", default=[])),
        runbooks_url=env.str("HUNTAZE_RUNBOOKS_URL", "").rstrip("/"),
        cost_usd=env.float("HUNTAZE_AI_COST_ALARM_USD", 0.0),
        backup_hours=env.float("HUNTAZE_BACKUP_ALARM_HOURS", 26.0),
    )
