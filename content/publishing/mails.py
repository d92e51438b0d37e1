"""Remind creators by mail when it is time to post. The reminder is stored first, and the mail follows from the row.

So a mail server that is down delays the mail and nothing else: it is sent as soon as the server is back, for an hour.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import mails
from accounts.middleware import time_zone
from accounts.models import CreatorProfile, User
from content import channels
from content.models import Publication

logger = logging.getLogger(__name__)

GIVE_UP_AFTER: Final = timedelta(hours=1)
"""A reminder that comes later reminds nobody; the app has had it all the time."""

TIMEOUT_SECONDS: Final = 10
CLAIM_LASTS: Final = timedelta(minutes=2)
"""After that, who claimed a mail and did not mark it as sent is taken to have died."""

AT_MOST: Final = 200


def send_pending(*, now: datetime) -> int:
    """Mail the reminders that nobody has mailed yet, and return how many. What cannot be sent is tried again next time."""
    pending = list(unmailed(now=now).order_by("reminded_at", "pk").values_list("pk", flat=True)[:AT_MOST])
    if not pending:
        return 0
    sent = 0
    try:
        with mail.get_connection(timeout=TIMEOUT_SECONDS) as connection:
            for pk in pending:
                sent += deliver(pk, connection, now=timezone.now())
    except OSError as error:
        logger.warning("The mail server is away, %d reminders wait: %s", len(pending) - sent, error)
    return sent


def unmailed(*, now: datetime) -> QuerySet[Publication]:
    return Publication.objects.filter(
        Q(lease_expires_at=None) | Q(lease_expires_at__lte=now),
        Q(user__profile=None) | Q(user__profile__mail_reminders=True),
        state=Publication.State.REMINDED,
        mailed_at=None,
        reminded_at__gt=now - GIVE_UP_AFTER,
        user__is_active=True,
        user__email_verified_at__isnull=False,
        user__leaves_at=None,
        content__deleted_at=None,
    )


def deliver(publication_id: UUID, connection: BaseEmailBackend, *, now: datetime) -> bool:
    """Mail one reminder, unless it was mailed or somebody else is mailing it; return whether it was sent.

    No transaction is open meanwhile. Who dies between the mail server's yes and the mark repeats the mail, under the
    same Message-ID, so that mail programs show it once.
    """
    held = Publication.objects.filter(pk=publication_id, state=Publication.State.REMINDED, mailed_at=None)
    free = held.filter(Q(lease_expires_at=None) | Q(lease_expires_at__lte=now))
    until = now + CLAIM_LASTS
    if not free.update(lease_expires_at=until):
        return False
    publication = Publication.objects.select_related("user", "content").get(pk=publication_id)
    mine = held.filter(lease_expires_at=until)
    try:
        message(publication, connection).send()
    except OSError as error:
        # One address that is refused must not keep the others from their mail.
        logger.warning("The reminder of publication %s is not mailed, and tried again: %s", publication_id, error)
        mine.update(lease_expires_at=None)
        return False
    return bool(mine.update(mailed_at=timezone.now(), lease_expires_at=None))


def message(publication: Publication, connection: BaseEmailBackend) -> mail.EmailMultiAlternatives:
    """Return the mail in the creator's language, with the time on their clock."""
    user, content = publication.user, publication.content
    text = channels.text(content, publication.channel)
    with translation.override(user.locale), timezone.override(time_zone(user) or UTC):
        subject = _("Time to post on %(channel)s: %(title)s") % {
            "channel": publication.get_channel_display(),
            "title": str(content)[:80],
        }
        values = {
            "publication": publication,
            "text": text,
            "address": settings.BASE_URL + reverse("content:publication", args=[publication.pk]),
            "settings_address": settings.BASE_URL + reverse("accounts:notification-settings"),
        }
        return mails.compose(
            "content/mail/reminder",
            values,
            subject=subject,
            to=user.email,
            connection=connection,
            headers={"Message-ID": message_id(publication)},
        )


def message_id(publication: Publication) -> str:
    host = settings.BASE_URL.partition("://")[2].partition(":")[0]
    return f"<reminder-{publication.pk}-{publication.claim}@{host}>"


def wants(user: User) -> bool:
    """Whether the creator wants to be reminded by mail; who told nothing of themselves yet does."""
    return not CreatorProfile.objects.filter(user=user, mail_reminders=False).exists()
