"""Prove who one is to `/api/auth/login`: address and password, and a code where the account asks for a second step.

Nobody learns from it whether an address has an account: the work and the words are the same. Tries are counted together
with those of the log-in page, by account and by address.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User


class Refused(Exception):
    """The sign-in was refused. Its words say why, as far as whoever asks may know."""

    auth_header = 'Bearer realm="api"'


class WrongPassword(Refused):
    pass


class CodeNeeded(Refused):
    """The password is right, and the account asks for a second step."""


class WrongCode(Refused):
    pass


class AccountClosed(Refused):
    """The password is right, and the account may not be used."""


class TooManyTries(Exception):
    wait = 300


def prove(request: HttpRequest, *, email: str, password: str, code: str = "") -> User:
    """Return the user who can sign in like that. Raises a kind of Refused, or TooManyTries."""
    if not ratelimit.consume(request, action="login"):
        raise TooManyTries("Too many sign-ins from this address. Wait a few minutes.")
    try:
        user: User | None = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as error:
        raise TooManyTries("Too many tries. Wait a few minutes.") from error
    if user is None:
        raise WrongPassword("Address and password do not go together.")
    if not user.is_active:
        raise AccountClosed("This account is closed.")
    take_second_step(user, code)
    update_last_login(User, user)
    return user


def take_second_step(user: User, code: str) -> None:
    """Check the code, where the account asks for one. A code is good once, and wrong ones are counted."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds - {Authenticator.Type.RECOVERY_CODES}:
        return
    if not code:
        raise CodeNeeded(
            "This account has a second step: send the code of its authenticator app, or a recovery code, as `code`."
            if kinds - {Authenticator.Type.WEBAUTHN}
            else "The second step of this account is a passkey, which only a browser can take. Use an API key."
        )
    form = BaseAuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        if form.has_error("code", "too_many_login_attempts"):
            raise TooManyTries("Too many codes were tried. Wait a few minutes.")
        raise WrongCode("The code is wrong, or was used before.")
    form.authenticator.record_usage()
