"""A row of each of billing's tables about what is paid and given."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django.db.models import Model

from accounts.models import User
from billing.models import Comp, Subscription
from tests.accounts.privacy.marking import NOW, Seed, Seeds, mark


def comp(seeds: Seeds) -> Any:
    """A plan that the person was given, and one that they gave to somebody else and took back."""
    other = User.objects.create_user(f"given-{uuid4().hex}@example.org")
    Comp.objects.create(
        user=other,
        plan="pro",
        reason="Rain",
        given_by=seeds.user,
        ended_at=NOW,
        ending="taken_back",
        ended_by=seeds.user,
    )
    return seeds.marked(Comp, user=seeds.user, plan="pro", last_day=None, ending="")


SEEDS: Final[dict[type[Model], Seed]] = {
    Subscription: lambda s: Subscription.objects.create(
        user=s.user,
        stripe_id=mark(Subscription, "stripe_id"),
        status="active",
        plan="pro",
        interval="month",
        currency="eur",
        period_ends_at=NOW,
        updated_at=NOW,
    ),
    Comp: comp,
}
