"""Who paid, as a platform calls them: found among the creator's fans, or kept as a new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower

from accounts.models import User
from fans import books, keeping
from fans.models import Fan, FanIdentity

Identity = keeping.Identity


def known(creator: User, identities: Collection[Identity]) -> dict[Identity, UUID]:
    """Return which fans have these names, by platform and the name in small letters."""
    rows = (
        FanIdentity.objects.for_user(creator)
        .annotate(lowered=Lower("handle"))
        .filter(platform__in={platform for platform, _ in identities}, lowered__in={h.lower() for _, h in identities})
        .values_list("platform", "lowered", F("fan"))
    )
    return {(platform, lowered): fan for platform, lowered, fan in rows}


def all_of(creator: User, identities: Collection[Identity], *, now: datetime) -> dict[Identity, UUID]:
    """Return a fan for each of the names; who is not known yet becomes a new fan, called as there.

    A handful of queries, however many they are: a statement may name thousands.
    """
    wanted = {(platform, handle.lower()): handle for platform, handle in identities}
    found = known(creator, identities)
    missing = [key for key in wanted if key not in found]
    with transaction.atomic():
        fans = [made(creator, wanted[key], now=now) for key in missing]
        for fan, pk in zip(fans, books.new_ids(len(fans)), strict=True):
            fan.pk = pk
        Fan.objects.bulk_create(fans)
        FanIdentity.objects.bulk_create(
            FanIdentity(user=creator, fan=fan, platform=platform, handle=wanted[platform, lowered])
            for fan, (platform, lowered) in zip(fans, missing, strict=True)
        )
    return found | {key: UUID(str(fan.pk)) for key, fan in zip(missing, fans, strict=True)}


def made(creator: User, handle: str, *, now: datetime) -> Fan:
    return Fan(user=creator, name=handle, words=handle.lower(), created_at=now, updated_at=now)
