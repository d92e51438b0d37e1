"""What allauth is told about authenticator apps and passkeys."""

from __future__ import annotations

from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts import sealing
from accounts.models import User

PURPOSE: Final = "second factors"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.open_seal(encrypted_text, purpose=PURPOSE)

    def get_totp_issuer(self) -> str:
        return "Huntaze"

    def _get_site_name(self) -> str:
        return "Huntaze"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}


def is_on(user: User) -> bool:
    """Whether logging in takes more than a password: an authenticator app or a passkey."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=types).exists())
