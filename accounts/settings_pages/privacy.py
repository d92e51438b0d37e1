"""Settings: what a person agreed to, a copy of all that is held about them, and leaving."""

from __future__ import annotations

import functools
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import audit, handing_out
from accounts.access import AccountRequest, account_required
from accounts.models import Consent
from accounts.privacy import consents, erasing, exporting, telling
from accounts.read_only import kept_open
from accounts.settings_pages.frame import saved, show


@account_required
@require_safe
def privacy(request: AccountRequest) -> HttpResponse:
    exports = exporting.newest(request.user)
    values = {
        "standing": consents.standing(request.user),
        "exports": exports,
        "under_way": any(one.state in one.UNDER_WAY for one in exports),
        "kept_days": exporting.KEPT.days,
    }
    return show(request, "privacy", "accounts/settings/privacy.html", values)


@account_required
@require_POST
@kept_open
def consent(request: AccountRequest) -> HttpResponse:
    """Agree to a subject, or agree no more."""
    key, act = request.POST.get("subject", ""), request.POST.get("act", "")
    if key not in consents.SUBJECTS or act not in Consent.Act.values:
        raise BadRequest("subject and act must be those of the form")
    now = timezone.now()
    if act == Consent.Act.GIVEN:
        consents.give(request.user, [key], way=Consent.Way.SETTINGS, request=request, now=now)
        return saved(request, "privacy")
    try:
        consents.withdraw(request.user, key, way=Consent.Way.SETTINGS, request=request, now=now)
    except consents.Required:
        return redirect("accounts:privacy-erase")
    return saved(request, "privacy")


@account_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
@kept_open
def export(request: AccountRequest) -> HttpResponse:
    """Have a copy prepared, for whoever just showed again who they are."""
    if request.method != "POST":
        return redirect("accounts:privacy")
    try:
        with transaction.atomic():
            asked = exporting.ask(request.user, request=request, now=timezone.now())
            transaction.on_commit(functools.partial(handing_out.export, asked.pk))
    except exporting.UnderWay:
        messages.info(request, _("Your copy is being prepared already."))
    else:
        messages.success(request, _("Your copy is being prepared. We mail you when it is ready."))
    return redirect("accounts:privacy")


@account_required
@require_GET
def download(request: AccountRequest, export_id: UUID) -> HttpResponse:
    """Lead to the file, at an address that works for a short while."""
    now = timezone.now()
    try:
        address = exporting.address(request.user, export_id, now=now)
    except exporting.NotThere as error:
        raise Http404 from error
    audit.record(request.user, "export_downloaded", request=request, now=now)
    return redirect(address)


@account_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
@kept_open
def erase(request: AccountRequest) -> HttpResponse:
    """Say what leaving means; and leave, for whoever just showed again who they are."""
    if request.method != "POST":
        return show(request, "privacy", "accounts/settings/erase.html", {"days": erasing.GRACE.days})
    try:
        erasure = erasing.ask(request.user, request=request, now=timezone.now())
    except erasing.UnderWay:
        return redirect("accounts:privacy")
    telling.leaving(request.user, erasure)
    messages.success(request, _("Your account will be erased. Until then you can keep it."))
    return redirect("accounts:privacy")


@account_required
@require_POST
@kept_open
def keep(request: AccountRequest) -> HttpResponse:
    try:
        erasing.keep(request.user, request=request, now=timezone.now())
    except erasing.NotLeaving:
        messages.info(request, _("Nothing was to be erased."))
    else:
        messages.success(request, _("Your account stays. Welcome back."))
    return redirect("accounts:privacy")
