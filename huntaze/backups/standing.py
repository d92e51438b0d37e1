"""How backups stand: when one is due, figures for alarms, and the mail to operators when one fails.

CloudWatch makes figures of the lines (infra/stacks/cluster.yaml), so their keys are fixed: `what`, and `seconds` since the
last good one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import mails
from accounts.models import User
from huntaze.backups.faults import Fault
from huntaze.backups.models import Run

logger = logging.getLogger(__name__)

PAUSE: Final = timedelta(hours=1)
"""After a failure: until then nobody tries again, or a bucket that is away would be asked all day."""


def last_good(kind: Run.Kind) -> Run | None:
    return Run.objects.filter(kind=kind, state=Run.State.DONE).order_by("-began_at").first()


def is_due(kind: Run.Kind, *, now: datetime) -> bool:
    """Return whether it is time for the next one: never without a bucket, and no drill before the first backup."""
    if not settings.BACKUP_BUCKET:
        return False
    every = timedelta(hours=settings.BACKUP_HOURS) if kind == Run.Kind.BACKUP else timedelta(days=settings.DRILL_DAYS)
    runs = Run.objects.filter(kind=kind)
    if runs.filter(state=Run.State.FAILED, began_at__gt=now - PAUSE).exists():
        return False
    if kind == Run.Kind.DRILL and last_good(Run.Kind.BACKUP) is None:
        return False
    return not runs.filter(state=Run.State.DONE, began_at__gt=now - every).exists()


def tell(*, now: datetime) -> None:
    """Log how old the last good backup and the last good drill are. Without one, nothing: no figure is an alarm too."""
    if not settings.BACKUP_BUCKET:
        return
    for kind in Run.Kind:
        run = last_good(kind)
        if run is not None:
            told = {"what": kind.value, "seconds": round((now - run.began_at).total_seconds())}
            logger.info("%s %d", *told.values(), extra=told)


def complain(kind: Run.Kind, fault: Fault) -> None:
    """Log that one failed, and mail it to the operators. A mail server that is away keeps nothing from going on."""
    logger.error("%s failed: %s", kind.value, fault)
    for operator in User.objects.filter(is_superuser=True, is_active=True).order_by("pk"):
        with translation.override(operator.locale):
            subject = (
                _("A backup failed") if kind == Run.Kind.BACKUP else _("A backup could not be restored in the drill")
            )
            values = {"why": str(fault), "runs_url": settings.BASE_URL + reverse("admin:backups_run_changelist")}
            mail = mails.compose("backups/mail/failed", values, subject=subject, to=operator.email)
        try:
            mail.send()
        except (OSError, SMTPException) as error:
            logger.warning("An operator is not mailed: %s", type(error).__name__)
