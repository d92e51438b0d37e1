"""What creators know of fans, and what is known of a fan who has an account.

A fan's row is the creator's, and is about somebody else: it goes with either of them. What a fan paid stays in the
creator's books as anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import append_only, privacy
from accounts.models import User
from accounts.privacy import retention
from analytics import events
from fans import forgetting, keeping
from fans.models import Earning, EarningImport, Fan, FanIdentity, FanNote, FanTag, Follow
from fans.statements import files

FANS: Final = _("What you keep of your fans")
FOLLOWS: Final = _("Whom you follow, and who follows you")
BOOKS: Final = _("What you earned, to show and add it up")
UNTIL_DELETED: Final = _("Until you delete it, or as long as the account")
IN_THE_BIN: Final = _("Until you delete it, and 30 days in the bin")
PROMISED: Final = _("Pages and documents promise it.")
MENDED: Final = _("Long enough to mend what was left out; what was read from them stays.")


def declare() -> None:
    privacy.register(of_earnings(), of_statements(), of_follows(), *of_fans())
    for key, kept, label, why, remove in (
        ("fans", keeping.KEEPS, _("Fans in the bin"), PROMISED, keeping.empty_bins),
        ("statements", files.KEPT, _("Files of statements that were uploaded"), MENDED, files.forget_files),
    ):
        retention.declare(retention.Rule(key, kept.days, label, why, least=kept.days, most=kept.days, remove=remove))


def of_earnings() -> privacy.Record:
    return privacy.Record(
        Earning,
        person="user",
        purpose=BOOKS,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=[
            "fan",
            "kind",
            "source",
            "platform",
            "currency",
            "gross_minor",
            "fee_minor",
            "net_minor",
            "occurred_at",
            "content_id",
            "external_id",
            "note",
            "created_at",
        ],
        free=["id", "corrects", "fingerprint", "edition", "statement"],
        erased=privacy.Anonymised(delete_earnings, _("they are deleted, line by line")),
    )


def of_statements() -> privacy.Record:
    return privacy.Record(
        EarningImport,
        person="user",
        purpose=BOOKS,
        basis=privacy.Basis.CONTRACT,
        kept=_("The file 30 days, the rest as long as the account"),
        personal=[
            "name",
            "text",
            "mapping",
            "state",
            "rows",
            "added",
            "known",
            "wrong",
            "created_at",
            "finished_at",
        ],
        free=["id", "heading", "position", "claim", "lease_expires_at"],
    )


def of_follows() -> privacy.Record:
    return privacy.Record(
        Follow,
        person="user",
        purpose=FOLLOWS,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=["fan", "source", "followed_at", "unfollowed_at"],
        free=["id"],
        mentions=[privacy.Mention("account", followed_by, leave)],
    )


def of_fans() -> Iterator[privacy.Record]:
    yield of_a_fan(FanNote, "fan__user", ["text", "origin", "state", "created_at", "decided_at"], ["id"])
    yield of_a_fan(FanIdentity, "user", ["fan", "platform", "handle"], ["id"])
    yield of_a_fan(Fan.tags.through, "fan__user", ["fantag"], ["id"], title=_("Tags that fans have"))
    yield of_a_fan(FanTag, "user", ["name"], ["id"], kept=UNTIL_DELETED)
    yield of_a_fan(
        Fan,
        "user",
        [
            "name",
            "language",
            "birthday",
            "do_not",
            "first_seen_at",
            "last_seen_at",
            "followed_at",
            "first_paid_at",
            "last_paid_at",
            "payments",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
        ["id", "words", "recent_at"],
        kept=IN_THE_BIN,
        mentions=[privacy.Mention("account", known_as, forget_account)],
    )


def of_a_fan(model: type, person: str, personal: list[str], free: list[str], **fields: object) -> privacy.Record:
    words = {"kept": privacy.WITH_ITS_CONTENT, **fields}
    return privacy.Record(
        model,
        person=person,
        purpose=FANS,
        basis=privacy.Basis.CONTRACT,
        personal=personal,
        free=free,
        **words,  # type: ignore[arg-type]
    )


def delete_earnings(user: User, at_most: int) -> int:
    """Delete lines of a creator's books, those first that no other one refers to; return how many."""
    corrected = Earning.objects.filter(corrects=OuterRef("pk"))
    with append_only.opened():
        some = (
            Earning.objects.filter(~Exists(corrected), user=user).order_by("pk").values_list("pk", flat=True)[:at_most]
        )
        return Earning.objects.filter(pk__in=list(some)).delete()[0]


# --- A fan with an account, who leaves ------------------------------------------------------------------------------


def followed_by(user: User) -> QuerySet[Follow]:
    return Follow.objects.filter(account=user)


def leave(user: User, at_most: int) -> int:
    """End what an account follows, and forget that it did; return how many follows that were."""
    now = timezone.now()
    with transaction.atomic():
        some = list(followed_by(user).order_by("pk").select_for_update(of=("self",))[:at_most])
        for row in some:
            if row.unfollowed_at is None:
                events.record("fan.unfollowed", user_id=row.user_id, data={"fan_id": str(row.fan_id)}, now=now)
        Follow.objects.filter(pk__in=[row.pk for row in some]).delete()
    return len(some)


def known_as(user: User) -> QuerySet[Fan]:
    return Fan.objects.filter(account=user)


def forget_account(user: User, at_most: int) -> int:
    """Forget whom creators know the account as, with their notes; return how many knew it."""
    return forgetting.forget(list(known_as(user).order_by("pk")[:at_most]))
