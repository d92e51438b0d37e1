"""The catalogue: what we promise, and what rings when it is not so. Each alarm has a page in docs/runbooks/.

Whoever adds an alarm here adds its runbook; a test holds the two together, and what CloudFormation makes too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings

AVAILABILITY: Final = 0.999
"""Of all requests, in 30 days: so many are not answered with 500 and above."""
LATENCY_MS: Final = 200
"""Below it lies the p95 of pages and API calls that wait for no model."""


class Severity(StrEnum):
    """PAGE wakes somebody, by PagerDuty and all else; TICKET is for the next working day, by Slack and mail."""

    PAGE = "page"
    TICKET = "ticket"


class Kind(StrEnum):
    LATENCY = "latency"
    BURN = "burn"
    GAUGE = "gauge"
    SILENCE = "silence"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. It rings when its figure has been past the threshold for the whole of each of its windows.

    LATENCY: the p95 in milliseconds over each window. BURN: how many times faster than allowed the error budget is
    spent, over each window. GAUGE: `metric`, in each minute of the window, `above` the threshold or below it. SILENCE:
    nothing was measured for the window. CLOUD: CloudWatch judges it alone. `cloud` is its name in infra/stacks/.
    """

    name: str
    says: str
    kind: Kind
    severity: Severity
    windows: tuple[timedelta, ...] = ()
    metric: str = ""
    threshold: Callable[[], float] = lambda: 0.0
    above: bool = True
    unit: str = ""
    cloud: str = ""


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def always(value: float) -> Callable[[], float]:
    return lambda: value


def gauge(
    name: str, metric: str, threshold: float | Callable[[], float], unit: str, says: str, **more: object
) -> Alarm:
    limit = threshold if callable(threshold) else always(threshold)
    chosen: dict[str, object] = {"severity": Severity.TICKET, "windows": (minutes(5),), **more}
    return Alarm(name, says, Kind.GAUGE, metric=metric, threshold=limit, unit=unit, **chosen)  # type: ignore[arg-type]


def burn(name: str, factor: float, severity: Severity, *windows: timedelta) -> Alarm:
    says = f"The error budget of 30 days is spent {factor:g} times faster than allowed."
    return Alarm(name, says, Kind.BURN, severity, windows, threshold=always(factor), unit="×")


def cloud(name: str, cloud: str, severity: Severity, says: str) -> Alarm:
    return Alarm(name, says, Kind.CLOUD, severity, cloud=cloud)


ALARMS: Final = (
    Alarm(
        "slow-pages",
        "The p95 of pages and API calls that wait for no model is above 200 ms.",
        Kind.LATENCY,
        Severity.TICKET,
        (minutes(15), minutes(5)),
        threshold=always(LATENCY_MS),
        unit="ms",
        cloud="SlowPages",
    ),
    # The windows and factors of the SRE workbook (sre.google/workbook/alerting-on-slos): 2 % of the budget in an hour,
    # 5 % in six, 10 % in a day, each with a short window, so that it stops ringing soon after it is over.
    burn("error-burn-fast", 14.4, Severity.PAGE, timedelta(hours=1), minutes(5)),
    burn("error-burn", 6, Severity.PAGE, timedelta(hours=6), minutes(30)),
    burn("error-burn-slow", 3, Severity.TICKET, timedelta(days=1), timedelta(hours=2)),
    gauge(
        "ai-cost",
        "ai.cost_today",
        lambda: settings.WATCHING.cost_usd,
        "USD",
        "Models have cost more today than is expected of a day.",
        windows=(minutes(2),),
    ),
    gauge(
        "ai-economy-away",
        "ai.able.economy",
        1,
        "%",
        "Every deployment of the economy tier is left out: no text is written.",
        severity=Severity.PAGE,
        windows=(minutes(2),),
        above=False,
    ),
    gauge(
        "ai-premium-away",
        "ai.able.premium",
        1,
        "%",
        "Every deployment of the premium tier is left out.",
        windows=(minutes(5),),
        above=False,
    ),
    gauge(
        "webhook-lag", "webhook.lag", 300, "s", "Something that Stripe told has not been done for five minutes.",
        severity=Severity.PAGE,
    ),
    gauge(
        "ai-interactive-late", "queue.age.ai_interactive", 10, "s", "Somebody waits for a text that no worker takes.",
        severity=Severity.PAGE, windows=(minutes(3),), cloud="AiInteractiveLate",
    ),
    gauge(
        "publishing-late", "queue.age.publishing", 60, "s", "Posts go out late.",
        severity=Severity.PAGE, windows=(minutes(3),), cloud="PublishingLate",
    ),
    gauge(
        "ai-bulk-late", "queue.age.ai_bulk", 600, "s", "Steps of the AI team wait.",
        windows=(minutes(3),), cloud="AiBulkLate",
    ),
    gauge(
        "media-late", "queue.age.media", 300, "s", "Images and videos wait to be prepared.",
        windows=(minutes(3),), cloud="MediaLate",
    ),
    gauge(
        "payments-late", "queue.age.payments", 120, "s", "What Stripe told waits for a worker.",
        windows=(minutes(3),), cloud="PaymentsLate",
    ),
    gauge(
        "rollups-late", "queue.age.rollups", 120, "s", "Sweeps and rollups are late.",
        windows=(minutes(3),), cloud="RollupsLate",
    ),
    gauge(
        "database-pool", "pool", 90, "%", "A web process has given out nearly all its connections to PostgreSQL.",
        windows=(minutes(3),),
    ),
    gauge(
        "backup-old", "backup.age", lambda: settings.WATCHING.backup_hours, "h", "The last backup is too long ago.",
        windows=(minutes(2),), cloud="BackupOld",
    ),
    Alarm(
        "nothing-measured", "For ten minutes nothing was measured: beat, the background worker or Valkey stands still.",
        Kind.SILENCE, Severity.PAGE, (minutes(10),), unit="min",
    ),
    cloud("backups-late", "BackupsLate", Severity.TICKET, "No worker takes backups and drills."),
    cloud("drill-old", "DrillOld", Severity.TICKET, "For more than 8 days no backup was restored for practice."),
    cloud("backup-failed", "BackupFailed", Severity.PAGE, "A backup failed, or a drill brought something else back."),
    cloud("failing-pages", "FailingPages", Severity.PAGE, "Huntaze answers with 500 and above more than ten times a minute."),
    cloud("unreachable", "Unreachable", Severity.PAGE, "The load balancer answers with 500 and above: no process took it."),
    cloud("unhealthy-web", "UnhealthyWeb", Severity.TICKET, "A web process does not answer /healthz."),
    cloud("no-web", "NoWeb", Severity.PAGE, "Fewer than one web process is well."),
    cloud("errors", "Errors", Severity.TICKET, "More than twenty errors were logged in a minute."),
    cloud("database-busy", "DatabaseBusy", Severity.TICKET, "PostgreSQL has used 80 % of its processors for ten minutes."),
    cloud("database-full", "DatabaseFull", Severity.PAGE, "A tenth of PostgreSQL's first disk is free."),
    cloud("database-crowded", "DatabaseCrowded", Severity.TICKET, "PostgreSQL has nearly all the connections that it may."),
    cloud("database-memory", "DatabaseShortOfMemory", Severity.TICKET, "PostgreSQL has less than 256 MB of memory left."),
    cloud("database-queues", "DatabaseQueues", Severity.TICKET, "More than 20 reads and writes wait for PostgreSQL's disk."),
    cloud("replica-behind", "ReplicaBehind", Severity.TICKET, "The replica is more than a minute behind."),
    cloud("cache-full", "CacheFull", Severity.TICKET, "Valkey has used 80 % of its memory."),
    cloud("cache-busy", "CacheBusy", Severity.TICKET, "Valkey's one thread is 80 % busy."),
    cloud("edge-failures", "Failures", Severity.PAGE, "The CDN answers with 500 and above."),
    cloud("mail-bounces", "Bounces", Severity.TICKET, "Too many mails come back."),
    cloud("mail-complaints", "Complaints", Severity.TICKET, "Too many mails are marked as spam."),
)  # fmt: skip

BY_NAME: Final = {alarm.name: alarm for alarm in ALARMS}
