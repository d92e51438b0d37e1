"""How large an image is on top of its base."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path


def unpacked(tree: Path) -> int:
    """Return the bytes of all files below a tree."""
    return sum(path.lstat().st_size for path in tree.rglob("*") if path.is_symlink() or path.is_file())


def packed(tree: Path) -> int:
    """Return the bytes that a registry would hold and send: the tree as a gzipped tar."""
    counter = _Counter()
    with (
        gzip.GzipFile(fileobj=counter, mode="wb", compresslevel=6) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|") as archive,
    ):
        archive.add(tree, arcname=".")
    return counter.bytes


class _Counter(io.RawIOBase):
    """Takes bytes and keeps their number."""

    bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        length = len(memoryview(data))  # type: ignore[arg-type]
        self.bytes += length
        return length
