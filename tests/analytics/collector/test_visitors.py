"""Visitors are told apart for a day, by a number that is nothing tomorrow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from analytics.collector import stream, visitors
from tests.analytics.visits import PHONE, tell, waiting

MORNING = datetime(2026, 11, 22, 8, tzinfo=UTC)


def number(handle: str = "nadia", **headers: str) -> int:
    assert tell(handle, headers=headers) == 204
    found: int = waiting()[-1].data["visitor"]
    return found


def test_one_visitor_is_one_number_on_a_page_and_for_a_day() -> None:
    with time_machine.travel(MORNING) as clock:
        first = number()
        clock.shift(timedelta(hours=15))
        assert number() == first
        assert number("bob") != first
        assert number(**{"User-Agent": PHONE}) != first
        clock.shift(timedelta(hours=2))
        assert number() != first
    assert -(2**63) <= first < 2**63


def test_the_salt_is_gone_after_midnight() -> None:
    with time_machine.travel(MORNING):
        number()

    (key,) = stream.client().keys("*salt*")
    assert timedelta(hours=16) < timedelta(seconds=stream.client().ttl(key)) <= timedelta(hours=16, minutes=10)


def test_all_processes_share_the_salt() -> None:
    with time_machine.travel(MORNING):
        first = number()
        visitors.forget()
        assert number() == first


def test_a_salt_that_valkey_lost_is_put_back_by_whoever_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(MORNING):
        first = number()
        stream.client().flushdb()
        monkeypatch.setattr(visitors, "AGREED_SECONDS", 0)
        visitors._held = visitors.Salt(visitors._held.day, visitors._held.value, 0.0)
        assert number() == first
        visitors.forget()
        assert number() == first


def test_when_nobody_knows_it_any_more_visitors_count_anew() -> None:
    with time_machine.travel(MORNING):
        first = number()
        stream.client().flushdb()
        visitors.forget()
        assert number() != first
