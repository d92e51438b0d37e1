"""The queue page tells the best times once there is enough to tell them from."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from content.planning import best_times
from tests.analytics import rolling

pytestmark = pytest.mark.django_db

MONDAY_NOON = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


def looked_at(alice: User, posts: int) -> None:
    for _ in range(posts):
        rolling.viewed(alice, MONDAY_NOON, content_id=str(uuid4()))
    rolling.roll_up(now=TUESDAY)


def test_best_times_are_not_told_from_too_little(client: Client, alice: User) -> None:
    looked_at(alice, 9)
    client.force_login(alice)
    with time_machine.travel(TUESDAY, tick=False):
        assert "9 of 10 posts" in client.get(reverse("content:queue")).text


def test_best_times_are_hours_on_the_creators_clock(client: Client, alice: User) -> None:
    alice.time_zone = "Europe/Paris"
    alice.save()
    looked_at(alice, 10)
    [best] = best_times.hint(alice, now=TUESDAY).hours
    assert (best.weekday, best.hour, best.count) == (0, 13, 10)
    client.force_login(alice)
    with time_machine.travel(TUESDAY, tick=False):
        assert "Monday" in client.get(reverse("content:queue")).text
