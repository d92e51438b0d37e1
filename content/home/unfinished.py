"""Work that was begun: drafts that nobody will publish by themselves, texts held back, and runs that wait for a yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from ai_routing.models import Run
from content.home.reasons import Reason, Urgency, called, clock, shortened
from content.models import Content, Publication, Review

PLANNED_AROUND: Final = timedelta(days=7)
STALE_AFTER: Final = timedelta(days=14)
FORGOTTEN_AFTER: Final = timedelta(days=90)
"""A draft that nobody touched for so long is an archive; reminding of it every day would be noise."""

NEWEST_DRAFTS: Final = 100
MOST_READ: Final = 20

ON_ITS_WAY: Final = Exists(Publication.objects.filter(content=OuterRef("pk")).exclude(state=Publication.State.CANCELED))


def reasons(user: User, *, now: datetime) -> Iterator[Reason]:
    yield from shortened([waiting(run) for run in runs(user)], more_waiting)
    yield from shortened([held_back(review) for review in reviews(user)], more_held_back)
    planned = list(planned_drafts(user, now))
    yield from shortened([planned_only(draft, now) for draft in planned], more_planned)
    newest = newest_drafts(user)
    for_campaigns = [draft for draft in newest if draft.run_id and draft.planned_for is None]
    if for_campaigns:
        yield without_a_time(len(for_campaigns))
    fresh = now - STALE_AFTER
    stale = [
        draft
        for draft in newest
        if now - FORGOTTEN_AFTER < draft.updated_at < fresh and draft.planned_for is None and not draft.run_id
    ]
    if stale:
        yield going_stale(stale, now)


def runs(user: User) -> list[Run]:
    waiting_runs = Run.objects.for_user(user).filter(status=Run.Status.AWAITING_APPROVAL)
    return list(waiting_runs.only("title", "created_at").order_by("-id")[:MOST_READ])


def waiting(run: Run) -> Reason:
    return Reason(
        kind="approval",
        urgency=Urgency.TODAY,
        icon="users-round",
        title=_("“%(title)s” waits for your yes") % {"title": run.title},
        because=_("The AI team is done, and does nothing more without you."),
        url=reverse("content:campaign", args=[run.pk]),
        action=_("Review"),
    )


def more_waiting(number: int) -> Reason:
    title = ngettext("%(number)s more run waits for your yes", "%(number)s more runs wait for your yes", number)
    return Reason(
        kind="approval",
        urgency=Urgency.TODAY,
        icon="users-round",
        title=title % {"number": number},
        because=_("The AI team is done, and does nothing more without you."),
        url=reverse("content:campaign-list"),
        action=_("See all"),
    )


def reviews(user: User) -> list[Review]:
    """Return what still holds a draft back: not overturned, not under appeal, and the text was not changed since."""
    rows = (
        Review.objects.for_user(user)
        .filter(
            ~Q(decision=Review.Decision.OVERTURNED),
            ~Q(appealed_at__isnull=False, decision=""),
            verdict=Review.Verdict.BLOCKED,
            content__deleted_at=None,
            content__state__in=[Content.State.DRAFT, Content.State.SCHEDULED, Content.State.FAILED],
            content__updated_at__lte=F("created_at"),
        )
        .select_related("content")
        .only("user_id", "content__title", "content__body")
        .order_by("-id")[:MOST_READ]
    )
    return list({row.content_id: row for row in rows}.values())


def held_back(review: Review) -> Reason:
    return Reason(
        kind="held_back",
        urgency=Urgency.NOW,
        icon="shield-alert",
        title=_("“%(post)s” is held back") % {"post": called(review.content)},
        because=_("Something in it must not be published. See what, change it, or object."),
        url=reverse("content:review", args=[review.content_id]),
        action=_("See what"),
    )


def more_held_back(number: int) -> Reason:
    title = ngettext("%(number)s more post is held back", "%(number)s more posts are held back", number)
    return Reason(
        kind="held_back",
        urgency=Urgency.NOW,
        icon="shield-alert",
        title=title % {"number": number},
        because=_("Something in them must not be published."),
        url=reverse("content:post-list"),
        action=_("See all"),
    )


def planned_drafts(user: User, now: datetime) -> list[Content]:
    return list(
        Content.objects.for_user(user)
        .filter(
            ~ON_ITS_WAY,
            state=Content.State.DRAFT,
            planned_for__gte=now - PLANNED_AROUND,
            planned_for__lt=now + PLANNED_AROUND,
        )
        .only("title", "body", "planned_for")
        .order_by("planned_for", "pk")[:MOST_READ]
    )


def planned_only(draft: Content, now: datetime) -> Reason:
    planned_for = draft.planned_for or now
    if planned_for < now:
        because = _("Planned for %(when)s, which is past. Nothing goes out until you schedule it.")
    else:
        because = _("Planned for %(when)s. Nothing goes out until you schedule it.")
    return Reason(
        kind="planned",
        urgency=Urgency.TODAY if planned_for - now < timedelta(days=1) else Urgency.SOON,
        icon="calendar-clock",
        title=_("“%(post)s” is planned, but not scheduled") % {"post": called(draft)},
        because=because % {"when": clock(planned_for, now)},
        url=reverse("content:post-detail", args=[draft.pk]),
        action=_("Schedule"),
        due_at=planned_for,
    )


def more_planned(number: int) -> Reason:
    title = ngettext(
        "%(number)s more draft is planned, but not scheduled",
        "%(number)s more drafts are planned, but not scheduled",
        number,
    )
    return Reason(
        kind="planned",
        urgency=Urgency.SOON,
        icon="calendar-clock",
        title=title % {"number": number},
        because=_("Nothing goes out until you schedule it."),
        url=reverse("content:post-list"),
        action=_("See all"),
    )


def newest_drafts(user: User) -> list[Content]:
    """Return the newest drafts that are on no channel's way: few enough to look at one by one, however many there are."""
    return list(
        Content.objects.for_user(user)
        .filter(~Q(body=""), ~ON_ITS_WAY, state=Content.State.DRAFT)
        .only("title", "body", "planned_for", "updated_at", "run_id")
        .order_by("-id")[:NEWEST_DRAFTS]
    )


def without_a_time(number: int) -> Reason:
    title = ngettext(
        "%(number)s draft of a campaign has no time yet", "%(number)s drafts of campaigns have no time yet", number
    )
    return Reason(
        kind="no_time",
        urgency=Urgency.SOON,
        icon="calendar-plus",
        title=title % {"number": number},
        because=_("They were written to go out: give each a day, or put it into the queue."),
        url=reverse("content:post-list"),
        action=_("See them"),
    )


def going_stale(stale: list[Content], now: datetime) -> Reason:
    oldest = min(stale, key=lambda draft: draft.updated_at)
    title = ngettext("%(number)s draft is going stale", "%(number)s drafts are going stale", len(stale))
    because = ngettext(
        "Nobody touched “%(post)s” for %(days)s day. Finish it, or let it go.",
        "Nobody touched “%(post)s” for %(days)s days. Finish it, or let it go.",
        (now - oldest.updated_at).days,
    )
    return Reason(
        kind="stale",
        urgency=Urgency.CALM,
        icon="hourglass",
        title=title % {"number": len(stale)},
        because=because % {"post": called(oldest), "days": (now - oldest.updated_at).days},
        url=reverse("content:post-detail", args=[oldest.pk]),
        action=_("Open it"),
    )
