"""The day and the month that a moment lies in, by UTC: whoever asks, the same limit begins anew at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """From `starts_at`, included, to `ends_at`, excluded."""

    starts_at: datetime
    ends_at: datetime


def day(now: datetime) -> Span:
    today = now.astimezone(UTC)
    starts_at = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return Span(starts_at, starts_at + timedelta(days=1))


def month(now: datetime) -> Span:
    today = now.astimezone(UTC)
    return Span(
        datetime(today.year, today.month, 1, tzinfo=UTC),
        datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC),
    )
