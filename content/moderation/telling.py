"""Tell creators what became of their texts: in the app at once, and by mail what an operator decided."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import mails, notifications
from content.models import Review

logger = logging.getLogger(__name__)

MAIL_TIMEOUT_SECONDS: Final = 10
GIVE_UP_AFTER: Final = timedelta(days=3)
AT_MOST: Final = 100
LONGEST_TITLE: Final = 60


def declare() -> None:
    """Say how the notifications look; called once, at start-up."""
    kinds: list[tuple[str, str, notifications.Level, notifications.Words]] = [
        (
            "review-blocked",
            "shield-alert",
            "bad",
            lambda data: _("“%(title)s” will not be published: look at why") % data,
        ),
        ("review-warned", "shield-alert", "warn", lambda data: _("“%(title)s” is worth a second look") % data),
        ("review-overturned", "shield-check", "ok", lambda data: _("“%(title)s” may be published after all") % data),
        ("review-upheld", "shield-alert", "bad", lambda data: _("“%(title)s” stays blocked") % data),
    ]
    for kind, icon, level, text in kinds:
        notifications.declare(kind, icon=icon, level=level, text=text)


def found(review: Review, *, now: datetime) -> None:
    """Tell that a model found something in a text that the rules let pass, in the caller's transaction."""
    kind = "review-blocked" if review.verdict == Review.Verdict.BLOCKED else "review-warned"
    tell(review, kind, now=now)


def decided(review: Review, *, now: datetime) -> None:
    """Tell what an operator decided, in the caller's transaction; the mail follows within a minute."""
    tell(review, f"review-{review.decision}", now=now)


def tell(review: Review, kind: str, *, now: datetime) -> None:
    notifications.notify(
        review.user, kind, {"title": title_of(review)}, url=address(review), key=f"{kind}:{review.pk}", now=now
    )


def title_of(review: Review) -> str:
    first = (str(review.content.title) or review.text).strip().partition("\n")[0]
    return first if len(first) <= LONGEST_TITLE else f"{first[:LONGEST_TITLE].rstrip()}…"


def address(review: Review) -> str:
    return reverse("content:review", args=[review.content_id])


def mail_decisions(*, now: datetime) -> int:
    """Mail the decisions that were not mailed yet; return how many. What cannot be sent is tried again by the next call."""
    rows = Review.objects.filter(mailed_at=None, decided_at__gt=now - GIVE_UP_AFTER).order_by("decided_at")
    pending = list(rows.values_list("pk", flat=True)[:AT_MOST])
    sent = 0
    try:
        for pk in pending:
            with transaction.atomic():
                review = (
                    Review.objects.select_for_update(of=("self",), skip_locked=True)
                    .select_related("user", "content")
                    .filter(pk=pk, mailed_at=None)
                    .first()
                )
                if review is None:
                    continue
                message(review).send()
                Review.objects.filter(pk=pk).update(mailed_at=now)
                sent += 1
    except OSError as error:
        logger.warning("The mail server is away, decisions wait: %s", type(error).__name__)
    return sent


def message(review: Review) -> mail.EmailMultiAlternatives:
    """Return the mail that tells a creator what was decided, in their language."""
    with translation.override(review.user.locale):
        values: dict[str, Any] = {
            "review": review,
            "title": title_of(review),
            "overturned": review.decision == Review.Decision.OVERTURNED,
            "url": f"{settings.BASE_URL}{address(review)}",
        }
        overturned = values["overturned"]
        return mails.compose(
            "content/mail/review_decided",
            values,
            subject=_("Your text may be published after all") if overturned else _("Your text stays blocked"),
            to=review.user.email,
            connection=mail.get_connection(timeout=MAIL_TIMEOUT_SECONDS),
        )
