"""One publication: what to copy and download for posting by hand, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from content import access, channels, media, planning, tasks
from content.channels import counting
from content.models import Publication
from content.pages.calendar import forms, moving
from content.planning import agenda
from content.publishing import by_hand, failures, mails

State = Publication.State

MAIL_IS_LATE: Final = timedelta(minutes=2)
LATE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Part:
    """Something to copy, under its name."""

    id: str
    name: str
    text: str


def parts_of(publication: Publication, text: channels.Text) -> list[Part]:
    """Return what to copy: what was published, or would be by now."""
    title, body = (
        (publication.title, publication.body) if publication.state == State.PUBLISHED else (text.title, text.body)
    )
    found = [Part("part-text", _("Text"), body)]
    if title:
        found.insert(0, Part("part-title", _("Title"), title))
    hashtags = counting.hashtags(body)
    if len(hashtags) > 1:
        found.append(Part("part-hashtags", _("Hashtags alone"), " ".join(f"#{word}" for word in hashtags)))
    return found


@dataclass(frozen=True, slots=True)
class File:
    """A media file to download, in the shape that suits the channel."""

    name: str
    alt_text: str
    thumb: str
    download: str


def files_of(publication: Publication, *, now: datetime) -> list[File]:
    return [
        File(
            asset.name,
            asset.alt_text,
            media.url(asset, "thumb", now=now),
            media.url(asset, publication.channel, now=now, download=True),
        )
        for asset in media.of(publication.content)
    ]


@creator_required
@require_GET
def publication(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    return page(request, access.publication(request.user, publication_id), forms.PostedForm())


def page(
    request: CreatorRequest, publication: Publication, form: forms.PostedForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    spec = channels.SPECS[publication.channel]
    text = channels.text(publication.content, publication.channel)
    return render(
        request,
        "content/publication.html",
        {
            "publication": publication,
            "content": publication.content,
            "spec": spec,
            "parts": parts_of(publication, text),
            "label": text.label,
            "files": files_of(publication, now=now),
            "form": form,
            "failure": failures.explain(publication.error_code) if publication.error_code else None,
            "snoozes": by_hand.SNOOZES,
            "can_mark": not spec.is_own and publication.state in (State.SCHEDULED, State.REMINDED, State.FAILED),
            "can_move": publication.state in (State.SCHEDULED, State.REMINDED, State.FAILED),
            "is_retrying": publication.state == State.SCHEDULED and publication.attempts > 0,
            "is_late": publication.published_at is not None and publication.published_at - publication.due_at > LATE,
            "mail_is_late": mail_is_late(publication, now=now),
            "mark": agenda.MARKS.get(publication.state, publication.state),
            "zone": request.user.time_zone,
        },
        status=status,
    )


def mail_is_late(publication: Publication, *, now: datetime) -> bool:
    """Whether the mail that the creator waits for has not left yet."""
    if publication.state != State.REMINDED or publication.mailed_at or publication.reminded_at is None:
        return False
    return now - publication.reminded_at > MAIL_IS_LATE and mails.wants(publication.user)


@creator_required
@require_POST
def posted(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    form = forms.PostedForm(request.POST)
    if not form.is_valid():
        return page(request, found, form, status=422)
    try:
        by_hand.mark_posted(found, url=form.cleaned_data["url"], now=timezone.now())
    except by_hand.NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        undo.offer(request, _("Marked as posted"), url=reverse("content:publication-unposted", args=[found.pk]))
    return redirect("content:publication", found.pk)


@creator_required
@require_POST
def unposted(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    try:
        by_hand.unmark_posted(found, now=timezone.now())
    except by_hand.NotNow as refusal:
        messages.error(request, str(refusal))
    return redirect("content:publication", found.pk)


@creator_required
@require_POST
def snooze(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    form = forms.SnoozeForm(request.POST)
    if not form.is_valid():
        return page(request, found, forms.PostedForm(), status=422)
    try:
        row = by_hand.snooze(found, form.cleaned_data["minutes"], now=timezone.now())
    except by_hand.NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        local = timezone.localtime(row.due_at)
        messages.success(request, _("You will be reminded again at %(time)s") % {"time": f"{local:%H:%M}"})
    return redirect("content:publication", found.pk)


@creator_required
@require_POST
def retry(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    try:
        by_hand.retry(found, now=timezone.now())
    except by_hand.NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        tasks.publish_soon([found.pk])
        messages.success(request, _("It is being tried again"))
    return redirect("content:publication", found.pk)


@creator_required
@require_POST
@kept_open
def skip(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    """Take it out of the calendar, or back in."""
    found = access.publication(request.user, publication_id)
    try:
        planning.unschedule(found, now=timezone.now())
    except planning.AlreadyOut as refusal:
        messages.error(request, str(refusal))
    else:
        undo.offer(request, _("Taken out of the calendar"), url=reverse("content:publication-back", args=[found.pk]))
    return redirect(moving.there(request))


@creator_required
@require_POST
@kept_open
def back(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    try:
        planning.restore(found, now=timezone.now())
    except (planning.AlreadyOut, planning.NotReady) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Back in the calendar"))
    return redirect("content:calendar")
