"""Letters on their way: noted in the transaction of what they tell, told in the app at once, mailed once each.

Before a letter is mailed it is looked at again: one that is overtaken, as by a payment, is thrown away. They belong to the
contract, so nobody can switch them off; but an address that was never confirmed may be somebody else's, and gets none.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from accounts import mails, notifications
from accounts.middleware import time_zone
from accounts.models import Tier, User
from billing import letters
from billing.letters import Data, Kind
from billing.models import BillingLetter, Subscription

logger = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(days=3)
"""What could not be mailed for so long is told in the app alone."""

MAIL_TIMEOUT_SECONDS: Final = 10
CLAIM_LASTS: Final = timedelta(minutes=15)
"""After that, who claimed a letter and did not mark it is taken to have died. Longer than mailing takes at its worst."""

AT_MOST: Final = 500
OWING: Final = frozenset({"past_due", "unpaid"})


def note(user: User, kind: Kind, *, about: str, data: Data, now: datetime) -> bool:
    """Store a letter and its line in the app, in the caller's transaction; return whether it is new.

    `about` names what it tells of: of the same, each kind is written once.
    """
    with transaction.atomic():
        _letter, is_new = BillingLetter.objects.get_or_create(
            user=user, kind=kind, about=about, defaults={"data": data, "created_at": now}
        )
        if is_new:
            key, url = f"billing:{kind}:{about}", reverse("billing:billing")
            notifications.notify(user, f"billing-{kind}", data, url=url, key=key, now=now)
    return is_new


def pending(*, now: datetime) -> QuerySet[BillingLetter]:
    """Return the letters to mail: to people who are here, and whose address is theirs."""
    return BillingLetter.objects.filter(
        Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM_LASTS),
        Q(user__leaves_at=None) | Q(user__leaves_at__gt=now),
        mailed_at=None,
        created_at__gt=now - GIVE_UP_AFTER,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )


def mail_pending(*, now: datetime) -> int:
    """Mail what was noted, and return how many. What cannot be sent stays, and is tried again with the next call."""
    waiting = list(pending(now=now).order_by("created_at", "pk").values_list("pk", flat=True)[:AT_MOST])
    if not waiting:
        return 0
    sent = 0
    try:
        with mail.get_connection(timeout=MAIL_TIMEOUT_SECONDS) as connection:
            for pk in waiting:
                sent += deliver(pk, connection, now=now)
    except OSError as error:
        logger.warning("The mail server is away, letters on billing wait: %s", type(error).__name__)
    return sent


def deliver(letter_id: int, connection: BaseEmailBackend, *, now: datetime) -> bool:
    """Mail one letter, unless it is overtaken or somebody else is mailing it; return whether it was sent.

    No transaction is open meanwhile. Who dies between the mail server's yes and the mark repeats the mail.
    """
    if not pending(now=now).filter(pk=letter_id).update(claimed_at=now):
        return False
    mine = BillingLetter.objects.filter(pk=letter_id, claimed_at=now)
    letter = mine.select_related("user").get()
    if not still_so(letter, now=now):
        mine.delete()
        return False
    try:
        message(letter, connection).send()
    except OSError as error:
        # One address that is refused must not keep the others from their mail.
        logger.warning("Letter %d is not mailed, and tried again: %s", letter.pk, type(error).__name__)
        mine.update(claimed_at=None)
        return False
    return bool(mine.update(mailed_at=now, claimed_at=None))


def still_so(letter: BillingLetter, *, now: datetime) -> bool:
    """Whether what a letter says is not overtaken."""
    row = Subscription.objects.filter(user=letter.user).first()
    status = row.status if row else ""
    match Kind(letter.kind):
        case Kind.PAYMENT_FAILED | Kind.PAYMENT_OPEN | Kind.PAYMENT_LAST:
            return row is not None and status == "past_due" and row.access == Subscription.Access.FULL
        case Kind.READ_ONLY:
            return letter.user.read_only_since is not None
        case Kind.PAID:
            return status not in OWING
        case Kind.TRIAL_ENDING:
            return row is not None and status == "trialing" and row.ends_at is None
        case Kind.TRIAL_ENDED | Kind.PLAN_ENDED:
            return letter.user.tier == Tier.FREE and status not in OWING
        case Kind.CREDITS_LOW | Kind.CREDITS_GONE:
            return datetime.fromisoformat(letter.data["day"]) > now


def message(letter: BillingLetter, connection: BaseEmailBackend) -> mail.EmailMultiAlternatives:
    """Return the mail, in the reader's language and time zone."""
    user = letter.user
    with translation.override(user.locale), timezone.override(time_zone(user)):
        shown = letters.read(Kind(letter.kind), letter.data)
        values: dict[str, Any] = {"letter": asdict(shown), "url": settings.BASE_URL + reverse("billing:billing")}
        return mails.compose(
            "accounts/mail/letter", values, subject=shown.subject, to=user.email, connection=connection
        )
