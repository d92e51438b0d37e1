"""What a creator keeps of fans: added, changed, tagged, put into the bin and taken out again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from fans import forgetting
from fans.models import Fan, FanIdentity, FanTag

KEEPS: Final = timedelta(days=30)
MOST_IDENTITIES: Final = 12
MOST_TAGS: Final = 20
LONGEST_TAG: Final = 40
NAMELESS: Final = "–"


class IdentityTaken(Exception):
    """Another fan of the creator is known by this name on this platform already."""

    def __init__(self, platform: str, handle: str) -> None:
        super().__init__(f"Another fan has the name {handle} on {platform}: change that one.")
        self.platform = platform
        self.handle = handle


Identity = tuple[str, str]
"""A platform, and the name there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a creator says of a fan."""

    name: str
    language: str = ""
    birthday: date | None = None
    do_not: Sequence[str] = ()
    identities: Sequence[Identity] = ()
    tags: Sequence[str] = ()


def add(creator: User, told: Told, *, now: datetime, account: User | None = None) -> Fan:
    """Store a new fan. Raises IdentityTaken."""
    with transaction.atomic():
        fan = Fan(user=creator, account=account, created_at=now)
        keep(fan, told, now=now)
        return fan


def change(fan: Fan, told: Told, *, now: datetime) -> Fan:
    """Store what a creator says of a fan now. Raises IdentityTaken."""
    with transaction.atomic():
        locked = Fan.objects.select_for_update(of=("self",)).get(pk=fan.pk)
        keep(locked, told, now=now)
        return locked


def keep(fan: Fan, told: Told, *, now: datetime) -> None:
    fan.name, fan.language, fan.birthday = told.name, told.language, told.birthday
    fan.do_not = list(told.do_not)
    fan.updated_at = now
    fan.words = words(told.name, told.identities)
    if fan._state.adding:
        fan.save(force_insert=True)
    else:
        fan.save(update_fields=["name", "language", "birthday", "do_not", "updated_at", "words"])
    set_identities(fan, told.identities)
    fan.tags.set([named(fan.user, tag) for tag in cleaned(told.tags)])


def words(name: str, identities: Sequence[Identity]) -> str:
    """Return what a fan is found by, in small letters."""
    return " ".join([name, *(handle for _platform, handle in identities)]).lower()


def set_identities(fan: Fan, identities: Sequence[Identity]) -> None:
    wanted = {(platform, handle.lower()): handle for platform, handle in identities}
    had = {(row.platform, row.handle.lower()): row for row in fan.identities.all()}
    FanIdentity.objects.filter(pk__in=[row.pk for key, row in had.items() if key not in wanted]).delete()
    for (platform, lowered), handle in wanted.items():
        if (platform, lowered) in had:
            continue
        try:
            with transaction.atomic():
                FanIdentity.objects.create(user=fan.user, fan=fan, platform=platform, handle=handle)
        except IntegrityError as error:
            raise IdentityTaken(platform, handle) from error


def of_identity(creator: User, platform: str, handle: str) -> Fan | None:
    """Return the creator's fan who has a name on a platform, also out of the bin."""
    row = (
        FanIdentity.objects.for_user(creator)
        .filter(platform=platform, handle__iexact=handle)
        .select_related("fan")
        .first()
    )
    return row.fan if row else None


def named(creator: User, name: str) -> FanTag:
    """Return the creator's tag of this name, however it is written; make one when there is none."""
    found = FanTag.objects.for_user(creator).filter(name__iexact=name).first()
    return found or FanTag.objects.create(user=creator, name=name)


def cleaned(tags: Collection[str]) -> list[str]:
    """Return the words of tags without signs and spaces around them, each once."""
    plain = (" ".join(tag.strip().lstrip("#").split())[:LONGEST_TAG] for tag in tags)
    return list({tag.lower(): tag for tag in plain if tag}.values())[:MOST_TAGS]


def put_away(creator: User, ids: Collection[UUID], *, now: datetime) -> list[UUID]:
    """Put fans into the bin; return those that were not there yet."""
    with transaction.atomic():
        rows = Fan.objects.for_user(creator).filter(pk__in=ids).order_by("pk")
        found = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
        Fan.objects.filter(pk__in=found).update(deleted_at=now)
    return found


def take_back(creator: User, ids: Collection[UUID | str]) -> int:
    """Take fans out of the bin, and return how many."""
    return Fan.objects.in_bin(creator).filter(pk__in=ids).update(deleted_at=None)


def empty_bins(before: datetime, at_most: int) -> int:
    """Delete fans who were put into a bin before; return how many."""
    rows = Fan.objects.filter(deleted_at__lte=before).order_by("deleted_at", "pk")
    return forgetting.forget(list(rows[:at_most]))
