"""Log in by a link in a mail: asked for, opened, and confirmed where another browser opens it."""

from __future__ import annotations

import secrets
from typing import Final, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sign_in_links
from accounts.entrance import addresses, letters
from accounts.models import SignInLink, User

COOKIE: Final = "sign_in_link"


class LinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Mail a link to the address, or that there is no account with it: the answer is the same."""
    next_url = get_next_redirect_url(request) or ""
    if request.user.is_authenticated:
        return redirect(next_url or settings.LOGIN_REDIRECT_URL)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/entrance/link_ask.html", {"form": form, "next": next_url})
    return mailed(request, addresses.plain(form.cleaned_data["email"]), next_url=next_url)


def mailed(request: HttpRequest, email: str, *, next_url: str) -> HttpResponse:
    """Mail a link, or that there is no account, and lead to the page that says "look into your mailbox"."""
    if not ratelimit.consume(request, action="request_login_code", key=email):
        return cast(HttpResponse, ratelimit.respond_429(request))
    secret = held_secret(request) or secrets.token_urlsafe(32)
    user = addresses.reached(email)
    if user is None:
        letters.send("account/email/unknown_account", email, {}, reader=None)
    else:
        adapter = get_adapter(request)
        asked = sign_in_links.Asked(secret, adapter.get_client_ip(request), adapter.get_http_user_agent(request))
        token = sign_in_links.make(user, asked, next_url=next_url, now=timezone.now())
        url = reverse("accounts:link-open", args=[token])
        letters.send("accounts/email/sign_in_link", user.email, {"sign_in_url": url}, reader=user)
    response = redirect("accounts:link-sent")
    response.set_signed_cookie(
        COOKIE,
        secret,
        max_age=int(sign_in_links.LIVES.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/entrance/link_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Log in at once in the browser that asked; in another one, show what asked, and let the reader decide."""
    try:
        link = sign_in_links.find(token, now=timezone.now())
    except sign_in_links.LinkSpent:
        return spent(request)
    is_here = sign_in_links.was_asked_by(link, held_secret(request))
    if request.method == "POST" or (request.method == "GET" and is_here):
        return log_in(request, link)
    return render(request, "accounts/entrance/link_confirm.html", {"link": link})


def log_in(request: HttpRequest, link: SignInLink) -> HttpResponse:
    now = timezone.now()
    try:
        sign_in_links.use(link, now=now)
    except sign_in_links.LinkSpent:
        return spent(request)
    user = link.user
    if not welcome(request, user):
        return spent(request)
    if request.user.is_authenticated and request.user != user:
        logout(request)
    record_authentication(request, user, method="code", email=user.email)
    # What follows is allauth's: a closed account, the second step, the session.
    login = Login(user=user, email=user.email, redirect_url=link.next_url or None)
    response = cast(HttpResponse, perform_login(request, login))
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def welcome(request: HttpRequest, user: User) -> bool:
    """Confirm the address that the link came to. False: another account has confirmed it meanwhile.

    Until now nobody had shown that it is theirs, so whoever set the account's password may be somebody else: it goes.
    """
    if not user.has_confirmed_address:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return addresses.confirm(user, now=timezone.now(), request=request)


def spent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/entrance/link_spent.html", status=410)


def held_secret(request: HttpRequest) -> str:
    """Return what this browser was given when it asked for a link; "" when it did not, or too long ago."""
    kept = request.get_signed_cookie(COOKIE, default="", max_age=sign_in_links.LIVES)
    return kept or ""
