"""What events hold about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import privacy
from accounts.models import User
from analytics.models import Event


def declare() -> None:
    privacy.register(
        privacy.Record(
            Event,
            person="user",
            purpose=_("Figures: yours, and those of the whole platform"),
            basis=privacy.Basis.INTEREST,
            kept=_("Under your name 25 months, or as long as the account; without it for good"),
            personal=["event", "data", "created_at"],
            free=["id"],
            erased=privacy.Anonymised(anonymise, _("whose they were is forgotten, so that the sums stay true")),
        )
    )


def anonymise(user: User, at_most: int) -> int:
    """Forget whose events these are; return of how many. Their data names rows, and no person."""
    some = Event.objects.filter(user=user).order_by("created_at").values("id", "created_at")[:at_most]
    return forget([(row["id"], row["created_at"]) for row in some])


def forget(keys: list[tuple[object, object]]) -> int:
    if not keys:
        return 0
    # The partition is found by the time, the row in it by the id.
    times = [at for _id, at in keys]
    rows = Event.objects.filter(id__in=[id_ for id_, _at in keys], created_at__in=times)
    return rows.update(user=None)
