"""The one door of tables that are only added to: behind it a person is forgotten, and nothing else is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts import append_only
from accounts.models import User
from ai_routing import privacy
from ai_routing.models import LedgerEntry
from tests.huntaze import admin_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(db: None) -> LedgerEntry:
    return admin_rows.ledger_entry(0)


def refused(change: Any) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        change()


def test_behind_the_door_whose_it_was_is_forgotten(entry: LedgerEntry) -> None:
    cost = entry.cost_micro_usd
    owner = User.objects.get(pk=entry.user_id or 0)

    assert privacy.forget_spender(owner, 10) == 1

    entry.refresh_from_db()
    assert (entry.user, entry.cost_micro_usd) == (None, cost)


@pytest.mark.parametrize("change", [{"cost_micro_usd": 0}, {"user": None, "credits": 9}, {"reason": ""}])
def test_behind_the_door_nothing_else_is_changed(entry: LedgerEntry, change: dict[str, Any]) -> None:
    def behind() -> None:
        with append_only.opened():
            LedgerEntry.objects.update(**change)

    refused(behind)


def test_behind_the_door_nobody_else_gets_the_row(entry: LedgerEntry, alice: User) -> None:
    def behind() -> None:
        with append_only.opened():
            LedgerEntry.objects.update(user=alice)

    refused(behind)


def test_behind_the_door_no_row_is_deleted(entry: LedgerEntry) -> None:
    def behind() -> None:
        with append_only.opened():
            LedgerEntry.objects.all().delete()

    refused(behind)


def test_before_the_door_nothing_is_changed(entry: LedgerEntry) -> None:
    refused(lambda: LedgerEntry.objects.update(user=None))


def test_the_door_is_shut_again_in_the_same_transaction(entry: LedgerEntry) -> None:
    with append_only.opened():
        pass

    refused(lambda: LedgerEntry.objects.update(user=None))
