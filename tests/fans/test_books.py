"""The books: lines are only added, each with its event, and what is counted at a fan follows from them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum

from accounts.models import User
from analytics.models import Event
from fans import books, forgetting, keeping
from fans.books import Line
from fans.models import Earning, Fan

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
THEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def fan(alice: User) -> Fan:
    return keeping.add(alice, keeping.Told("Mia"), now=NOW)


def line(**fields: Any) -> Line:
    return Line(
        **{
            "source": "tip",
            "platform": "fansly",
            "currency": "usd",
            "gross_minor": 1_000,
            "fee_minor": 200,
            "occurred_at": THEN,
            **fields,
        }
    )


def from_events(user: User) -> Counter[str]:
    """Return net sums by currency as whoever reads events alone has them."""
    signs = {"earning.recorded": 1, "earning.refunded": -1, "earning.removed": -1}
    found: Counter[str] = Counter()
    for row in Event.objects.filter(user=user, event__in=signs):
        found[row.data["currency"]] += signs[row.event] * row.data["net_minor"]
    return found


def from_books(user: User) -> Counter[str]:
    rows = Earning.objects.filter(user=user).values("currency").annotate(net=Sum(books.counted("net_minor"))).order_by()
    return Counter({row["currency"]: row["net"] for row in rows})


def test_a_line_is_stored_with_its_event_at_its_own_time(alice: User, fan: Fan) -> None:
    row, is_new = books.record(alice, line(fan_id=fan.pk), now=NOW)
    assert is_new
    assert (row.net_minor, row.created_at) == (800, NOW)
    event = Event.objects.get(event="earning.recorded")
    assert (event.user, event.created_at) == (alice, THEN)
    assert event.data == {
        "earning_id": str(row.pk),
        "fan_id": str(fan.pk),
        "source": "tip",
        "platform": "fansly",
        "currency": "usd",
        "gross_minor": 1_000,
        "fee_minor": 200,
        "net_minor": 800,
        "content_id": None,
        "occurred_at": "2026-03-02T09:30:00+00:00",
    }
    fan.refresh_from_db()
    assert (fan.payments, fan.first_paid_at, fan.last_paid_at, fan.last_seen_at) == (1, THEN, THEN, THEN)


def test_the_database_refuses_to_change_or_delete_a_line(alice: User) -> None:
    row, _ = books.record(alice, line(), now=NOW)
    for act in (lambda: Earning.objects.update(net_minor=1), lambda: Earning.objects.all().delete()):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()
    row.refresh_from_db()
    assert row.net_minor == 800


@pytest.mark.parametrize(
    ("other", "is_new"),
    [
        ({}, False),
        ({"number": 1}, True),
        ({"occurred_at": THEN + timedelta(seconds=1)}, True),
        ({"payer": "mia"}, True),
        ({"gross_minor": 1_001}, True),
    ],
)
def test_what_tells_lines_without_a_reference_apart(alice: User, other: dict[str, Any], is_new: bool) -> None:
    books.record(alice, line(), now=NOW)
    assert books.record(alice, line(**other), now=NOW)[1] is is_new


def test_a_reference_is_written_once_for_a_platform_and_a_creator(alice: User, bob: User) -> None:
    first, _ = books.record(alice, line(reference="T1"), now=NOW)
    assert books.record(alice, line(reference="T1", gross_minor=5), now=NOW) == (first, False)
    assert books.record(alice, line(reference="T1", platform="patreon"), now=NOW)[1]
    assert books.record(bob, line(reference="T1"), now=NOW)[1]


class TestRefunds:
    def test_parts_go_back_until_nothing_is_left(self, alice: User, fan: Fan) -> None:
        row, _ = books.record(alice, line(fan_id=fan.pk, gross_minor=999, fee_minor=201), now=NOW)
        for gross in (333, 333, 333):
            books.refund(row, gross_minor=gross, occurred_at=NOW, now=NOW)
        with pytest.raises(books.NotRefundable):
            books.refund(row, gross_minor=1, occurred_at=NOW, now=NOW)
        assert from_books(alice) == from_events(alice) == Counter({"usd": 0})
        assert books.spent_by([fan.pk])[fan.pk] == [books.Spent("usd", 0, 0)]

    @pytest.mark.parametrize("gross", [0, -1, 1_001])
    def test_no_more_than_was_paid(self, alice: User, gross: int) -> None:
        row, _ = books.record(alice, line(), now=NOW)
        with pytest.raises(books.NotRefundable):
            books.refund(row, gross_minor=gross, occurred_at=NOW, now=NOW)

    def test_a_refund_counts_on_its_own_day(self, alice: User) -> None:
        row, _ = books.record(alice, line(), now=NOW)
        books.refund(row, gross_minor=500, occurred_at=NOW, now=NOW)
        event = Event.objects.get(event="earning.refunded")
        assert (event.created_at, event.data["net_minor"]) == (NOW, 400)


class TestRemovals:
    def test_a_mistake_counts_no_more_on_its_own_day(self, alice: User, fan: Fan) -> None:
        row, _ = books.record(alice, line(fan_id=fan.pk), now=NOW)
        books.remove(row, now=NOW)
        assert Event.objects.get(event="earning.removed").created_at == THEN
        assert from_books(alice) == from_events(alice) == Counter({"usd": 0})
        fan.refresh_from_db()
        assert (fan.payments, fan.last_paid_at, fan.last_seen_at) == (0, None, None)
        with pytest.raises(books.AlreadyRemoved):
            books.remove(row, now=NOW)

    def test_its_refunds_go_with_it(self, alice: User) -> None:
        row, _ = books.record(alice, line(), now=NOW)
        books.refund(row, gross_minor=400, occurred_at=NOW, now=NOW)
        assert len(books.remove(row, now=NOW)) == 2
        assert from_books(alice) == from_events(alice) == Counter({"usd": 0})

    def test_a_refund_that_was_a_mistake_can_be_taken_back(self, alice: User) -> None:
        row, _ = books.record(alice, line(), now=NOW)
        books.remove(books.refund(row, gross_minor=1_000, occurred_at=NOW, now=NOW), now=NOW)
        assert from_books(alice) == from_events(alice) == Counter({"usd": 800})
        assert Event.objects.filter(event="earning.removed").count() == 0
        # Then it can be made anew.
        books.refund(row, gross_minor=1_000, occurred_at=NOW, now=NOW)
        assert from_books(alice) == from_events(alice) == Counter({"usd": 0})

    def test_what_was_taken_back_can_come_anew(self, alice: User) -> None:
        for _round in range(3):
            row, is_new = books.record(alice, line(reference="T1"), now=NOW)
            assert is_new
            books.remove(row, now=NOW)
        assert from_books(alice) == from_events(alice) == Counter({"usd": 0})
        assert books.record(alice, line(reference="T1"), now=NOW)[1]
        assert from_events(alice) == Counter({"usd": 800})


def test_currencies_are_never_added_up(alice: User, fan: Fan) -> None:
    books.record(alice, line(fan_id=fan.pk), now=NOW)
    books.record(alice, line(fan_id=fan.pk, currency="eur"), now=NOW)
    assert books.spent_by([fan.pk])[fan.pk] == [books.Spent("eur", 1_000, 800), books.Spent("usd", 1_000, 800)]


def test_forgetting_a_fan_leaves_what_they_paid(alice: User, fan: Fan) -> None:
    row, _ = books.record(alice, line(fan_id=fan.pk), now=NOW)
    assert forgetting.forget([fan]) == 1
    row.refresh_from_db()
    assert (row.fan, row.net_minor) == (None, 800)
    assert not Fan.objects.exists()
    assert Event.objects.get(event="earning.recorded").data["fan_id"] is None


def test_many_lines_take_few_queries(alice: User, fan: Fan, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        assert len(books.record_all(alice, [line(fan_id=fan.pk, number=n) for n in range(300)], now=NOW)) == 300
    fan.refresh_from_db()
    assert fan.payments == 300
