"""The pages of fans and earnings in a real browser: on a phone and a wide screen, in the light and in the dark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from accounts.models import User
from fans import books, keeping, notes
from fans.statements import files
from tests.browsing import CORNERS, Corner, faults, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

FILE = b"Date,Username,Amount,Fee,Currency\n2026-03-02,mia,10.00,2.00,usd\nyesterday,mia,1,0,usd\n"


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_nothing_hinders_anybody(browser: Browser, live_server: Any, alice: User, corner: Corner) -> None:
    now = timezone.now()
    User.objects.filter(pk=alice.pk).update(locale=corner.language)
    told = keeping.Told(
        "Mia", language="fr", identities=[("onlyfans", "mia_paris")], tags=["VIP"], do_not=["No discounts"]
    )
    fan = keeping.add(alice, told, now=now)
    notes.propose(fan, "Born in May", now=now)
    for days in (1, 40):
        line = books.Line("tip", "onlyfans", "usd", 1_000, 200, now - timedelta(days=days), fan_id=fan.pk)
        row, _is_new = books.record(alice, line, now=now)
    books.refund(row, gross_minor=500, occurred_at=now, now=now)
    statement = files.keep(alice, "march.csv", FILE, now=now)
    context = opened(browser, live_server, alice, **corner.options)
    page = context.pages[0]
    found = []
    for name, address in {
        "fans": "/app/fans",
        "fan": f"/app/fans/{fan.pk}",
        "fan-edit": f"/app/fans/{fan.pk}/edit",
        "earnings": "/app/fans/earnings",
        "earning-new": "/app/fans/earnings/new",
        "statement": f"/app/fans/earnings/import/{statement.pk}",
    }.items():
        page.goto(address)
        found += faults(page, f"{name}-{corner}")
    page.goto("about:blank")
    context.close()
    assert found == []
