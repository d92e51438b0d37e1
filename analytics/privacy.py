"""What events hold about people."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import privacy
from accounts.models import User
from accounts.privacy import retention
from analytics.models import (
    DailyFigure,
    Event,
    FanFigures,
    FanMonth,
    HourlyFigure,
    PlatformFigure,
    RollupCursor,
    Visitor,
)

PURPOSE: Final = _("Figures: yours, and those of the whole platform")


def declare() -> None:
    privacy.register(
        privacy.Record(
            Event,
            person="user",
            purpose=PURPOSE,
            basis=privacy.Basis.INTEREST,
            kept=_("Under your name 25 months, or as long as the account; without it 5 years"),
            personal=["event", "data", "created_at"],
            free=["id", "arrival", "version"],
            erased=privacy.Anonymised(anonymise, _("whose they were is forgotten, so that the sums stay true")),
        ),
        # After the events: as long as those have a name, a rollup can write these anew.
        *(
            privacy.Record(
                model,
                person="user",
                purpose=PURPOSE,
                basis=privacy.Basis.INTEREST,
                kept=kept,
                personal=[field.name for field in model._meta.concrete_fields if field.name != "user"],
            )
            for model, kept in (
                (DailyFigure, privacy.WITH_ACCOUNT),
                (HourlyFigure, _("100 days, or as long as the account")),
                (FanFigures, _("As long as the account, or until the fan is forgotten")),
                (FanMonth, _("As long as the account, or until the fan is forgotten")),
                (Visitor, _("3 days; a visitor's number is another one every day")),
            )
        ),
    )
    privacy.free(PlatformFigure, "Sums over everybody, which name nobody")
    privacy.free(RollupCursor, "How far rollups have come")
    retention.declare(
        retention.Rule(
            "events",
            days=25 * 30,
            label=_("Names in the events that figures are made of"),
            why=_("Two years are enough to compare months; the sums stay."),
            least=90,
            most=25 * 30,
            remove=anonymise_old,
        )
    )


def anonymise(user: User, at_most: int) -> int:
    """Forget whose events these are; return of how many. Their data names rows, and no person."""
    return forget(Event.objects.filter(user=user), at_most)


def anonymise_old(before: datetime, at_most: int) -> int:
    """Forget whose events from before these are; return of how many."""
    return forget(Event.objects.filter(user__isnull=False, created_at__lt=before), at_most)


def forget(events: QuerySet[Event], at_most: int) -> int:
    some = list(events.order_by("created_at").values_list("id", "created_at")[:at_most])
    if not some:
        return 0
    ids, times = zip(*some, strict=True)
    # The partition is found by the time, the row in it by the id.
    return Event.objects.filter(id__in=ids, created_at__in=times).update(user=None)
