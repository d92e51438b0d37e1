"""Every metric: which events it counts, and which of their fields it sums up. Rollups make their SQL from this.

    Metric("earning.net", Unit.MINOR, (Source("earning.recorded", "net_minor"), Source("earning.removed", "net_minor", -1)),
           dimension="source", currency="currency")

A new metric counts from the next rollup on; `manage.py backfill_rollups` counts what came before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What the amount of a metric is measured in. A metric of NUMBER has a count and no amount."""

    NUMBER = "number"
    MINOR = "minor"
    MICRO_USD = "micro_usd"
    CREDITS = "credits"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Source:
    """An event that a metric counts: the field that is summed up, which way, and what it adds to the count.

    `only` is a field and whether it must be below 0: a refund that takes back another one is.
    """

    event: str
    amount: str = ""
    sign: int = 1
    count: int = 1
    only: tuple[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """`dimension` and `currency` are fields that the figures are kept apart by; one that is null counts as "".

    With `needs_dimension` such an event does not count at all. With `unique`, the count is of different values of that
    field on a day. `hourly` metrics are kept by the hour as well.
    """

    name: str
    unit: Unit
    sources: tuple[Source, ...]
    dimension: str = ""
    currency: str = ""
    needs_dimension: bool = False
    unique: str = ""
    hourly: bool = False


def counted(name: str, *, dimension: str = "", hourly: bool = False) -> Metric:
    """Return the metric that counts the events of its own name."""
    return Metric(name, Unit.NUMBER, (Source(name),), dimension=dimension, hourly=hourly)


def viewed(name: str, dimension: str, *, hourly: bool = False) -> Metric:
    sources = (Source("page.viewed"),)
    return Metric(name, Unit.NUMBER, sources, dimension=dimension, needs_dimension=True, hourly=hourly)


def spent(name: str, field: str, dimension: str) -> Metric:
    """Return what calls to models came to; a correction of a price counts as no call."""
    sources = (Source("ai.completion", field), Source("ai.repriced", field, count=0))
    return Metric(name, Unit.MICRO_USD, sources, dimension=dimension)


def earned(name: str, field: str, dimension: str, *, hourly: bool = False, needs_dimension: bool = False) -> Metric:
    """Return what was earned, less what was taken back as a mistake and what was refunded; a refund is no earning less."""
    sources = (
        Source("earning.recorded", field),
        Source("earning.refunded", field, sign=-1, count=0),
        Source("earning.removed", field, sign=-1, count=-1),
    )
    return Metric(
        name,
        Unit.MINOR,
        sources,
        dimension=dimension,
        currency="currency",
        hourly=hourly,
        needs_dimension=needs_dimension,
    )


ALL: Final = (
    counted("account.signed_up", dimension="role"),
    counted("account.logged_in", dimension="method"),
    counted("checkout.started", dimension="plan"),
    counted("trial.started", dimension="plan"),
    counted("trial.ended", dimension="outcome"),
    Metric(
        "invoice.paid", Unit.MINOR, (Source("invoice.paid", "amount_minor"),), dimension="plan", currency="currency"
    ),
    Metric(
        "invoice.failed", Unit.MINOR, (Source("invoice.failed", "amount_minor"),), dimension="plan", currency="currency"
    ),
    Metric(
        "charge.refunded",
        Unit.MINOR,
        (Source("charge.refunded", "amount_minor"), Source("refund.failed", "amount_minor", sign=-1, count=-1)),
        currency="currency",
    ),
    Metric("charge.disputed", Unit.MINOR, (Source("charge.disputed", "amount_minor"),), currency="currency"),
    counted("generation.requested", dimension="task_type"),
    counted("generation.finished", dimension="status"),
    counted("draft.used", dimension="how"),
    counted("draft.edited", dimension="origin"),
    counted("proposal.decided", dimension="decision"),
    counted("assistant.asked"),
    counted("team.run_started", dimension="workflow"),
    spent("ai.cost", "cost_micro_usd", "model"),
    spent("ai.baseline", "baseline_micro_usd", "model"),
    spent("task.cost", "cost_micro_usd", "task_type"),
    spent("plan.cost", "cost_micro_usd", "plan"),
    Metric("ai.calls", Unit.NUMBER, (Source("ai.completion"),), dimension="outcome"),
    Metric("ai.answers", Unit.NUMBER, (Source("ai.completion"),), dimension="cache"),
    Metric("ai.credits", Unit.CREDITS, (Source("ai.completion", "credits"),), dimension="purpose"),
    counted("content.created", dimension="origin"),
    counted("content.edited"),
    Metric(
        "publication.published",
        Unit.NUMBER,
        (Source("publication.published"), Source("publication.unmarked", count=-1)),
        dimension="channel",
        hourly=True,
    ),
    Metric("origin.published", Unit.NUMBER, (Source("publication.published"),), dimension="origin"),
    counted("publication.failed", dimension="channel"),
    counted("review.judged", dimension="verdict"),
    Metric("media.uploaded", Unit.BYTES, (Source("media.uploaded", "bytes"),), dimension="kind"),
    counted("page.viewed", dimension="page", hourly=True),
    Metric("page.visitors", Unit.NUMBER, (Source("page.viewed"),), unique="visitor"),
    viewed("content.viewed", "content_id", hourly=True),
    viewed("referrer.viewed", "referrer_host"),
    viewed("device.viewed", "device"),
    counted("link.clicked", dimension="block_id", hourly=True),
    Metric("host.clicked", Unit.NUMBER, (Source("link.clicked"),), dimension="host"),
    counted("fan.followed", dimension="source", hourly=True),
    counted("fan.unfollowed", hourly=True),
    counted("fan.lapsed", dimension="platform"),
    Metric(
        "earning.gross",
        Unit.MINOR,
        (Source("earning.recorded", "gross_minor"), Source("earning.removed", "gross_minor", sign=-1, count=-1)),
        dimension="source",
        currency="currency",
        hourly=True,
    ),
    earned("earning.fee", "fee_minor", "source"),
    earned("earning.net", "net_minor", "source", hourly=True),
    earned("platform.earned", "net_minor", "platform"),
    earned("content.earned", "net_minor", "content_id", needs_dimension=True),
    Metric(
        "earning.refunded",
        Unit.MINOR,
        (
            Source("earning.refunded", "gross_minor", only=("gross_minor", False)),
            Source("earning.refunded", "gross_minor", count=-1, only=("gross_minor", True)),
        ),
        dimension="source",
        currency="currency",
    ),
    counted("message.received", hourly=True),
    counted("message.sent", dimension="origin", hourly=True),
)
METRICS: Final[dict[str, Metric]] = {metric.name: metric for metric in ALL}
