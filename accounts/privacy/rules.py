"""How long accounts keep what they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from accounts import audit, notifications, sign_in_links
from accounts.privacy import erasing, exporting
from accounts.privacy.retention import Rule, declare
from accounts.sessions import rows


def forget_origins(before: datetime, _at_most: int) -> int:
    return audit.forget_origins(before)


def remove_sessions(before: datetime, at_most: int) -> int:
    """Delete sessions of the browser that were over before; return how many."""
    some = Session.objects.filter(expire_date__lt=before).order_by("expire_date").values("pk")[:at_most]
    return Session.objects.filter(pk__in=some).delete()[0]


OWN: Final = (
    Rule(
        "notifications",
        days=90,
        label=_("Notifications"),
        why=_("What is older has been read, or matters no more."),
        least=30,
        most=365,
        remove=notifications.purge,
    ),
    Rule(
        "origins",
        days=365,
        label=_("Addresses and programs in the log of activity"),
        why=_("A year is what telling strangers from friends takes."),
        least=180,
        most=365,
        remove=forget_origins,
    ),
    Rule(
        "sign-in-links",
        days=sign_in_links.KEPT.days,
        label=_("Links to log in that are over"),
        why=_("Who opens one twice reads what happened."),
        least=sign_in_links.KEPT.days,
        most=sign_in_links.KEPT.days,
        task="purge_sign_in_links",
    ),
    Rule(
        "exports",
        days=exporting.KEPT.days,
        label=_("Files with copies of people’s data"),
        why=_("Their mails say seven days."),
        least=exporting.KEPT.days,
        most=exporting.KEPT.days,
        remove=exporting.remove_expired,
    ),
    Rule(
        "claims",
        days=90,
        label=_("Accounts with an address that is another’s, after their last sign-in"),
        why=_("Such an address can no longer be confirmed. Two weeks pass before the account goes, and it says so."),
        least=30,
        most=365,
        remove=erasing.ask_for_claims,
    ),
    Rule(
        "receipts",
        days=5 * 365,
        label=_("Receipts of erasures"),
        why=_("For as long as somebody can ask whether the law was kept."),
        least=3 * 365,
        most=10 * 365,
        remove=erasing.remove_receipts,
    ),
    Rule(
        "sessions",
        days=0,
        label=_("Sessions that are over"),
        why=_("They let nobody in, and go the night after."),
        least=0,
        most=0,
        remove=remove_sessions,
    ),
    Rule(
        "sign-ins",
        days=90,
        label=_("Where people were signed in"),
        why=_("As long as a session may live: who finds a stranger's can look back on it."),
        least=30,
        most=365,
        remove=rows.purge,
    ),
)


def declare_all() -> None:
    for rule in OWN:
        declare(rule)
