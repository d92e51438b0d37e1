"""A creator's calendar as a feed for other calendars (RFC 5545), at an address that nobody can guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import icalendar
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import CreatorProfile, Role, User
from content.models import Content, Publication
from content.planning import wall_clock

SIGNER: Final = signing.Signer(salt="content.planning.feed")
BEHIND: Final = timedelta(days=60)
AHEAD: Final = timedelta(days=400)
AT_MOST: Final = 2_000
LASTS: Final = timedelta(minutes=15)


def token(profile: CreatorProfile) -> str:
    """Return what stands in the address: who, and which number of it. Renewing makes every earlier one useless."""
    return SIGNER.sign_object([profile.pk, profile.feed_number])


def creator_of(token: str) -> User | None:
    """Return whose feed it is; None when it is forged, renewed since, or switched off."""
    try:
        user_id, number = SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    profile = (
        CreatorProfile.objects.select_related("user")
        .filter(pk=user_id, feed_number=number, feed_enabled=True, user__is_active=True, user__role=Role.CREATOR)
        .first()
    )
    return profile.user if profile else None


def switch(user: User, *, on: bool) -> None:
    with transaction.atomic():
        CreatorProfile.objects.get_or_create(user=user)
        CreatorProfile.objects.filter(pk=user.pk).update(feed_enabled=on)


def renew(user: User) -> None:
    """Give the feed another address; the old one is useless from now on."""
    with transaction.atomic():
        CreatorProfile.objects.get_or_create(user=user)
        CreatorProfile.objects.filter(pk=user.pk).update(feed_number=F("feed_number") + 1, feed_enabled=True)


def document(user: User, *, now: datetime) -> bytes:
    """Return the feed. The same rows make the same bytes. Titles are in it, texts are not."""
    with translation.override(user.locale):
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//Huntaze//Calendar//EN")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Huntaze calendar"))
        # Moments are in UTC, so no reader can misplace them; this says on which clock they were meant.
        calendar.add("x-wr-timezone", str(wall_clock.zone_of(user)))
        calendar.add("refresh-interval", timedelta(minutes=30), parameters={"value": "DURATION"})
        for event in (*publications(user, now), *plans(user, now)):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def publications(user: User, now: datetime) -> Iterator[icalendar.Event]:
    rows = (
        Publication.objects.for_user(user)
        .filter(due_at__gte=now - BEHIND, due_at__lte=now + AHEAD, content__deleted_at=None)
        .exclude(state=Publication.State.CANCELED)
        .select_related("content")
        .defer("body", "content__body")
        .order_by("due_at", "pk")[:AT_MOST]
    )
    for row in rows:
        changed = max(filter(None, (row.created_at, row.reminded_at, row.published_at)))
        yield event(
            f"publication-{row.pk}",
            f"{row.get_channel_display()}: {row.content.title or _('Post')}",
            at=row.due_at,
            changed=changed,
            state=str(row.get_state_display()),
            status="CONFIRMED",
            path=reverse("content:publication", args=[row.pk]),
        )


def plans(user: User, now: datetime) -> Iterator[icalendar.Event]:
    rows = (
        Content.objects.for_user(user)
        .filter(state=Content.State.DRAFT, planned_for__gte=now - BEHIND, planned_for__lte=now + AHEAD)
        .defer("body")
        .order_by("planned_for", "pk")[:AT_MOST]
    )
    for row in rows:
        if row.planned_for is None:
            continue
        yield event(
            f"plan-{row.pk}",
            row.title or _("Post"),
            at=row.planned_for,
            changed=row.updated_at,
            state=_("Planned draft"),
            status="TENTATIVE",
            path=reverse("content:post-detail", args=[row.pk]),
        )


def event(
    name: str, summary: str, *, at: datetime, changed: datetime, state: str, status: str, path: str
) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", f"{name}@huntaze")
    made.add("dtstamp", changed)
    made.add("dtstart", at)
    made.add("duration", LASTS)
    made.add("summary", summary)
    made.add("description", state)
    made.add("status", status)
    # It takes no time of the creator's: others may book the hour.
    made.add("transp", "TRANSPARENT")
    made.add("url", settings.BASE_URL + path)
    return made
