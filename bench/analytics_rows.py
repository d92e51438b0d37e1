"""Creators and the events of a day, made in SQL: millions in minutes."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import connection

from accounts.models import User

AT_ONCE: Final = 250_000
"""Of one transaction, and so of one arrival: a collector's batch is smaller, a restore's is larger."""

ZONES: Final = ["Europe/Paris", "America/New_York", "Asia/Tokyo", "UTC"]

# What happens, and how often in a hundred.
EVENTS: Final = """
SELECT s.user_id, kind.event, CASE kind.event
    WHEN 'page.viewed' THEN jsonb_build_object(
        'page', CASE WHEN s.c IS NULL THEN 'creator' ELSE 'post' END, 'content_id', s.c,
        'referrer_host', (ARRAY['', 'instagram.com', 'x.com', 'reddit.com'])[1 + s.a %% 4],
        'visitor', s.a * 7919 %% (1 + %(number)s / 2), 'device', (ARRAY['phone', 'phone', 'desktop'])[1 + s.a %% 3])
    WHEN 'link.clicked' THEN jsonb_build_object('block_id', 'b' || s.a %% 5, 'host', 'onlyfans.com', 'visitor', s.a)
    WHEN 'fan.followed' THEN jsonb_build_object('fan_id', s.fan, 'source', 'page')
    WHEN 'earning.recorded' THEN jsonb_build_object(
        'earning_id', s.id, 'fan_id', s.fan, 'source', (ARRAY['subscription', 'renewal', 'tip', 'ppv'])[1 + s.a %% 4],
        'platform', 'onlyfans', 'currency', (ARRAY['eur', 'usd'])[1 + s.a %% 2], 'gross_minor', 1000, 'fee_minor', 200,
        'net_minor', 800, 'content_id', s.c, 'occurred_at', s.at)
    WHEN 'message.received' THEN jsonb_build_object('conversation_id', s.id, 'fan_id', s.fan)
    WHEN 'account.logged_in' THEN jsonb_build_object('method', 'password')
    ELSE jsonb_build_object(
        'purpose', 'content', 'reference', s.id, 'task_type', 'chatbot', 'tier', 'economy', 'model', 'gpt-4o-mini',
        'outcome', 'completed', 'cache', 'none', 'escalated', false, 'attempts', 1, 'input_tokens', 900,
        'cached_tokens', 0, 'output_tokens', 300, 'cost_micro_usd', '315.5', 'baseline_micro_usd', '5250', 'credits', 1,
        'plan', 'pro')
    END, s.at
FROM (
    SELECT n AS a, gen_random_uuid() AS id,
        -- A few creators have most of the visitors.
        %(first)s + floor(power(random(), 3) * %(users)s)::bigint AS user_id,
        md5((n %% 9973)::text)::uuid AS fan,
        CASE WHEN n %% 2 = 0 THEN md5((n %% 31)::text)::uuid END AS c,
        %(day)s::date + random() * interval '24 hours' AS at, random() * 100 AS chance
    FROM generate_series(%(from)s, %(to)s) n
) s CROSS JOIN LATERAL (
    SELECT CASE WHEN s.chance < 62 THEN 'page.viewed' WHEN s.chance < 72 THEN 'link.clicked'
        WHEN s.chance < 77 THEN 'fan.followed' WHEN s.chance < 81 THEN 'earning.recorded'
        WHEN s.chance < 86 THEN 'message.received' WHEN s.chance < 90 THEN 'account.logged_in'
        ELSE 'ai.completion' END AS event
) kind
"""


def make_users(number: int) -> None:
    """Store creators that are alike but for their address and time zone."""
    first = User.objects.create_user("first@bench.example")
    columns = [field.column for field in User._meta.concrete_fields if field.column not in {"id", "email", "time_zone"}]
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO users (email, time_zone, {listed})"
            f" SELECT 'u' || n || '@bench.example', (%s::text[])[1 + n %% 4], {listed}"
            " FROM users CROSS JOIN generate_series(2, %s) n WHERE users.id = %s",
            [ZONES, number, first.pk],
        )


def make_events(day: date, number: int, users: int, *, into: str = "analytics_events") -> None:
    """Store so many events of a day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM users")
        (first,) = cursor.fetchone()
        for begin in range(1, number + 1, AT_ONCE):
            cursor.execute(
                f"INSERT INTO {into} (user_id, event, data, created_at) {EVENTS}",
                {
                    "first": first,
                    "users": users,
                    "day": day,
                    "number": number,
                    "from": begin,
                    "to": min(number, begin + AT_ONCE - 1),
                },
            )
