"""Who was erased, kept outside of the database: what comes back with a backup is erased again.

An object for each, in the bucket of backups, of which the name says all: the number of the account, and when it was made,
since numbers are given anew after a restore. It names nobody.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import User
from accounts.privacy import erasing
from huntaze.backups import bucket
from huntaze.backups.faults import Fault

logger = logging.getLogger(__name__)

FOLDER: Final = "erased/accounts/"
KEY: Final = re.compile(r"erased/accounts/(\d+)-(\d+)\.json")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Erased:
    account: int
    made_at: datetime


def write_down(user: User) -> None:
    """Write an erasure down before the account is deleted. Raises erasing.NotWrittenDown."""
    if not settings.BACKUP_BUCKET:
        return
    micros = (user.created_at - EPOCH) // timedelta(microseconds=1)
    try:
        bucket.write_small(f"{FOLDER}{user.pk}-{micros}.json", b"{}")
    except Fault as error:
        raise erasing.NotWrittenDown(str(error)) from error


def all() -> Iterator[Erased]:
    """Yield everybody who was erased. Raises Fault."""
    for key in bucket.keys(FOLDER):
        found = KEY.fullmatch(key)
        if found is not None:
            yield Erased(int(found[1]), EPOCH + timedelta(microseconds=int(found[2])))


def folders_of_media() -> frozenset[str]:
    """Return the folders of the media bucket that stay empty. Raises Fault."""
    return frozenset(f"{kind}/{one.account}" for one in all() for kind in ("media", "staging", "files"))


def repeat(*, now: datetime) -> tuple[int, list[int]]:
    """Erase again whoever came back; return how many, and whose erasure did not come to its end. Raises Fault."""
    done, left = 0, []
    for one in all():
        user = User.objects.filter(pk=one.account, created_at=one.made_at).first()
        if user is None:
            continue
        if erasing.again(user, now=now):
            done += 1
        else:
            left.append(one.account)
    return done, left
