"""Streams under AES-256-GCM, in pieces: a lost, swapped or changed piece, and a lost end, are found out.

    "HZB1" | id of the key, 16 | salt, 32 | pieces of 1 MiB, each with its tag of 16 bytes; the last may be shorter

Each stream has a key of its own, made of the key that operators hold and the salt. A piece's nonce is its number and
whether it is the last (the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár), and the header is its
associated data.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huntaze.backups.faults import Fault

MAGIC: Final = b"HZB1"
PIECE: Final = 1 << 20
TAG: Final = 16
SALT: Final = 32
HEADER: Final = len(MAGIC) + 16 + SALT


class WrongKey(Fault):
    """Nobody has given the key that this was encrypted under."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"It was encrypted under the key {key_id}, which is not in HUNTAZE_BACKUP_KEYS: add that one, behind the others"
        )


class Damaged(Fault):
    """The bytes are not those that were written."""


def derived(key: str, purpose: str, salt: bytes | None = None, length: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=f"huntaze backups {purpose}".encode()).derive(
        key.encode()
    )


def id_of(key: str) -> str:
    """Return a name for the key that says nothing of it."""
    return derived(key, "id", length=8).hex()


def with_id(key_id: str, keys: Sequence[str]) -> str:
    """Return the key of that id. Raises WrongKey."""
    for key in keys:
        if id_of(key) == key_id:
            return key
    raise WrongKey(key_id)


def sealed(blocks: Iterable[bytes], key: str) -> Iterator[bytes]:
    """Yield the stream, encrypted. Holds one piece at a time."""
    salt = os.urandom(SALT)
    header = MAGIC + id_of(key).encode() + salt
    yield header
    box = AESGCM(derived(key, "stream", salt))
    for number, (piece, is_last) in enumerate(evenly(blocks, PIECE)):
        yield box.encrypt(_nonce(number, is_last), piece, header)


def opened(blocks: Iterable[bytes], keys: Sequence[str]) -> Iterator[bytes]:
    """Yield the stream as it was. Raises WrongKey, and Damaged, before it yields a byte that was changed."""
    source = iter(blocks)
    held = b""
    while len(held) < HEADER:
        block = next(source, b"")
        if not block:
            raise Damaged("It ends within its first bytes")
        held += block
    header, rest = held[:HEADER], held[HEADER:]
    if not header.startswith(MAGIC):
        raise Damaged("It is nothing that was encrypted here")
    key = with_id(header[len(MAGIC) : -SALT].decode(errors="replace"), keys)
    box = AESGCM(derived(key, "stream", header[-SALT:]))
    for number, (piece, is_last) in enumerate(evenly(_chained(rest, source), PIECE + TAG)):
        try:
            yield box.decrypt(_nonce(number, is_last), piece, header)
        except (InvalidTag, ValueError) as error:
            raise Damaged(f"Its mebibyte {number + 1} was changed, or its end is missing") from error


def evenly(blocks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream into pieces of one size, and say which is the last. There is at least one."""
    held = bytearray()
    for block in blocks:
        held += block
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
