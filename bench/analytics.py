"""What do events and their figures cost when there are many?

Makes creators and events in a database of its own, day by day: page views, clicks, follows, earnings, calls to models. Rolls
up each day as a worker does, and times that for a new day with 1, 10 and 30 days of history behind it; then what pages ask
of the figures, for creators with many events and with few; how fast events are written, as a share of a plain COPY; and
what an event takes on disk.

    make bench NAME=analytics                                          a small one, in a minute
    make bench NAME=analytics ARGS="--users 1000000 --events 10000000" the one that docs/analytics.md tells of
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from django.db import connection  # noqa: E402
from psycopg import sql  # noqa: E402

from accounts.models import User  # noqa: E402
from analytics import figures, partitions  # noqa: E402
from analytics.rollups import running  # noqa: E402
from bench import analytics_rows, analytics_writing  # noqa: E402
from tests import database  # noqa: E402

DATABASE: Final = "bench_analytics"
TIMED: Final = (1, 10, 30)
LAST: Final = date(2026, 11, 27)
NIGHT: Final = timedelta(days=1)
ASKED: Final = 300


def main() -> None:
    options = arguments()
    fresh_database()
    begun = monotonic()
    analytics_rows.make_users(options.users)
    days = max(TIMED) + 1
    times, taken = live(days, options)
    made = monotonic() - begun
    analyze()
    found = {
        "users": options.users,
        "events": events(),
        "made_seconds": round(made, 1),
        "rollup_seconds": {str(before): times[before] for before in TIMED},
        "rollup_events": {str(before): taken[before] for before in TIMED},
        "rollup_flat": round(max(times[b] for b in TIMED) / min(times[b] for b in TIMED), 2),
        "questions_ms": questions(days),
        "writing": analytics_writing.measured(options.written, LAST + NIGHT),
        "disk": disk(),
    }
    if not options.keep:
        drop()
    print(json.dumps(found, sort_keys=True))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=5_000, help="creators (default: 5000)")
    parser.add_argument("--events", type=int, default=62_000, help="over all days together (default: 62000)")
    parser.add_argument("--written", type=int, default=20_000, help="events for the rate of writing (default: 20000)")
    parser.add_argument("--keep", action="store_true", help=f"leave the database {DATABASE}")
    return parser.parse_args()


def fresh_database() -> None:
    template = database.prepare()
    drop()
    with database.maintenance() as server:
        names = (sql.Identifier(DATABASE), sql.Identifier(template))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    database.connect_to(DATABASE)
    with connection.cursor() as cursor:
        # One connection for all of it: what is made here takes longer than a page may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")


def drop() -> None:
    database.disconnect()
    with database.maintenance() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def live(days: int, options: argparse.Namespace) -> tuple[list[float], list[int]]:
    """Make day after day, and roll each up; return the seconds and the events of each, by the days before it."""
    seconds, taken = [], []
    for before in range(days):
        day = LAST - (days - 1 - before) * NIGHT
        partitions.ensure(now=datetime(day.year, day.month, day.day, tzinfo=UTC), months_ahead=0)
        analytics_rows.make_events(day, options.events // days, options.users)
        evening = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        begun = monotonic()
        taken.append(running.run_all(lambda evening=evening: evening, wait=True))  # type: ignore[misc]
        seconds.append(round(monotonic() - begun, 3))
        print(f"{day}: {taken[-1]} events rolled up in {seconds[-1]} s, {before} days before it", flush=True)
    return seconds, taken


def questions(days: int) -> dict[str, dict[str, float]]:
    """Return the times of what pages ask, for creators that were drawn and for those with most events."""
    start, end = LAST - (days - 1) * NIGHT, LAST + NIGHT
    many = list(User.objects.order_by("pk")[:50])
    drawn = list(User.objects.order_by("-pk")[: ASKED - len(many)])
    asked: dict[str, Callable[[User], Any]] = {
        "daily": lambda user: figures.daily(user, "page.viewed", start, end),
        "totals": lambda user: figures.totals(user, ["page.viewed", "earning.net", "fan.followed"], start, end),
        "by_dimension": lambda user: figures.by_dimension(user, "content.earned", start, end),
        "hourly": lambda user: figures.hourly(
            user,
            "page.viewed",
            datetime(start.year, start.month, start.day, tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        ),
    }
    found = {name: percentiles([timed(ask, user) for user in (*many, *drawn)]) for name, ask in asked.items()}
    platform = [timed(lambda _user: figures.platform_by_dimension("ai.cost", start, end), many[0]) for _ in range(20)]
    return {**found, "platform": percentiles(platform)}


def timed(ask: Callable[[User], Any], user: User) -> float:
    begun = monotonic()
    ask(user)
    return (monotonic() - begun) * 1000


def percentiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("most", 1))
    }


def disk() -> dict[str, Any]:
    """Return the bytes of an event, with what its indexes take of them, and those of the figures."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_table_size(inhrelid)), sum(pg_indexes_size(inhrelid)) FROM pg_inherits"
            " WHERE inhparent = 'analytics_events'::regclass"
        )
        rows, indexes = cursor.fetchone()
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid), reltuples FROM pg_class WHERE relname = ANY(%s) ORDER BY 1",
            [
                [
                    "analytics_daily",
                    "analytics_hourly",
                    "analytics_platform_daily",
                    "analytics_fans",
                    "analytics_visitors",
                ]
            ],
        )
        tables = {name: {"bytes": size, "rows": max(0, int(number))} for name, size, number in cursor.fetchall()}
    number = events()
    return {
        "bytes_per_event": round(float(rows + indexes) / number, 1),
        "of_them_indexes": round(float(indexes) / number, 1),
        "figures": tables,
    }


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analytics_events")
        (number,) = cursor.fetchone()
        return int(number)


if __name__ == "__main__":
    main()
