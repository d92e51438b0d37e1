"""The suite's own strictness bites."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db.models import Count, QuerySet

from accounts.models import Role, User
from tests.conftest import person

TIMES = 20


@pytest.fixture
def crowd(db: None) -> list[User]:
    return [person(f"person{number}@example.org", name=f"Person {number}") for number in range(8)]


def orders(ask: Callable[[], QuerySet[User]]) -> set[tuple[int, ...]]:
    return {tuple(user.pk for user in ask()) for _ in range(TIMES)}


@pytest.mark.parametrize(
    "ask",
    [
        User.objects.all,
        lambda: User.objects.filter(role=Role.CREATOR),
        lambda: User.objects.all()[:8],
        User.objects.select_for_update,
    ],
    ids=["all", "filter", "slice", "locked"],
)
def test_a_query_without_an_order_comes_in_any_order(ask: Callable[[], QuerySet[User]], crowd: list[User]) -> None:
    assert len(orders(ask)) > 1


def test_a_query_with_an_order_keeps_it(crowd: list[User]) -> None:
    assert orders(lambda: User.objects.order_by("pk")) == {tuple(user.pk for user in crowd)}


def test_queries_that_cannot_take_an_order_still_work(crowd: list[User]) -> None:
    everybody = User.objects.all()

    assert everybody.count() == len(crowd)
    assert everybody.get(email="person3@example.org") == crowd[3]
    assert everybody.first() == crowd[0]
    assert everybody.filter(pk__in=User.objects.filter(role=Role.CREATOR)).exists()
    assert list(everybody.values("role").annotate(how_many=Count("pk"))) == [{"role": "creator", "how_many": 8}]
    assert list(everybody.values_list("role", flat=True).distinct()) == ["creator"]
    assert len(everybody.union(User.objects.filter(tier="free"))) == len(crowd)
    assert everybody.update(name="Nobody") == len(crowd)


def test_warnings_are_errors() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_a_naive_time_is_refused(crowd: list[User]) -> None:
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        User.objects.filter(created_at__gt=datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)).exists()


def test_passwords_cost_nothing_here(crowd: list[User]) -> None:
    assert identify_hasher(crowd[0].password).algorithm == "md5"
