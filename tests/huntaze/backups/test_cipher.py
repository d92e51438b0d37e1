"""Streams under a key: every change is found, and nothing is held but a piece."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from huntaze.backups import cipher
from huntaze.backups.cipher import HEADER, PIECE, TAG, Damaged, WrongKey

KEY, OTHER = "k" * 43, "o" * 43


def sealed(text: bytes) -> bytes:
    return b"".join(cipher.sealed([text], KEY))


def opened(text: bytes, *keys: str, block: int = 70_000) -> bytes:
    blocks = (text[at : at + block] for at in range(0, len(text), block))
    return b"".join(cipher.opened(blocks, keys or (KEY,)))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_opens(size: int) -> None:
    text = os.urandom(size)
    assert opened(sealed(text)) == text
    assert opened(sealed(text), OTHER, KEY, block=1_000_003) == text


def test_the_same_text_is_never_sealed_twice_alike() -> None:
    assert sealed(b"text") != sealed(b"text")
    assert b"text" not in sealed(b"text")


def test_another_key_is_told_by_its_id() -> None:
    with pytest.raises(WrongKey, match=cipher.id_of(KEY)):
        opened(sealed(b"text"), OTHER)


@pytest.mark.parametrize("at", [0, 4, 25, HEADER, HEADER + PIECE + TAG + 5, -1])
def test_a_changed_byte_is_found(at: int) -> None:
    text = bytearray(sealed(os.urandom(2 * PIECE)))
    text[at] ^= 1
    with pytest.raises((Damaged, WrongKey)):
        opened(bytes(text))


@pytest.mark.parametrize("left", [0, 10, HEADER, HEADER + PIECE + TAG, HEADER + 2 * (PIECE + TAG), -1])
def test_a_lost_end_is_found(left: int) -> None:
    with pytest.raises(Damaged):
        opened(sealed(os.urandom(3 * PIECE))[:left])


def test_pieces_cannot_be_swapped_left_out_or_added() -> None:
    text = sealed(os.urandom(3 * PIECE))
    header, one, two, three = (
        text[:HEADER],
        *(text[at : at + PIECE + TAG] for at in range(HEADER, len(text), PIECE + TAG)),
    )
    for pieces in ((two, one, three), (one, three), (one, two, three, three), (one, two)):
        with pytest.raises(Damaged):
            opened(header + b"".join(pieces))


def test_a_stream_of_any_length_takes_the_room_of_two_pieces() -> None:
    given, taken, most = 0, 0, 0

    def source() -> Iterator[bytes]:
        nonlocal given
        for _ in range(64):
            given += 1 << 20
            yield bytes(1 << 20)

    for piece in cipher.opened(cipher.sealed(source(), KEY), [KEY]):
        taken += len(piece)
        most = max(most, given - taken)

    assert taken == given == 64 << 20
    assert most <= 4 * PIECE
