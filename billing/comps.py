"""Plans that operators give: for a mistake of ours, a partner, a test. What is paid goes on beside them, and comes back.

    comps.give(user, Tier.PRO, last_day=date(2027, 1, 31), reason="The outage of 12 November", by=operator, now=now)

A row is never changed but to say how it ended. It is never money: no figure of revenue counts it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Role, Tier, User
from billing import subscriptions
from billing.models import Comp

GIVEN: Final = "plan_given"
ENDED: Final = "plan_given_ended"


class CannotGive(Exception):
    """A plan cannot be given so: it is the free one, its last day is over, there is no reason, or the account has no plan."""


def declare() -> None:
    """Say how the audit log tells of it; called at start-up."""
    for kind, label, form in (
        (GIVEN, _("Plan given"), _("Plan given by Huntaze: %(name)s")),
        (ENDED, _("Given plan ended"), _("Given plan ended: %(name)s")),
    ):
        audit.declare(kind, label=label, text=partial(_worded, label, form))


def give(
    user: User,
    plan: Tier,
    *,
    last_day: date | None,
    reason: str,
    by: User,
    now: datetime,
    request: HttpRequest | None = None,
) -> Comp:
    """Give an account a plan at once, in place of one that it was given before. Raises CannotGive."""
    if user.role != Role.CREATOR:
        raise CannotGive("Only a creator's account has a plan.")
    if plan == Tier.FREE:
        raise CannotGive("Everybody has the free plan.")
    if last_day is not None and last_day < today(now):
        raise CannotGive("The last day is over.")
    if not reason.strip():
        raise CannotGive("Say why.")
    with transaction.atomic():
        # Of two operators at once, the second waits here, and replaces what the first gave.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        for before in Comp.objects.filter(user=user, ended_at=None).select_related("user"):
            _end(before, Comp.Ending.REPLACED, by=by, now=now, request=request)
        comp = Comp.objects.create(
            user=user, plan=plan, last_day=last_day, reason=reason.strip(), given_by=by, created_at=now
        )
        audit.record(user, GIVEN, actor=by, request=request, data=_told(comp), now=now)
        subscriptions.settle(user.pk, now=now)
    return comp


def take_back(comp: Comp, *, by: User, now: datetime, request: HttpRequest | None = None) -> bool:
    """End what was given, and let the account have what it pays for; return whether that was not over before."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=comp.user_id)
        if not _end(comp, Comp.Ending.TAKEN_BACK, by=by, now=now, request=request):
            return False
        subscriptions.settle(comp.user_id, now=now)
    return True


def expire(*, now: datetime, at_most: int = 500) -> int:
    """End what has run out, and return how many: until then the account keeps the tier, though nobody is told so."""
    over = Comp.objects.filter(ended_at=None, last_day__lt=today(now)).select_related("user")
    count = 0
    for comp in over.order_by("last_day", "pk")[:at_most]:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).only("pk").get(pk=comp.user_id)
            if _end(comp, Comp.Ending.RAN_OUT, by=None, now=now, request=None):
                subscriptions.settle(comp.user_id, now=now)
                count += 1
    return count


def running(user: User, *, now: datetime) -> Comp | None:
    """Return the plan that an account has been given, if it has one now."""
    row = Comp.objects.filter(user=user, ended_at=None).first()
    is_over = row is not None and row.last_day is not None and row.last_day < today(now)
    return None if is_over else row


def today(now: datetime) -> date:
    """Return the day by which plans are given and end."""
    return now.astimezone(UTC).date()


def _end(comp: Comp, ending: Comp.Ending, *, by: User | None, now: datetime, request: HttpRequest | None) -> bool:
    """Write down how it ended; False when that is known already. The caller holds the account."""
    if not Comp.objects.filter(pk=comp.pk, ended_at=None).update(ended_at=now, ending=ending, ended_by=by):
        return False
    audit.record(comp.user, ENDED, actor=by, request=request, data={**_told(comp), "ending": ending.value}, now=now)
    return True


def _told(comp: Comp) -> dict[str, str]:
    return {"plan": str(comp.plan), "until": comp.last_day.isoformat() if comp.last_day else "", "comp": str(comp.pk)}


def _worded(label: object, form: object, data: dict[str, Any]) -> str:
    tier = data.get("plan")
    return str(form) % {"name": Tier(tier).label} if tier in Tier.values else str(label)
