"""Keep what a model was asked for a while, encrypted, apart from the ledger, which is kept for good."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from ai_routing.models import PromptRecord
from ai_routing.prompts import VERBATIM, Prompt
from ai_routing.providers.contract import Message


class Unreadable(Exception):
    """The record was encrypted with a key that is in neither HUNTAZE_SECRET_KEY nor its fallbacks."""


def made(user_id: int, reference: UUID, prompt: Prompt, *, now: datetime) -> list[PromptRecord]:
    """Return the row that keeps the words of a request, for the caller to store; none when the settings keep none.

    Prefixes are left out: their version, which the ledger names, says what they were.
    """
    if not settings.AI_PROMPT_RETENTION_DAYS:
        return []
    return [
        PromptRecord(
            user_id=user_id,
            reference=reference,
            created_at=now,
            expires_at=now + timedelta(days=settings.AI_PROMPT_RETENTION_DAYS),
            ciphertext=seal(own_words(prompt)),
        )
    ]


def own_words(prompt: Prompt) -> Sequence[Message]:
    return prompt.messages if prompt.version == VERBATIM else prompt.messages[1:]


def seal(messages: Sequence[Message]) -> bytes:
    """Return the messages, encrypted under today's key."""
    plain = json.dumps([[message.role, message.content] for message in messages]).encode()
    return cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(plain)


def reveal(record: PromptRecord) -> list[Message]:
    """Return the messages of a record. Raises Unreadable."""
    try:
        plain = cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(bytes(record.ciphertext))
    except InvalidToken as error:
        raise Unreadable("Add the key of that time to HUNTAZE_SECRET_KEY_FALLBACKS") from error
    return [Message(role, content) for role, content in json.loads(plain)]


@functools.lru_cache(maxsize=4)
def cipher(*secrets: str) -> MultiFernet:
    """Return the cipher whose first key encrypts and all of whose keys decrypt."""
    return MultiFernet([Fernet(derived(secret)) for secret in secrets])


def derived(secret: str) -> bytes:
    """Return a key of its own purpose: who learns it cannot sign sessions with it."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"huntaze prompt records").derive(secret.encode())
    return base64.urlsafe_b64encode(key)


def purge(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete records whose time is over; return how many."""
    expired = PromptRecord.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    deleted, _ = PromptRecord.objects.filter(pk__in=list(expired[:at_most])).delete()
    return deleted


def forget(references: Sequence[UUID]) -> int:
    """Delete the records of these completions, because what they were for is deleted; return how many."""
    deleted, _ = PromptRecord.objects.filter(reference__in=references).delete()
    return deleted
