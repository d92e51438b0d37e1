"""Save what is typed. A script sends the form as it is and gets JSON; without one the page comes again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from accounts.models import User
from content import access, channels, history, planning
from content.forms import ComposerForm
from content.models import Channel, Content, ContentVersion, Variant
from content.pages.composer import differences, showing

Reason = ContentVersion.Reason
# What a page may say about how a text came to be; a version restored says so by itself.
REASONS = {Reason.TYPED, Reason.GENERATED, Reason.REWRITTEN}


def usual_channels(user: User) -> list[str]:
    """Return the channels that the creator's last post was for; at first, where they said that they publish."""
    last = Content.objects.for_user(user).prefetch_related("channels").order_by("-pk").first()
    if last is not None:
        return channels.of(last)
    told = profiles.read(user).channels or [Channel.INSTAGRAM]
    return [channel for channel in Channel.values if channel in told]


def first(request: CreatorRequest) -> HttpResponse:
    """Store a new draft with its first words."""
    form = ComposerForm(request.POST, user=request.user, saving=True)
    if not form.is_valid():
        return refused(request, form, None)
    return saved(request, begun(request, form), status=201)


def begun(request: CreatorRequest, form: ComposerForm) -> Content:
    """Store a valid form as a new draft, for the day of the calendar that it was begun on."""
    now, data = timezone.now(), form.cleaned_data
    planned_for = planning.in_reach(data["planned_for"], now=now) if data["planned_for"] else None
    return history.begin(request.user, form.draft(), key=data["key"], now=now, planned_for=planned_for)


@creator_required
@require_POST
def draft_save(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    content = access.content(request.user, content_id)
    form = ComposerForm(request.POST, user=request.user, saving=True)
    if not form.is_valid():
        return refused(request, form, content)
    try:
        stored = store(request, content, form)
    except history.Conflict as conflict:
        return conflicting(request, form, conflict.current)
    except history.NeedsText:
        form.add_error("body", _("This post is scheduled or published: it needs its text."))
        return refused(request, form, content)
    return saved(request, stored)


def store(request: CreatorRequest, content: Content, form: ComposerForm) -> Content:
    """Save a valid form over the revision that it was made from. Raises history.Conflict and history.NeedsText."""
    draft, now = form.draft(), timezone.now()
    match request.POST.get("resolve"):
        case "theirs":
            return history.set_aside(content, draft, now=now)
        case "mine":
            content.refresh_from_db()
            return history.save(content, draft, base_revision=content.revision, now=now)
        case _:
            revision = form.cleaned_data["revision"] or 0
            return history.save(content, draft, base_revision=revision, made=made(request, form, content), now=now)


def made(request: CreatorRequest, form: ComposerForm, content: Content) -> history.Made:
    """Return how the page says that the text came to be, and on which channel where that is its own text."""
    reason = request.POST.get("reason", Reason.TYPED)
    return history.Made(
        reason=reason if reason in REASONS else Reason.TYPED, variant=inserted(request, content), where=form.place()
    )


def inserted(request: CreatorRequest, content: Content) -> Variant | None:
    """Return what a model wrote for this draft and the page says that it put in."""
    try:
        variant_id = UUID(request.POST.get("variant", ""))
    except ValueError:
        return None
    return Variant.objects.filter(pk=variant_id, generation__content=content).first()


def saved(request: CreatorRequest, content: Content, *, status: int = 200) -> HttpResponse:
    if showing.by_script(request):
        return JsonResponse(showing.told(content), status=status)
    if request.POST.get("do") == "schedule":
        return redirect("content:schedule", content.pk)
    messages.success(request, _("Saved"))
    return redirect("content:compose", content.pk)


def refused(request: CreatorRequest, form: ComposerForm, content: Content | None) -> HttpResponse:
    if showing.by_script(request):
        errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
        return JsonResponse({"errors": errors}, status=422)
    return showing.show(request, form, content, status=422)


def conflicting(request: CreatorRequest, form: ComposerForm, current: Content) -> HttpResponse:
    """Show both texts: what is stored and what was sent. Nothing is lost until the creator chooses."""
    conflict = {"differences": differences.between(history.draft_of(current), form.draft())}
    if showing.by_script(request):
        html = render_to_string("content/_conflict.html", {"conflict": conflict}, request=request)
        return JsonResponse({"html": html, **showing.told(current)}, status=409)
    data = request.POST.copy()
    data["revision"] = str(current.revision)
    again = ComposerForm(data, user=request.user, saving=True)
    return showing.show(request, again, current, status=409, conflict=conflict)


def as_json(content: Content, **more: Any) -> JsonResponse:
    return JsonResponse({**showing.told(content), **more})
