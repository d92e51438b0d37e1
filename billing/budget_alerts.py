"""Tell people that a budget is nearly spent: noticed once per period and mark, mailed until everybody has it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import mails
from accounts.models import Tier, User
from analytics import events
from billing.models import Budget, BudgetAlert, BudgetPeriod

logger = logging.getLogger(__name__)

MARKS: Final = (80, 95)
"""At these percents of a budget spent, an alert is sent."""

GIVE_UP_AFTER: Final = timedelta(days=1)
"""An alert that could not be mailed for so long tells nobody anything."""

MAIL_TIMEOUT_SECONDS: Final = 10
"""A mail server that says nothing must not keep the alerts behind this one waiting for long."""

CLAIM_LASTS: Final = timedelta(minutes=15)
"""After that, who claimed an alert and did not mark it is taken to have died. Longer than mailing takes at its worst."""

MICRO: Final = Decimal(1_000_000)

SUBJECTS: Final = {
    ("user", "day"): _("%(percent)s%% of your AI budget for the day is spent"),
    ("user", "month"): _("%(percent)s%% of your AI budget for the month is spent"),
    ("plan", "day"): _("%(percent)s%% of the AI budget of the %(plan)s plan for the day is spent"),
    ("plan", "month"): _("%(percent)s%% of the AI budget of the %(plan)s plan for the month is spent"),
    ("platform", "day"): _("%(percent)s%% of the platform’s AI budget for the day is spent"),
    ("platform", "month"): _("%(percent)s%% of the platform’s AI budget for the month is spent"),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    locale: str


def note(budget_period_id: int, *, percent: int, now: datetime) -> None:
    """Store the alert and its event in one transaction, unless it is there."""
    with transaction.atomic():
        alert, is_new = BudgetAlert.objects.get_or_create(
            budget_period_id=budget_period_id, percent=percent, defaults={"created_at": now}
        )
        if not is_new:
            return
        period = alert.budget_period
        events.record(
            "budget.alert",
            user_id=period.budget.user_id,
            data={
                "scope": period.budget.scope,
                "plan": period.budget.plan,
                "period": period.budget.period,
                "starts_at": period.starts_at.isoformat(),
                "percent": percent,
                "limit_micro_usd": str(period.budget.limit_micro_usd),
                "spent_micro_usd": str(period.spent_micro_usd),
            },
            now=now,
        )


def note_overtaken(*, now: datetime) -> None:
    """Note marks that the spend did not reach, but that came down to it: the limit was lowered."""
    for percent in MARKS:
        noted = BudgetAlert.objects.filter(budget_period=OuterRef("pk"), percent=percent)
        overtaken = BudgetPeriod.objects.filter(
            ~Exists(noted),
            ends_at__gt=now,
            budget__active=True,
            budget__limit_micro_usd__gt=0,
            spent_micro_usd__gte=F("budget__limit_micro_usd") * percent / 100,
        )
        for pk in overtaken.order_by("pk").values_list("pk", flat=True):
            note(pk, percent=percent, now=now)


def mail_pending(*, now: datetime) -> None:
    """Mail what was noted. What cannot be sent stays, and is tried again with the next call."""
    pending = list(
        BudgetAlert.objects.filter(mailed_at=None, created_at__gt=now - GIVE_UP_AFTER)
        .order_by("created_at", "pk")
        .values_list("pk", flat=True)
    )
    if not pending:
        return
    try:
        with mail.get_connection(timeout=MAIL_TIMEOUT_SECONDS) as connection:
            for pk in pending:
                deliver(pk, connection, now=now)
    except OSError as error:
        logger.warning("The mail server is away, budget alerts wait: %s", error)


def deliver(alert_id: int, connection: BaseEmailBackend, *, now: datetime) -> None:
    """Mail one alert to those who do not have it. No transaction is open meanwhile: a mail server may take its time.

    Each mail is marked as soon as it is sent, so that a crash repeats one mail, and not all. Nothing happens when the
    alert was mailed, when somebody else is mailing it, or when its budget is gone.
    """
    alert = claim(alert_id, now=now)
    if alert is None:
        return
    readers = list(recipients(alert.budget_period.budget))
    if not readers:
        logger.warning("Nobody to mail the budget alert to: %s", alert.budget_period.budget)
    for reader in readers:
        if reader.address in alert.mailed_to or not sent(alert, reader, connection):
            continue
        alert.mailed_to.append(reader.address)
        if not marked(alert, mailed_to=alert.mailed_to):
            return
    if readers and {each.address for each in readers} <= set(alert.mailed_to):
        marked(alert, mailed_to=[], mailed_at=now, claimed_at=None)
    else:
        marked(alert, claimed_at=None)


def claim(alert_id: int, *, now: datetime) -> BudgetAlert | None:
    """Return the alert for this caller alone to mail, or None when there is nothing left to do for them."""
    with transaction.atomic():
        is_free = Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM_LASTS)
        if not BudgetAlert.objects.filter(is_free, pk=alert_id, mailed_at=None).update(claimed_at=now):
            return None
        return BudgetAlert.objects.select_related("budget_period__budget__user").get(pk=alert_id)


def marked(alert: BudgetAlert, **fields: Any) -> bool:
    """Store how far the mailing came; return False when the claim is lost: deleted, or taken over after a long time."""
    return bool(BudgetAlert.objects.filter(pk=alert.pk, claimed_at=alert.claimed_at).update(**fields))


def sent(alert: BudgetAlert, reader: Recipient, connection: BaseEmailBackend) -> bool:
    try:
        message(alert, reader, connection).send()
    except OSError as error:
        # One address that is refused must not keep the others from their mail.
        logger.warning("Budget alert %d is not mailed, and tried again: %s", alert.pk, error)
        return False
    return True


def recipients(budget: Budget) -> Iterator[Recipient]:
    """Yield the creator of a user's budget, and the operators of any other, each address once."""
    if budget.user is not None:
        if budget.user.is_active:
            yield Recipient(budget.user.email, budget.user.locale)
        return
    operators = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    known = {operator.email: operator.locale for operator in operators}
    for address in (admin if isinstance(admin, str) else admin[1] for admin in settings.ADMINS):
        known.setdefault(address.lower(), settings.LANGUAGE_CODE)
    for address, locale in known.items():
        yield Recipient(address, locale)


def message(alert: BudgetAlert, reader: Recipient, connection: BaseEmailBackend) -> mail.EmailMultiAlternatives:
    """Return the mail in the reader's language, with its times in UTC as the budget counts them."""
    period = alert.budget_period
    budget = period.budget
    with translation.override(reader.locale), timezone.override(UTC):
        subject = SUBJECTS[budget.scope, budget.period] % {
            "percent": alert.percent,
            "plan": Tier(budget.plan).label if budget.plan else "",
        }
        values = {
            "is_own": budget.user_id is not None,
            "spent": period.spent_micro_usd / MICRO,
            "limit": budget.limit_micro_usd / MICRO,
            "left": max(budget.limit_micro_usd - period.spent_micro_usd, Decimal(0)) / MICRO,
            "ends_at": period.ends_at,
            "budget_url": settings.BASE_URL + reverse("admin:billing_budget_change", args=[budget.pk]),
        }
        return mails.compose(
            "billing/mail/budget_alert", values, subject=subject, to=reader.address, connection=connection
        )
