"""Who stays: of the fans who first paid in a month, how many paid again in each month after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import connection

from accounts.models import User
from analytics.ranges import midnight, months_back, today, zone_of

MONTHS: Final = 12
FEWEST_MONTHS: Final = 2

# A fan is in the month of their first payment, on the creator's own calendar.
STATEMENT: Final = """
SELECT date_trunc('month', f.first_paid_at AT TIME ZONE %(zone)s)::date AS began, m.month, count(DISTINCT f.fan)
  FROM analytics_fans f JOIN analytics_fan_months m ON m.user_id = f.user_id AND m.fan = f.fan AND m.payments > 0
 WHERE f.user_id = %(user)s AND f.first_paid_at >= %(since)s AND m.user_id = %(user)s
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The fans who first paid in a month. `stayed` has a number for each month since; the last one is not over yet."""

    month: date
    size: int
    stayed: tuple[int, ...]

    def share(self, later: int) -> Decimal:
        """Return the share in percent of those who paid so many months later."""
        return Decimal(self.stayed[later]) * 100 / self.size


def cohorts(user: User, *, now: datetime) -> list[Cohort]:
    """Return the cohorts of the last twelve months that have any fans, the oldest first, with one query."""
    this = today(user, now=now).replace(day=1)
    first = months_back(this, MONTHS - 1)
    zone = zone_of(user)
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"user": user.pk, "zone": str(zone), "since": midnight(first, zone)})
        found = {(began, month): number for began, month, number in cursor.fetchall()}
    months = [months_back(this, back) for back in range(MONTHS - 1, -1, -1)]
    return [
        Cohort(month, size, tuple(found.get((month, later), 0) for later in months[at:]))
        for at, month in enumerate(months)
        if (size := found.get((month, month), 0))
    ]
