"""What billing holds about people."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Func, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import privacy
from accounts.models import User
from billing import subscriptions
from billing.models import (
    BillingLetter,
    Budget,
    BudgetAlert,
    BudgetPeriod,
    Comp,
    QuotaPeriod,
    Reservation,
    Subscription,
)

PLAN = _("Which plan you are on, and until when")
LIMITS = _("What your plan includes, and what is left of it")
LETTERS = _("What we wrote to you about your plan and its credits")
BUDGETS = _("Limits in money, and the mails that warn of them")


def declare() -> None:
    privacy.register(of_subscriptions(), of_comps(), of_letters())
    privacy.register(
        privacy.Record(
            BudgetAlert,
            person="budget_period__budget__user",
            purpose=BUDGETS,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["percent", "created_at", "mailed_at"],
            free=["id", "claimed_at"],
            mentions=[privacy.Mention("mailed_to", mailed, forget_address)],
        ),
        privacy.Record(
            BudgetPeriod,
            person="budget__user",
            purpose=BUDGETS,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["starts_at", "ends_at", "spent_micro_usd", "reserved_micro_usd"],
            free=["id"],
        ),
        privacy.Record(
            Budget,
            person="user",
            purpose=BUDGETS,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["scope", "plan", "period", "limit_micro_usd", "active", "created_at"],
            free=["id"],
        ),
        privacy.Record(
            Reservation,
            person="period__user",
            purpose=LIMITS,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=[
                "credits",
                "premium",
                "state",
                "charged",
                "created_at",
                "closed_at",
                "cost_micro_usd",
                "charged_micro_usd",
            ],
            free=["id", "expires_at", "budget_period_ids"],
        ),
        privacy.Record(
            QuotaPeriod,
            person="user",
            purpose=LIMITS,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["starts_at", "ends_at", "plan", "credit_limit", "premium_limit", "used", "premium_used"],
            free=["id", "reserved", "premium_reserved"],
        ),
    )


def of_letters() -> privacy.Record:
    return privacy.Record(
        BillingLetter,
        person="user",
        purpose=LETTERS,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=["kind", "about", "data", "created_at", "mailed_at"],
        free=["id", "claimed_at"],
    )


def of_subscriptions() -> privacy.Record:
    return privacy.Record(
        Subscription,
        person="user",
        purpose=PLAN,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=[
            "stripe_id",
            "status",
            "plan",
            "interval",
            "currency",
            "yearly_minor",
            "access",
            "period_ends_at",
            "trial_ends_at",
            "ends_at",
            "unpaid_since",
            "is_collecting",
            "owed",
            "created_at",
        ],
        free=["id", "updated_at"],
        erased=privacy.Deleted(before=end),
    )


def end(rows: Sequence[Subscription]) -> None:
    """Let the figures know that these pay no more; whose they were is forgotten afterwards."""
    for row in rows:
        subscriptions.apply(row.user_id, None, now=timezone.now())


def of_comps() -> privacy.Record:
    return privacy.Record(
        Comp,
        person="user",
        purpose=PLAN,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=["plan", "last_day", "reason", "created_at", "ended_at", "ending"],
        free=["id"],
        mentions=[
            privacy.Mention("given_by", comps_given, forget_giver),
            privacy.Mention("ended_by", comps_ended, forget_ender),
        ],
    )


def comps_given(user: User) -> QuerySet[Comp]:
    return Comp.objects.filter(given_by=user)


def forget_giver(user: User, at_most: int) -> int:
    some = comps_given(user).order_by("pk").values("pk")[:at_most]
    return Comp.objects.filter(pk__in=some).update(given_by=None)


def comps_ended(user: User) -> QuerySet[Comp]:
    return Comp.objects.filter(ended_by=user)


def forget_ender(user: User, at_most: int) -> int:
    some = comps_ended(user).order_by("pk").values("pk")[:at_most]
    return Comp.objects.filter(pk__in=some).update(ended_by=None)


def mailed(user: User) -> QuerySet[BudgetAlert]:
    return BudgetAlert.objects.filter(mailed_to__contains=[user.email])


def forget_address(user: User, at_most: int) -> int:
    some = mailed(user).order_by("pk").values("pk")[:at_most]
    without = Func(F("mailed_to"), Value(user.email), function="array_remove")
    return BudgetAlert.objects.filter(pk__in=some).update(mailed_to=without)
