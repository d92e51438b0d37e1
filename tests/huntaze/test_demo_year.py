"""The year that the demo creator looks back on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import Count

from accounts.models import User
from analytics.models import Event
from fans import segments
from fans.models import Earning, Fan
from huntaze.management import demo, demo_year

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def test_a_year_is_told_once_and_every_line_has_its_event(alice: User) -> None:
    demo.fill(alice, now=NOW)
    assert demo_year.fill(alice, now=NOW)
    assert not demo_year.fill(alice, now=NOW)
    counts = segments.counts(alice, now=NOW)
    assert counts[""] == demo_year.PEOPLE
    assert all(counts[key] for key in segments.SEGMENTS)
    lines = dict(Earning.objects.for_user(alice).values_list("kind").annotate(Count("pk")).order_by())
    told = dict(
        Event.objects.filter(user=alice, event__startswith="earning.")
        .values_list("event")
        .annotate(Count("id"))
        .order_by()
    )
    assert told == {
        "earning.recorded": lines["earned"],
        "earning.refunded": lines["refunded"],
        "earning.removed": lines["removed"],
    }
    assert lines["earned"] > 300
    assert Event.objects.filter(user=alice, event="page.viewed").count() > 1_000
    assert not Event.objects.filter(user=alice, created_at__gt=NOW).exists()
    assert Fan.objects.filter(user=alice, followed_at__isnull=False).count() >= 20
    assert set(Earning.objects.values_list("currency", flat=True)) == {"usd", "eur"}
