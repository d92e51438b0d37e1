"""Which backups are kept: the newest of each day, week and month, for so many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from huntaze.backups import bucket, manifest

UNFINISHED: Final = timedelta(days=1)
"""What a backup that died has left is thrown away after this: until then, another one may be at it."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Days, weeks and months without a backup do not count, so an outage throws nothing away."""

    daily: int
    weekly: int
    monthly: int


def kept(names: Iterable[str], keep: Keep) -> set[str]:
    """Return which of the names of whole backups are kept: always those of its last 24 hours."""
    newest_first = sorted(names, reverse=True)
    groups: list[tuple[int, Callable[[datetime], tuple[int, ...]]]] = [
        (keep.daily, lambda made: (made.year, made.month, made.day)),
        (keep.weekly, lambda made: tuple(made.isocalendar()[:2])),
        (keep.monthly, lambda made: (made.year, made.month)),
    ]
    # One that was made by hand in the morning is not thrown away at noon.
    found = {one for one in newest_first if manifest.moment(newest_first[0]) - manifest.moment(one) < timedelta(days=1)}
    for most, group in groups:
        first: dict[tuple[int, ...], str] = {}
        for name in newest_first:
            first.setdefault(group(manifest.moment(name)), name)
        found |= set(list(first.values())[:most])
    return found


def rotate(*, now: datetime) -> list[str]:
    """Delete the backups that are not kept, and what is left of those that died; return their names. Raises Fault."""
    folders = manifest.folders()
    stays = kept(
        [name for name, is_whole in folders.items() if is_whole],
        Keep(*settings.BACKUPS_KEPT),
    )
    gone = [
        name
        for name, is_whole in folders.items()
        if name not in stays and (is_whole or manifest.moment(name) < now - UNFINISHED)
    ]
    for name in gone:
        # First the manifest: what is half deleted is no backup.
        bucket.delete(f"{manifest.FOLDER}{name}/{manifest.FILE}")
        bucket.delete(f"{manifest.FOLDER}{name}/")
    return gone
