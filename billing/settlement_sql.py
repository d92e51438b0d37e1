"""Setting aside and closing, each as one statement, since a round trip costs as much as the work.

Each comes in two kinds. The short one is for the usual case that no budget is concerned; PostgreSQL plans it in a
third of the time. It says so itself when it does not apply, and then the long one is run: no process has to remember
whether there are budgets, so a new one counts at once, everywhere.

What makes a statement safe in a crowd:

- It locks rows in one order, whoever runs it: the month's credits, the reservation, the budget periods by id, those of
  the platform last, since everybody waits for them. Each part reads from the part before, which is what makes
  PostgreSQL run them in this order.
- A part that waited for a lock sees its row as the winner left it (READ COMMITTED checks the condition anew), so no
  room is given away twice, and a reservation is closed once.
- The parts change each row at most once: a statement does not see its own changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model

from accounts import statements
from billing import utc_periods


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants set aside: `times` reservations of `credits` and `cost_micro_usd` each.

    `plan` is the plan whose budgets apply; only a month of one of the `plans` will do.
    """

    user_id: int
    plan: str
    plans: tuple[str, ...]
    credits: int
    cost_micro_usd: Decimal
    times: int
    premium: bool
    now: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shortage:
    """The first budget without room for a wish, as it stood when it was looked at under its lock."""

    scope: str
    period: str
    limit_micro_usd: Decimal
    left_micro_usd: Decimal
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Reserved:
    """What came of a wish. Without reservations nothing was changed.

    Then either `unopened` names budgets whose period has no row yet, or `shortage` says which budget lacks room, or
    neither: the month lacks room, is on a smaller plan, or has no row yet.
    """

    reservation_ids: tuple[int, ...]
    month_id: int | None
    budget_period_ids: tuple[int, ...] = ()
    unopened: tuple[int, ...] = ()
    shortage: Shortage | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How an open reservation ends: in `state`, charged `credits`, at most those reserved, and `cost` in micro-USD.

    A `cost` of None stands for what was reserved.
    """

    reservation_id: int
    state: str
    credits: int
    cost: Decimal | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a reservation came to. `crossed` holds (budget period, percent) that its cost made it reach."""

    charged: int
    crossed: tuple[tuple[int, int], ...] = ()


RESERVE: Final = """
WITH taken AS (
    UPDATE billing_quotaperiod
    SET reserved = reserved + %(in_all)s,
        premium_reserved = premium_reserved + CASE WHEN %(premium)s THEN %(in_all)s ELSE 0 END
    WHERE user_id = %(user_id)s AND starts_at = %(month)s AND plan = ANY (%(plans)s::text[])
        AND used + reserved + %(in_all)s <= credit_limit
        AND (NOT %(premium)s OR premium_used + premium_reserved + %(in_all)s <= premium_limit)
        AND NOT EXISTS (SELECT FROM billing_budget WHERE active)
    RETURNING id
),
made AS (
    INSERT INTO billing_reservation (
        period_id, credits, premium, state, charged, created_at, expires_at,
        cost_micro_usd, charged_micro_usd, budget_period_ids
    )
    SELECT taken.id, %(credits)s, %(premium)s, 'reserved', 0, %(now)s, %(expires_at)s, %(cost)s, 0, '{}'
    FROM taken, generate_series(1, %(times)s)
    RETURNING id
)
SELECT taken.id, ARRAY (SELECT id FROM made ORDER BY id) FROM taken
"""

RESERVE_WITHIN_BUDGETS: Final = """
WITH applicable AS MATERIALIZED (
    SELECT budget.id AS budget_id, budget.scope, budget.period, budget.limit_micro_usd, current.id AS period_id
    FROM billing_budget budget
    LEFT JOIN billing_budgetperiod current
        ON current.budget_id = budget.id
        AND current.starts_at = CASE budget.period WHEN 'day' THEN %(day)s ELSE %(month)s END
    WHERE budget.active AND (
        budget.scope = 'user' AND budget.user_id = %(user_id)s
        OR budget.scope = 'plan' AND budget.plan = %(plan)s
        OR budget.scope = 'platform'
    )
),
-- Nothing is locked while a budget's period has no row: making one can mean waiting for somebody who is making it,
-- and who then wants what is locked here.
month AS MATERIALIZED (
    SELECT id
    FROM billing_quotaperiod
    WHERE user_id = %(user_id)s AND starts_at = %(month)s AND plan = ANY (%(plans)s::text[])
        AND used + reserved + %(in_all)s <= credit_limit
        AND (NOT %(premium)s OR premium_used + premium_reserved + %(in_all)s <= premium_limit)
        AND NOT EXISTS (SELECT FROM applicable WHERE period_id IS NULL)
    FOR NO KEY UPDATE
),
drawn AS MATERIALIZED (
    SELECT
        drawn.id, drawn.ends_at, applicable.scope, applicable.period, applicable.limit_micro_usd,
        applicable.limit_micro_usd - drawn.spent_micro_usd - drawn.reserved_micro_usd AS left_micro_usd
    FROM month, applicable JOIN billing_budgetperiod drawn ON drawn.id = applicable.period_id
    ORDER BY applicable.scope = 'platform', drawn.id
    FOR NO KEY UPDATE OF drawn
),
short AS MATERIALIZED (
    SELECT scope, period, limit_micro_usd, left_micro_usd, ends_at
    FROM drawn
    WHERE left_micro_usd < %(cost)s * %(times)s
    ORDER BY scope = 'platform', id
    LIMIT 1
),
taken AS (
    UPDATE billing_quotaperiod taken
    SET reserved = reserved + %(in_all)s,
        premium_reserved = premium_reserved + CASE WHEN %(premium)s THEN %(in_all)s ELSE 0 END
    FROM month
    WHERE taken.id = month.id AND NOT EXISTS (SELECT FROM short)
    RETURNING taken.id
),
held AS (
    UPDATE billing_budgetperiod held
    SET reserved_micro_usd = held.reserved_micro_usd + %(cost)s * %(times)s
    FROM drawn, taken
    WHERE held.id = drawn.id
),
made AS (
    INSERT INTO billing_reservation (
        period_id, credits, premium, state, charged, created_at, expires_at,
        cost_micro_usd, charged_micro_usd, budget_period_ids
    )
    SELECT
        taken.id, %(credits)s, %(premium)s, 'reserved', 0, %(now)s, %(expires_at)s,
        %(cost)s, 0, ARRAY (SELECT id FROM drawn ORDER BY id)
    FROM taken, generate_series(1, %(times)s)
    RETURNING id
)
SELECT
    ARRAY (SELECT id FROM made ORDER BY id),
    (SELECT id FROM taken),
    ARRAY (SELECT id FROM drawn ORDER BY id),
    ARRAY (SELECT budget_id FROM applicable WHERE period_id IS NULL ORDER BY scope = 'platform', budget_id),
    short.*
FROM (SELECT) once LEFT JOIN short ON true
"""

CLOSING: Final = """
WITH month AS MATERIALIZED (
    SELECT id
    FROM billing_quotaperiod
    WHERE id = (
        SELECT period_id
        FROM billing_reservation
        WHERE id = %(reservation_id)s AND state = 'reserved' AND budget_period_ids = '{}'
            AND (NOT %(exactly)s OR credits >= %(credits)s)
    )
    FOR NO KEY UPDATE
),
closed AS (
    UPDATE billing_reservation closed
    SET state = %(state)s,
        charged = LEAST(credits, %(credits)s),
        charged_micro_usd = COALESCE(%(cost)s, cost_micro_usd),
        closed_at = %(now)s
    FROM month
    WHERE closed.id = %(reservation_id)s AND closed.state = 'reserved'
    RETURNING month.id AS month_id, credits, charged, premium
),
settled AS (
    UPDATE billing_quotaperiod month
    SET reserved = month.reserved - closed.credits,
        used = month.used + closed.charged,
        premium_reserved = month.premium_reserved - CASE WHEN closed.premium THEN closed.credits ELSE 0 END,
        premium_used = month.premium_used + CASE WHEN closed.premium THEN closed.charged ELSE 0 END
    FROM closed
    WHERE month.id = closed.month_id
    RETURNING closed.charged
)
"""

CHARGED: Final = "SELECT charged FROM settled"

CLOSE_WITHIN_BUDGETS: Final = """
WITH month AS MATERIALIZED (
    SELECT month.id
    FROM billing_quotaperiod month JOIN billing_reservation reservation ON reservation.period_id = month.id
    WHERE reservation.id = %(reservation_id)s AND reservation.state = 'reserved'
    FOR NO KEY UPDATE OF month
),
closed AS (
    UPDATE billing_reservation closed
    SET state = %(state)s,
        charged = LEAST(credits, %(credits)s),
        charged_micro_usd = COALESCE(%(cost)s, cost_micro_usd),
        closed_at = %(now)s
    FROM month
    WHERE closed.id = %(reservation_id)s AND closed.state = 'reserved'
    RETURNING
        month.id AS month_id, credits, charged, premium, cost_micro_usd, charged_micro_usd, budget_period_ids
),
month_after AS (
    UPDATE billing_quotaperiod month
    SET reserved = month.reserved - closed.credits,
        used = month.used + closed.charged,
        premium_reserved = month.premium_reserved - CASE WHEN closed.premium THEN closed.credits ELSE 0 END,
        premium_used = month.premium_used + CASE WHEN closed.premium THEN closed.charged ELSE 0 END
    FROM closed
    WHERE month.id = closed.month_id
    RETURNING closed.cost_micro_usd, closed.charged_micro_usd, closed.budget_period_ids
),
drawn AS MATERIALIZED (
    SELECT drawn.id, budget.active, budget.limit_micro_usd, month_after.cost_micro_usd, month_after.charged_micro_usd
    FROM month_after
    JOIN billing_budgetperiod drawn ON drawn.id = ANY (month_after.budget_period_ids)
    JOIN billing_budget budget ON budget.id = drawn.budget_id
    ORDER BY budget.scope = 'platform', drawn.id
    FOR NO KEY UPDATE OF drawn
),
spent AS (
    UPDATE billing_budgetperiod spent
    SET reserved_micro_usd = spent.reserved_micro_usd - drawn.cost_micro_usd,
        spent_micro_usd = spent.spent_micro_usd + drawn.charged_micro_usd
    FROM drawn
    WHERE spent.id = drawn.id
    RETURNING
        spent.id, drawn.active, drawn.limit_micro_usd, spent.spent_micro_usd AS after,
        spent.spent_micro_usd - drawn.charged_micro_usd AS before
)
-- The rows are locked: of all that settle at once, one finds the mark between what was before and what is after.
SELECT
    charged,
    ARRAY (
        SELECT ARRAY[spent.id, mark]
        FROM spent, unnest(%(marks)s::int[]) mark
        WHERE active AND before < limit_micro_usd * mark / 100 AND after >= limit_micro_usd * mark / 100
        ORDER BY spent.id, mark
    )
FROM closed
"""


def reserve(wish: Wish) -> Reserved:
    """Set everything aside, or nothing."""
    values = {
        "user_id": wish.user_id,
        "plan": wish.plan,
        "plans": list(wish.plans),
        "credits": wish.credits,
        "cost": wish.cost_micro_usd,
        "times": wish.times,
        "in_all": wish.credits * wish.times,
        "premium": wish.premium,
        "now": wish.now,
        "expires_at": wish.expires_at,
        "day": utc_periods.day(wish.now).starts_at,
        "month": utc_periods.month(wish.now).starts_at,
    }
    if row := statements.only_row(RESERVE, values):
        month_id, made = row
        return Reserved(tuple(made), month_id)
    made, month_id, drawn, unopened, *short = statements.only_row(RESERVE_WITHIN_BUDGETS, values)
    return Reserved(
        reservation_ids=tuple(made),
        month_id=month_id,
        budget_period_ids=tuple(drawn),
        unopened=tuple(unopened),
        shortage=None if short[0] is None else Shortage(*short),
    )


def close(closing: Closing) -> Closed | None:
    """Close a reservation that draws from no budget. Returns None when it is not open, or draws from one."""
    row = statements.only_row(CLOSING + CHARGED, {**values_of(closing), "exactly": False})
    return Closed(row[0]) if row else None


def close_with(closing: Closing, rows: Sequence[Model]) -> bool:
    """Close a reservation that draws from no budget, charged exactly `closing.credits`, and add `rows` if it was closed.

    Returns False, and has changed nothing, when it is not open, draws from a budget, or has fewer credits.
    """
    parts, values = statements.inserts(rows, only_if="settled")
    added = "".join([f", row_{number} AS ({part}) " for number, part in enumerate(parts)])
    values |= {**values_of(closing), "exactly": True}
    return statements.only_row(CLOSING + added + CHARGED, values) is not None


def close_within_budgets(closing: Closing, *, marks: tuple[int, ...]) -> Closed | None:
    """Close any reservation, and say which of the `marks`, in percent of a budget, its cost has reached.

    Returns None when it is not open.
    """
    row = statements.only_row(CLOSE_WITHIN_BUDGETS, {**values_of(closing), "marks": list(marks)})
    return Closed(row[0], tuple((period, percent) for period, percent in row[1])) if row else None


def values_of(closing: Closing) -> dict[str, Any]:
    # dataclasses.asdict() copies every value, in longer than PostgreSQL needs.
    return {name: getattr(closing, name) for name in Closing.__slots__}
