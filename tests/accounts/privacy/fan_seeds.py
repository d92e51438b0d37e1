"""A row of each of the tables about fans, and the same person as a fan of somebody else."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django.db.models import Model

from accounts.models import User
from fans.models import Earning, EarningImport, Fan, FanIdentity, FanNote, FanTag, Follow
from tests.accounts.privacy.marking import NOW, TOKEN, Seed, Seeds


def fan(seeds: Seeds) -> Any:
    """A fan of the person's, and the person as another creator knows them."""
    other = User.objects.create_user(f"creator-{uuid4().hex}@example.org")
    theirs = Fan.objects.create(user=other, account=seeds.user, name=TOKEN, created_at=NOW, updated_at=NOW)
    FanNote.objects.create(fan=theirs, text=f"{TOKEN} likes rain", created_at=NOW)
    Follow.objects.create(user=other, account=seeds.user, fan=theirs, source="page", followed_at=NOW)
    return seeds.marked(Fan, user=seeds.user, updated_at=NOW)


def follow(seeds: Seeds) -> Any:
    follower = User.objects.create_user(f"follower-{uuid4().hex}@example.org")
    return Follow.objects.create(user=seeds.user, account=follower, fan=seeds.of(Fan), source="page", followed_at=NOW)


def earning(seeds: Seeds) -> Any:
    """A payment, and a line that takes it back."""
    amounts = {"currency": "eur", "gross_minor": 500, "fee_minor": 100, "net_minor": 400, "occurred_at": NOW}
    about = {"user": seeds.user, "fan": seeds.of(Fan), "source": "tip", "platform": "fansly", "created_at": NOW}
    row = Earning.objects.create(**about, **amounts, fingerprint="a", statement=seeds.of(EarningImport))
    Earning.objects.create(**about, **amounts, fingerprint="b", kind="removed", corrects=row)
    return row


SEEDS: Final[dict[type[Model], Seed]] = {
    Earning: earning,
    EarningImport: lambda s: s.marked(EarningImport, user=s.user, heading="h"),
    Follow: follow,
    FanNote: lambda s: s.marked(FanNote, fan=s.of(Fan)),
    FanIdentity: lambda s: s.marked(FanIdentity, user=s.user, fan=s.of(Fan), platform="fansly"),
    Fan.tags.through: lambda s: Fan.tags.through.objects.create(fan=s.of(Fan), fantag=s.of(FanTag)),
    FanTag: lambda s: s.marked(FanTag, user=s.user),
    Fan: fan,
}
