"""Erase an account: asked for, 14 days of grace, then everything that names the person goes, step by step.

Every step finds what is left and does a portion of it in one transaction with its line of the report. So a worker may be
killed at any moment, and the next one goes on; nothing is done, or counted, twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError, RestrictedError
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import ApiKey, Erasure, Session, Tier, User
from accounts.privacy import holding, receipt, registry, telling
from accounts.privacy.registry import Anonymised, Deleted, Record, Turn
from accounts.sessions import rows as sessions

logger = logging.getLogger(__name__)

State = Erasure.State

GRACE: Final = timedelta(days=14)
SETTLES: Final = timedelta(minutes=15)
"""How long after an account is closed work under way for it may still write rows: no piece of work lasts longer."""

PORTION: Final = 500
AT_MOST: Final = 100
RECEIPT_TRIES: Final = timedelta(days=3)

Counts = dict[str, int]


class UnderWay(Exception):
    """The account is going to be erased already."""


class NotWrittenDown(Exception):
    """What has to be known of an erasure outside of the database could not be written there. It is tried again."""


_before_the_end: list[Callable[[User], None]] = []


def before_the_end(write_down: Callable[[User], None]) -> None:
    """Have it called when an account is about to be deleted. It raises NotWrittenDown to be called again later."""
    _before_the_end.append(write_down)


class NotLeaving(Exception):
    """Nobody has asked for the erasure of this account, or it can be taken back no more."""


def ask(user: User, *, by: User | None = None, request: HttpRequest | None = None, now: datetime) -> Erasure:
    """Have an account erased when the grace is over; until then nothing of it is public. Raises UnderWay."""
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(
                user=user, asked_by=by, created_at=now, due_at=now + GRACE, locale=user.locale
            )
            User.objects.filter(pk=user.pk).update(leaves_at=erasure.due_at)
            audit.record(user, "erasure_requested", actor=by, request=request, now=now)
    except IntegrityError as error:
        raise UnderWay from error
    user.leaves_at = erasure.due_at
    return erasure


def ask_for_claims(before: datetime, at_most: int) -> int:
    """Have accounts erased that only claim an address which is another's; return how many.

    Of those that nobody has signed in to since `before`, and that pay for nothing. No mail tells of it: the address is not
    theirs. Whoever comes within the grace reads it on every page, and can keep the account.
    """
    theirs = User.objects.filter(email=OuterRef("email"), email_verified_at__isnull=False)
    claims = User.objects.filter(Exists(theirs), email_verified_at=None, leaves_at=None, is_active=True, tier=Tier.FREE)
    seen = claims.annotate(seen=Coalesce("last_login", "created_at")).filter(seen__lt=before, created_at__lt=before)
    asked = 0
    for user in seen.filter(is_staff=False).order_by("pk")[:at_most]:
        with suppress(UnderWay):
            ask(user, now=timezone.now())
            asked += 1
    return asked


def keep(user: User, *, by: User | None = None, request: HttpRequest | None = None, now: datetime) -> None:
    """Take it back, as long as the grace lasts. Raises NotLeaving."""
    with transaction.atomic():
        # From the end of the grace on a worker may close the account at any moment; the row decides who was first.
        if not Erasure.objects.filter(user=user, state=State.ASKED).update(state=State.KEPT):
            raise NotLeaving
        User.objects.filter(pk=user.pk).update(leaves_at=None)
        audit.record(user, "erasure_cancelled", actor=by, request=request, now=now)
    user.leaves_at = None


def close_due(*, now: datetime) -> int:
    """Close the accounts whose grace is over: nobody gets in any more, and no program. Return how many."""
    due = Erasure.objects.filter(state=State.ASKED, due_at__lte=now).order_by("due_at", "pk")
    closed = 0
    for pk in due.values_list("pk", flat=True)[:AT_MOST]:
        with transaction.atomic():
            erasure = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if erasure is None or erasure.user is None:
                continue
            User.objects.filter(pk=erasure.user.pk).update(is_active=False)
            sessions.end_all(erasure.user, Session.Ending.ERASED, now=now)
            ApiKey.objects.filter(user=erasure.user, revoked_at=None).update(revoked_at=now)
            erasure.state, erasure.closed_at = State.CLOSED, now
            erasure.save(update_fields=["state", "closed_at"])
            closed += 1
    return closed


def settled(*, now: datetime) -> list[UUID]:
    """Return the erasures of closed accounts that no worker has. Handing one out twice is harmless."""
    rows = holding.free(Erasure.objects.filter(state=State.CLOSED, closed_at__lte=now - SETTLES), now=now)
    return list(rows.order_by("closed_at", "pk").values_list("pk", flat=True)[:AT_MOST])


def run(erasure_id: UUID, *, now: datetime) -> bool:
    """Erase a closed account; return whether it is done. Safe to repeat and to kill."""
    ready = Erasure.objects.filter(state=State.CLOSED, closed_at__lte=now - SETTLES, user__isnull=False)
    hold = holding.claim(ready, erasure_id, now=now)
    if hold is None:
        return False
    user = cast(User, hold.row.user)
    # Where the receipt goes is to be known when nothing else is.
    hold.mine.update(address=receipt_address(user), locale=user.locale)
    try:
        for record in registry.in_turn():
            if record.turn is not Turn.LAST:
                erase(record, user, hold)
        for write_down in _before_the_end:
            write_down(user)
        end(user, hold)
    except holding.Lost:
        return False
    except NotWrittenDown as error:
        logger.warning("Erasure %s waits for its end: %s", erasure_id, error)
        hold.release()
        return False
    except (ProtectedError, RestrictedError, IntegrityError):
        # A worker that was late has written rows since: the sweep goes through all steps again.
        logger.exception("Erasure %s found new rows, and is tried again", erasure_id)
        hold.release()
        return False
    return True


def again(user: User, *, now: datetime) -> bool:
    """Erase an account that was erased before and came back with a backup; return whether it is done. Safe to repeat.

    Nobody asks for it, and no receipt is mailed: the person has one.
    """
    with transaction.atomic():
        erasure = Erasure.objects.filter(user=user, state__in=Erasure.OPEN).first() or Erasure(
            user=user, created_at=now, due_at=now, locale=user.locale
        )
        erasure.state, erasure.closed_at = State.CLOSED, now - SETTLES
        erasure.save()
        User.objects.filter(pk=user.pk).update(is_active=False)
    is_done = run(erasure.pk, now=now)
    Erasure.objects.filter(pk=erasure.pk, state=State.DONE).update(address="", mailed_at=now)
    return is_done


def receipt_address(user: User) -> str:
    """Return where the receipt goes; nowhere, when the address is another's who has confirmed it."""
    others = User.objects.filter(email=user.email, email_verified_at__isnull=False).exclude(pk=user.pk)
    return "" if others.exists() else user.email


def erase(record: Record, user: User, hold: holding.Hold[Erasure]) -> None:
    """Do one step to its end. Raises holding.Lost."""
    for mention in record.mentions:
        in_portions(hold, record.label, receipt.ANONYMISED, partial(mention.clear, user, PORTION))
    match record.erased:
        case Deleted(before=before):
            while delete_portion(record, user, before, hold):
                pass
        case Anonymised(run=forget):
            in_portions(hold, record.label, receipt.ANONYMISED, partial(forget, user, PORTION))
        case _:
            set_kept(hold, record.label, record.rows(user).count())


def in_portions(hold: holding.Hold[Erasure], label: str, what: str, act: Callable[[], int]) -> None:
    while True:
        hold.beat()
        with transaction.atomic():
            done = act()
            if not done:
                return
            note(hold, {label: {what: done}})


def delete_portion(
    record: Record, user: User, before: Callable[[list[Any]], None] | None, hold: holding.Hold[Erasure]
) -> bool:
    hold.beat()
    rows = record.rows(user).order_by("pk")
    some = list((rows if before else rows.only("pk"))[:PORTION])
    if not some:
        return False
    if before:
        before(some)
    with transaction.atomic():
        _all, deleted = record.model._base_manager.filter(pk__in=[row.pk for row in some]).delete()
        note(hold, {label: {receipt.DELETED: number} for label, number in deleted.items() if number})
    return True


def note(hold: holding.Hold[Erasure], done: dict[str, Counts]) -> None:
    """Add to the report, in the transaction that did it. Raises holding.Lost, which takes back what was done."""
    row = hold.mine.select_for_update(of=("self",)).first()
    if row is None:
        raise holding.Lost
    for label, counts in done.items():
        line = row.report.setdefault(label, {})
        for what, number in counts.items():
            line[what] = line.get(what, 0) + number
    row.save(update_fields=["report"])


def set_kept(hold: holding.Hold[Erasure], label: str, number: int) -> None:
    with transaction.atomic():
        row = hold.mine.select_for_update(of=("self",)).first()
        if row is None:
            raise holding.Lost
        row.report.setdefault(label, {})[receipt.KEPT] = number
        row.save(update_fields=["report"])


def end(user: User, hold: holding.Hold[Erasure]) -> None:
    """Delete the account itself, and close the report. Raises holding.Lost, and what Django raises for rows that are new."""
    now = timezone.now()
    with transaction.atomic():
        audit.record(user, "erased", now=now)
        _all, deleted = User.objects.filter(pk=user.pk).delete()
        note(hold, {label: {receipt.DELETED: number} for label, number in deleted.items() if number})
        hold.mine.update(state=State.DONE, done_at=now, lease_expires_at=None)


def mail_receipts(*, now: datetime) -> int:
    """Mail the receipts that nobody has mailed yet, then forget the addresses; return how many were mailed."""
    done = Erasure.objects.filter(state=State.DONE, done_at__isnull=False).exclude(address="")
    sent = telling.mail_each(done.filter(mailed_at=None), telling.erased, now=now)
    done.filter(mailed_at__isnull=False).update(address="")
    # An address that takes no mail is not kept for its sake.
    done.filter(done_at__lte=now - RECEIPT_TRIES).update(address="")
    return sent


def open_for(user: User) -> Erasure | None:
    return Erasure.objects.filter(user=user, state__in=Erasure.OPEN).first()


def remove_receipts(before: datetime, at_most: int) -> int:
    """Delete what is left of erasures that ended before; return how many."""
    ended = [State.DONE, State.KEPT]
    some = Erasure.objects.filter(state__in=ended, created_at__lte=before).order_by("created_at").values("pk")[:at_most]
    return Erasure.objects.filter(pk__in=some).delete()[0]
