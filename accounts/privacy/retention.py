"""How long things are kept: rules that the apps declare, periods that operators may change within the law, and the broom.

    retention.declare(
        Rule("notifications", days=90, label=_("Notifications"), why=_("…"), least=30, most=365, remove=purge)
    )

A rule without `remove` is applied by a task of its own, which `task` names: what must go within hours, not by night.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import F

from accounts.models import RetentionPeriod

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

AT_ONCE: Final = 1_000
MOST_PORTIONS: Final = 1_000
"""What one night takes away of one kind at most, in portions; the rest goes the next night."""

Remove = Callable[[datetime, int], int]


class OutOfBounds(Exception):
    """The law, or the word given to creators, allows no such period."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days something is kept. `remove` takes away what is older than a moment, at most so many rows at once.

    Operators may choose from `least` to `most` days; where both are `days`, nobody may.
    """

    key: str
    days: int
    label: _StrPromise
    why: _StrPromise
    least: int
    most: int
    remove: Remove | None = None
    task: str = ""

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most


RULES: Final[dict[str, Rule]] = {}


def declare(rule: Rule) -> None:
    """Declare how long something is kept; called from an app's `ready`, where it may be called again."""
    RULES[rule.key] = rule


def store_missing(*, now: datetime) -> None:
    """Have a row for every rule, so that operators see them all."""
    known = set(RetentionPeriod.objects.values_list("key", flat=True))
    RetentionPeriod.objects.bulk_create(
        [
            RetentionPeriod(key=rule.key, days=rule.days, changed_at=now)
            for rule in RULES.values()
            if rule.key not in known
        ],
        ignore_conflicts=True,
    )


def days(key: str) -> int:
    """Return how many days hold now: what an operator chose, or what was declared."""
    rule = RULES[key]
    if rule.is_fixed:
        return rule.days
    row = RetentionPeriod.objects.filter(pk=key).first()
    # Bounds may have changed since the row was written.
    return rule.days if row is None else min(max(row.days, rule.least), rule.most)


def change(row: RetentionPeriod, *, now: datetime) -> None:
    """Store another period. Raises OutOfBounds."""
    rule = RULES[row.key]
    if not rule.least <= row.days <= rule.most:
        raise OutOfBounds
    row.changed_at = now
    row.save()


def apply(*, now: datetime) -> dict[str, int]:
    """Take away what is older than its period; return how much of each. One rule that fails does not hold up the others."""
    store_missing(now=now)
    removed = {}
    for rule in RULES.values():
        if rule.remove is None:
            continue
        try:
            removed[rule.key] = sweep(rule.remove, now - timedelta(days=days(rule.key)))
        except Exception:
            # One rule that fails must not hold up those behind it.
            logger.exception("What is older than %s days could not be taken away: %s", rule.days, rule.key)
            continue
        RetentionPeriod.objects.filter(pk=rule.key).update(applied_at=now, removed=F("removed") + removed[rule.key])
    return removed


def sweep(remove: Remove, before: datetime) -> int:
    total = 0
    for _portion in range(MOST_PORTIONS):
        done = remove(before, AT_ONCE)
        total += done
        if done < AT_ONCE:
            break
    return total
