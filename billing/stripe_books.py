"""Payments that failed, refunds and disputes, read for operators from what Stripe sent.

dj-stripe's tables have no index on that but those of billing's migration 0006, whose condition is `FAILED`, word for word.
Each question is one query. What a payment was asked for is the invoice's month, whenever it was paid in the end.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection

from billing.provider import Entry, Kind, Tally

DASHBOARD: Final = "https://dashboard.stripe.com"
FOLDERS: Final = {
    "customer": "customers",
    "subscription": "subscriptions",
    "invoice": "invoices",
    "payment": "payments",
}

# An attempt was made, and it was not the first that succeeded.
FAILED: Final = """(stripe_data ->> 'attempted') = 'true'
        AND NOT ((stripe_data ->> 'status') = 'paid' AND (stripe_data -> 'attempt_count') <= '1'::jsonb)"""

# For each kind: where it is, what belongs to it, what became of it, what it came to, what more is told, and its payment.
SOURCES: Final = {
    Kind.FAILED: (
        "djstripe_invoice",
        FAILED,
        "CASE stripe_data ->> 'status' WHEN 'paid' THEN 'recovered' WHEN 'open' THEN 'open' ELSE 'lost' END",
        "amount_due",
        "concat_ws(' · ', stripe_data ->> 'number', (stripe_data ->> 'attempt_count') || '×')",
        "LEFT JOIN djstripe_customer AS customer ON customer.id = line.customer_id",
        "'invoice', line.id",
    ),
    Kind.REFUND: (
        "djstripe_refund",
        "coalesce(stripe_data ->> 'status', '') NOT IN ('failed', 'canceled')",
        "'made'",
        "amount",
        "stripe_data ->> 'reason'",
        """LEFT JOIN djstripe_charge AS charge ON charge.id = line.charge_id
        LEFT JOIN djstripe_customer AS customer ON customer.id = charge.customer_id""",
        "'payment', coalesce(line.stripe_data ->> 'payment_intent', line.charge_id)",
    ),
    Kind.DISPUTE: (
        "djstripe_dispute",
        "true",
        """CASE WHEN stripe_data ->> 'status' IN ('won', 'lost') THEN stripe_data ->> 'status'
        WHEN stripe_data ->> 'status' IN ('warning_closed', 'prevented') THEN 'won' ELSE 'open' END""",
        "amount",
        "stripe_data ->> 'reason'",
        """LEFT JOIN djstripe_charge AS charge ON charge.id = line.charge_id
        LEFT JOIN djstripe_customer AS customer ON customer.id = charge.customer_id""",
        "'payment', coalesce(line.stripe_data ->> 'payment_intent', line.charge_id)",
    ),
}


class StripeBooks:
    """See `billing.provider.Books`."""

    def tallies(self, kind: Kind, *, since: datetime) -> list[Tally]:
        table, which, outcome, amount, *_ = SOURCES[kind]
        month = "date_trunc('month', to_timestamp((stripe_data ->> 'created')::bigint) AT TIME ZONE 'UTC')::date"
        statement = f"""
            SELECT {month}, stripe_data ->> 'currency', {outcome}, count(*), sum((stripe_data ->> '{amount}')::bigint)
            FROM {table} WHERE stripe_data -> 'created' >= to_jsonb(%(since)s::bigint) AND {which}
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """  # noqa: S608  # made of the constants above
        rows = asked(statement, {"since": int(since.timestamp())})
        return [Tally(month, currency, became, count, int(sums)) for month, currency, became, count, sums in rows]

    def entries(self, kind: Kind, *, search: str, outcome: str, most: int, skip: int) -> list[Entry]:
        table, which, became, amount, detail, joined, page = SOURCES[kind]
        statement = f"""
            SELECT line.id, line.at, (line.stripe_data ->> '{amount}')::bigint, line.stripe_data ->> 'currency',
                line.became, line.detail, users.id, users.email, {page}
            FROM (
                SELECT *, stripe_data -> 'created' AS made, (stripe_data ->> 'created')::bigint AS at, {became} AS became,
                    coalesce({detail}, '') AS detail
                FROM {table} WHERE {which}
            ) AS line {joined}
            LEFT JOIN users ON users.id = customer.subscriber_id
            WHERE (%(outcome)s = '' OR line.became = %(outcome)s)
                AND (%(search)s = '' OR line.id = %(search)s OR starts_with(lower(users.email), lower(%(search)s))
                    OR customer.id = %(search)s)
            ORDER BY line.made DESC, line.id DESC LIMIT %(most)s OFFSET %(skip)s
        """  # noqa: S608  # made of the constants above
        values = {"search": search, "outcome": outcome, "most": most, "skip": skip}
        return [
            Entry(
                id, datetime.fromtimestamp(at, UTC), sums, currency, out, more, user, email or "", address_of(what, of)
            )
            for id, at, sums, currency, out, more, user, email, what, of in asked(statement, values)
        ]


def address_of(kind: str, id: str) -> str:
    """Return where Stripe's Dashboard shows an object; "" where it is a simulator that has it."""
    if getattr(settings, "STRIPE_API_HOST", ""):
        return ""
    mode = "" if getattr(settings, "STRIPE_LIVE_MODE", False) else "/test"
    return f"{DASHBOARD}{mode}/{FOLDERS[kind]}/{id}"


def asked(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
        return rows
