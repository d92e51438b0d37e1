"""Texts that must not be readable where they lie: seeds of authenticator apps, mails on their way to a worker."""

from __future__ import annotations

import base64
import functools

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The text was not sealed here for this purpose, or under a key that is gone."""


def seal(text: str, *, purpose: str) -> str:
    """Return the text, encrypted under today's key; `open_seal` reads it for the same purpose alone."""
    return cipher(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()


def open_seal(sealed: str, *, purpose: str) -> str:
    """Return the text. Raises Unreadable."""
    try:
        return cipher(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("Add the key of that time to HUNTAZE_SECRET_KEY_FALLBACKS") from error


@functools.lru_cache(maxsize=8)
def cipher(purpose: str, *secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(derived(secret, purpose)) for secret in secrets])


def derived(secret: str, purpose: str) -> bytes:
    """Return a key of its own purpose: who learns it cannot sign sessions with it."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"huntaze {purpose}".encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(key)
