"""What a file is, by its first bytes. Names and declared types are a stranger's word."""

from __future__ import annotations

from pathlib import Path
from typing import Final

IMAGE: Final = "image"
# FFmpeg is told which of its readers to use: others would follow addresses that a file names.
MOV: Final = "mov"
MATROSKA: Final = "matroska"

_HEIC: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


class Unknown(Exception):
    """No image or video that we take; the argument is a code of `content.media.faults`."""


def sniff(path: Path) -> str:
    """Return IMAGE, or the reader that a video needs. Raises Unknown."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise Unknown("empty")
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return IMAGE
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return IMAGE
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIC:
            raise Unknown("heic")
        return MOV
    if head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        # QuickTime files of old have no ftyp.
        return MOV
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MATROSKA
    raise Unknown("unknown_type")
