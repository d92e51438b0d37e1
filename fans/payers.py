"""Who paid, as a platform calls them: found among the creator's fans, or kept as a new one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Lower

from accounts.models import User
from fans import keeping
from fans.models import FanIdentity

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
    """Return a fan for each of the names; who is not known yet becomes a new fan, called as there."""
    wanted = {(platform, handle.lower()): handle for platform, handle in identities}
    found = known(creator, identities)
    for (platform, lowered), handle in wanted.items():
        if (platform, lowered) not in found:
            fan = keeping.add(creator, keeping.Told(name=handle, identities=[(platform, handle)]), now=now)
            found[platform, lowered] = UUID(str(fan.pk))
    return {key: found[key] for key in wanted}
