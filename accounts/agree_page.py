"""Ask a person who is logged in for what an account rests on, when there is a new version of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.access import AccountRequest, account_required
from accounts.forms import AgreeForm
from accounts.models import Consent
from accounts.privacy import consents
from accounts.read_only import kept_open


@account_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def agree(request: AccountRequest) -> HttpResponse:
    target = after(request)
    if request.method != "POST":
        form = AgreeForm(user=request.user)
        return redirect(target) if not form.subjects else shown(request, form, target)
    form = AgreeForm(request.POST, user=request.user)
    if not form.is_valid():
        return shown(request, form, target, status=422)
    keys = [subject.key for subject in form.subjects]
    consents.give(request.user, keys, way=Consent.Way.ASKED_AGAIN, request=request, now=timezone.now())
    return redirect(target)


def shown(request: HttpRequest, form: AgreeForm, target: str, *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/agree.html", {"form": form, "next": target}, status=status)


def after(request: HttpRequest) -> str:
    """Return where to go on to: the page that was to be opened, if it is one of ours."""
    target = (request.POST if request.method == "POST" else request.GET).get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else reverse("home")
