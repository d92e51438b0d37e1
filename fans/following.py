"""Follow a creator, and leave them again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Role, User
from analytics import events
from fans import books, keeping
from fans.models import Fan, Follow


class MayNotFollow(Exception):
    """Only the account of a fan follows."""


def follows(account: User, creator: User) -> bool:
    return Follow.objects.filter(user=creator, account=account, unfollowed_at=None).exists()


def check(account: User) -> None:
    """Raises MayNotFollow."""
    if account.role != Role.FAN:
        raise MayNotFollow("Follow with a fan's account.")


def follow(account: User, creator: User, *, source: str, now: datetime) -> Follow:
    """Have an account follow a creator; nothing new happens where it does already. Raises MayNotFollow."""
    check(account)
    try:
        with transaction.atomic():
            row = standing(account, creator)
            return row or begun(account, creator, source=source, now=now)
    except IntegrityError:
        # The other of two taps was faster.
        return Follow.objects.get(user=creator, account=account, unfollowed_at=None)


def standing(account: User, creator: User) -> Follow | None:
    return Follow.objects.filter(user=creator, account=account, unfollowed_at=None).select_related("fan").first()


def begun(account: User, creator: User, *, source: str, now: datetime) -> Follow:
    fan = known(account, creator, now=now)
    row = Follow.objects.create(user=creator, account=account, fan=fan, source=source, followed_at=now)
    Fan.objects.filter(pk=fan.pk).update(followed_at=now, deleted_at=None)
    books.count_anew([fan.pk])
    events.record("fan.followed", user_id=creator.pk, data={"fan_id": str(fan.pk), "source": source}, now=now)
    return row


def known(account: User, creator: User, *, now: datetime) -> Fan:
    """Return whom the creator knows the account as; a new fan by the name that they gave."""
    fan = Fan.objects.filter(user=creator, account=account).first()
    if fan is not None:
        return fan
    return keeping.add(
        creator, keeping.Told(name=account.name or keeping.NAMELESS, language=account.locale), account=account, now=now
    )


def unfollow(account: User, creator: User, *, now: datetime) -> bool:
    """Have an account follow a creator no more; return whether it did."""
    with transaction.atomic():
        row = (
            Follow.objects.filter(user=creator, account=account, unfollowed_at=None)
            .select_for_update(of=("self",))
            .first()
        )
        if row is None:
            return False
        row.unfollowed_at = now
        row.save(update_fields=["unfollowed_at"])
        Fan.objects.filter(pk=row.fan_id).update(followed_at=None)
        books.count_anew([row.fan_id])
        events.record("fan.unfollowed", user_id=creator.pk, data={"fan_id": str(row.fan_id)}, now=now)
    return True
