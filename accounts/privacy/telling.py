"""Tell people of the copies of their data and of their leaving, in the app and by mail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import mails, notifications
from accounts.models import DataExport, Erasure, User
from accounts.privacy import receipt

logger = logging.getLogger(__name__)

MAIL_TIMEOUT_SECONDS: Final = 10
AT_MOST: Final = 100

Row = TypeVar("Row", DataExport, Erasure)


def declare() -> None:
    """Say how the notifications look; called once, at start-up."""
    notifications.declare(
        "export-ready", icon="file-archive", level="ok", text=lambda _data: _("The copy of your data is ready")
    )


def settings_path() -> str:
    return reverse("accounts:privacy")


def mail_each(rows: QuerySet[Row], message: Callable[[Row], mail.EmailMultiAlternatives], *, now: datetime) -> int:
    """Mail each of the rows, and mark it as mailed; return how many. What cannot be sent is tried again by the next call.

    Who dies between the mail server's yes and the mark repeats the mail: better twice than never.
    """
    pending = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_MOST])
    sent = 0
    try:
        for pk in pending:
            with transaction.atomic():
                row = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
                if row is None:
                    continue
                message(row).send()
                type(row)._base_manager.filter(pk=pk).update(mailed_at=now)
                sent += 1
    except OSError as error:
        logger.warning("The mail server is away, mails on privacy wait: %s", type(error).__name__)
    return sent


def compose(template: str, values: dict[str, Any], *, subject: str, to: str) -> mail.EmailMultiAlternatives:
    return mails.compose(
        template,
        {**values, "url": f"{settings.BASE_URL}{settings_path()}"},
        subject=subject,
        to=to,
        connection=mail.get_connection(timeout=MAIL_TIMEOUT_SECONDS),
    )


def export_ready(export: DataExport) -> mail.EmailMultiAlternatives:
    user = export.user
    with translation.override(user.locale):
        return compose(
            "accounts/mail/export_ready", {"export": export}, subject=_("The copy of your data is ready"), to=user.email
        )


def leaving(user: User, erasure: Erasure) -> None:
    """Mail that the account is going to be erased. A mail server that is away keeps nobody from leaving."""
    with translation.override(user.locale):
        message = compose(
            "accounts/mail/leaving",
            {"erasure": erasure},
            subject=_("Your account is going to be erased"),
            to=user.email,
        )
    try:
        message.send()
    except OSError as error:
        logger.warning("The mail on erasure %s was not sent: %s", erasure.pk, type(error).__name__)


def erased(erasure: Erasure) -> mail.EmailMultiAlternatives:
    with translation.override(erasure.locale), timezone.override("UTC"):
        return compose(
            "accounts/mail/erased",
            {"erasure": erasure, "apps": receipt.by_app(erasure.report)},
            subject=_("Your account is erased: the receipt"),
            to=erasure.address,
        )
