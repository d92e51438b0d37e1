"""How many events a second get from the stream into the table, as a share of plain COPY into the same table.

    from bench import ingest
    figures = ingest.share_of_copy(50_000)

bench/analytics.py calls it. It leaves the events that it made, of one account, and says of which.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from accounts.models import User
from analytics import ids
from analytics.collector import stream
from analytics.collector.stream import Entry
from analytics.ingest import reading, storing

PLAIN = "COPY analytics_events (id, user_id, event, version, data, created_at) FROM STDIN (FORMAT BINARY)"


def share_of_copy(count: int = 50_000) -> dict[str, Any]:
    """Store so many visits by COPY alone, by `storing.store` in the batches of a worker, and from the stream; in turn."""
    user = User.objects.create_user(f"ingest-{uuid4().hex}@example.org")
    plain = per_second(copied, visits(user, count))
    batches = per_second(in_batches, visits(user, count))
    entries = visits(user, count)
    tell(entries)
    streamed = per_second(lambda _entries: reading.run(seconds=600), entries)
    return {
        "events": count,
        "user": user.pk,
        "copy_per_second": round(plain),
        "stored_per_second": round(batches),
        "ingested_per_second": round(streamed),
        "stored_share_of_copy": round(batches / plain, 2),
        "ingested_share_of_copy": round(streamed / plain, 2),
    }


def visits(user: User, count: int) -> list[Entry]:
    now = datetime.now(UTC)
    shared = {"page": "creator", "content_id": None, "referrer_host": "example.org", "device": "phone"}
    return [
        Entry(ids.fresh(now), "page.viewed", 1, {**shared, "visitor": number}, now, user_id=user.pk)
        for number in range(count)
    ]


def per_second(do: Callable[[list[Entry]], object], entries: list[Entry]) -> float:
    begun = time.perf_counter()
    do(entries)
    return len(entries) / (time.perf_counter() - begun)


def copied(entries: list[Entry]) -> None:
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(PLAIN) as copy:
        copy.set_types(("uuid", "int8", "varchar", "int2", "jsonb", "timestamptz"))
        for one in entries:
            copy.write_row((one.id, one.user_id, one.event, one.version, Jsonb(one.data), one.at))


def in_batches(entries: list[Entry]) -> None:
    for start in range(0, len(entries), reading.BATCH):
        storing.store(entries[start : start + reading.BATCH])


def tell(entries: list[Entry]) -> None:
    """Put entries into the stream past the collector's limits."""
    for start in range(0, len(entries), 1_000):
        with reading.client().pipeline(transaction=False) as pipeline:
            for one in entries[start : start + 1_000]:
                pipeline.xadd(stream.STREAM, {stream.FIELD: one.packed()})
            pipeline.execute()
