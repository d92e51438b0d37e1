"""The fans behind a figure: who paid, who did not pay again, who is late, who came in a month. A page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.db.models.fields.json import KT

from accounts.models import User
from analytics import at_risk, paying
from analytics.models import FanFigures, FanMonth
from analytics.ranges import Range, midnight, months_back

PAGE: Final = 50
MOST_MONTHS: Final = 24


class UnknownGroup(LookupError):
    """There is no such group of fans, or the place in it cannot be read."""


@dataclass(frozen=True, slots=True)
class FanRow:
    fan: str
    last_paid_at: datetime
    payments: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[FanRow]
    after: str


def page(group: str, user: User, range_: Range, said: Mapping[str, str], *, now: datetime) -> Page:
    """Return the fans of a group that follow a place, who paid last first. Raises UnknownGroup."""
    make = GROUPS.get(group)
    if make is None:
        raise UnknownGroup(group)
    found = following(make(user, range_, said, now), said.get("after", ""))
    rows = [FanRow(str(row["who"]), row["last"], row["number"]) for row in found.order_by("-last", "who")[: PAGE + 1]]
    shown = rows[:PAGE]
    return Page(shown, f"{shown[-1].last_paid_at.isoformat()}~{shown[-1].fan}" if len(rows) > PAGE else "")


def following(rows: QuerySet[Any, Any], after: str) -> QuerySet[Any, Any]:
    if not after:
        return rows
    try:
        moment, _tilde, fan = after.partition("~")
        at, key = datetime.fromisoformat(moment), UUID(fan)
    except ValueError as error:
        raise UnknownGroup(after) from error
    return rows.filter(Q(last__lt=at) | Q(last=at, who__gt=str(key)))


Make = Callable[[User, Range, Mapping[str, str], datetime], QuerySet[Any, Any]]


def of_paying(user: User, range_: Range, said: Mapping[str, str], _now: datetime) -> QuerySet[Any, Any]:
    rows = paying.of_fans(user, range_.starts_at, range_.ends_at, said.get("currency", ""))
    fans = rows.values(who=KT("data__fan_id")).annotate(last=Max("created_at"), number=paying.payments(range_))
    return fans.filter(number__gt=0)


def of_lost(user: User, range_: Range, said: Mapping[str, str], _now: datetime) -> QuerySet[Any, Any]:
    """Those who paid in the range before, and not again in this one."""
    rows = paying.of_fans(user, range_.before.starts_at, range_.ends_at, said.get("currency", ""))
    fans = rows.values(who=KT("data__fan_id")).annotate(
        last=Max("created_at"), number=paying.payments(range_.before), again=paying.payments(range_)
    )
    return fans.filter(number__gt=0, again__lte=0)


def of_new(user: User, range_: Range, _said: Mapping[str, str], _now: datetime) -> QuerySet[Any, Any]:
    rows = FanFigures.objects.filter(user=user, first_paid_at__gte=range_.starts_at, first_paid_at__lt=range_.ends_at)
    return figures(rows)


def of_late(user: User, _range: Range, _said: Mapping[str, str], now: datetime) -> QuerySet[Any, Any]:
    return figures(at_risk.late(user, now=now))


def of_cohort(user: User, range_: Range, said: Mapping[str, str], _now: datetime) -> QuerySet[Any, Any]:
    """Those who first paid in `month`, and paid again `later` months later. Raises UnknownGroup."""
    try:
        first = date.fromisoformat(f"{said.get('month', '')}-01")
        later = int(said.get("later", "0"))
    except ValueError as error:
        raise UnknownGroup("month, as 2026-11, and later, a number of months") from error
    if not 0 <= later <= MOST_MONTHS:
        raise UnknownGroup("later is from 0 to 24")
    began = FanFigures.objects.filter(
        user=user,
        first_paid_at__gte=midnight(first, range_.zone),
        first_paid_at__lt=midnight(months_back(first, -1), range_.zone),
    )
    again = FanMonth.objects.filter(user=user, month=months_back(first, -later), payments__gt=0)
    return figures(began.filter(fan__in=again.values("fan")))


def figures(rows: QuerySet[FanFigures]) -> QuerySet[Any, Any]:
    return rows.filter(last_paid_at__isnull=False).values(who=F("fan"), last=F("last_paid_at"), number=F("payments"))


GROUPS: Final[dict[str, Make]] = {
    "paying": of_paying,
    "lost": of_lost,
    "new": of_new,
    "late": of_late,
    "cohort": of_cohort,
}
