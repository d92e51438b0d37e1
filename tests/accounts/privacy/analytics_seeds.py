"""A row of each table of events and of the figures that are made of them."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django.db.models import Model

from analytics import events
from analytics.models import DailyFigure, Event, FanFigures, FanMonth, HourlyFigure, Visitor
from tests.accounts.privacy.marking import NOW, Seed, Seeds


def event(seeds: Seeds) -> Any:
    events.record("content.edited", user_id=seeds.user.pk, data={"content_id": str(uuid4())}, now=NOW)
    return Event.objects.filter(user=seeds.user).order_by("-created_at").first()


SEEDS: Final[dict[type[Model], Seed]] = {
    Event: event,
    DailyFigure: lambda s: s.marked(DailyFigure, user=s.user, day=NOW.date(), currency="eur"),
    HourlyFigure: lambda s: s.marked(HourlyFigure, user=s.user, hour=NOW, currency="eur"),
    FanFigures: lambda s: FanFigures.objects.create(user=s.user, fan=uuid4(), first_seen=NOW, last_seen=NOW),
    FanMonth: lambda s: FanMonth.objects.create(
        user=s.user, fan=uuid4(), month=NOW.date().replace(day=1), currency="eur", net_minor=500
    ),
    Visitor: lambda s: Visitor.objects.create(user=s.user, day=NOW.date(), visitor=7),
}
