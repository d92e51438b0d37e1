"""Which backups are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from huntaze import backup_settings
from huntaze.backups.rotation import Keep, kept

END = datetime(2026, 11, 28, 3, tzinfo=UTC)


def named(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}-00000000"


def days(names: set[str]) -> list[str]:
    return sorted(name[:8] for name in names)


def test_the_newest_of_each_day_week_and_month_stay() -> None:
    names = [named(END - timedelta(hours=12 * number)) for number in range(2 * 200)]

    stays = kept(names, Keep(daily=7, weekly=5, monthly=3))

    last_seven = [f"202611{day}" for day in range(22, 29)]
    ends_of_weeks = ["20261101", "20261108", "20261115", "20261122"]
    ends_of_months = ["20260930", "20261031"]
    assert days(stays) == sorted({*last_seven, *ends_of_weeks, *ends_of_months})
    assert named(END) in stays
    assert named(END - timedelta(hours=12)) in stays


def test_an_outage_throws_nothing_away() -> None:
    old = [named(END - timedelta(days=300 + number)) for number in range(3)]
    assert kept([*old, named(END)], Keep(7, 5, 3)) == {*old, named(END)}


def test_the_newest_stays_whatever_the_numbers_say() -> None:
    assert kept([named(END), named(END - timedelta(days=1))], Keep(0, 0, 0)) == {named(END)}


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"HUNTAZE_BACKUP_BUCKET": "media"}, "bucket of media"),
        ({"HUNTAZE_BACKUP_BUCKET": "backups"}, "HUNTAZE_BACKUP_KEYS is missing"),
        ({"HUNTAZE_BACKUP_BUCKET": "backups", "HUNTAZE_BACKUP_KEYS": "short"}, "43 random characters"),
        ({"HUNTAZE_BACKUP_BUCKET": "backups", "HUNTAZE_BACKUP_KEYS": f"{'k' * 43},{'k' * 43}"}, "stands there once"),
    ],
)
def test_settings_that_would_lose_or_show_a_backup_are_refused(
    variables: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HUNTAZE_BACKUP_BUCKET", "HUNTAZE_BACKUP_KEYS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=says) as refused:
        backup_settings.read(Env(), media_bucket="media")
    assert "kkk" not in str(refused.value)
