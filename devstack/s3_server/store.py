"""Objects as files: a line of JSON that says what each is, then its bytes. Written beside, then moved into place."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote, unquote

from devstack.s3_server.faults import Fault

BLOCK: Final = 1 << 18
LEAST_PART: Final = 5 << 20
_HEADER: Final = 2_048
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an object, or of a part of one."""

    key: str
    size: int
    etag: str
    changed: str
    headers: dict[str, str] = field(default_factory=dict)
    version: str = "null"


class Store:
    """The buckets in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "buckets").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.beside = root / "beside"
        shutil.rmtree(self.beside, ignore_errors=True)
        self.beside.mkdir(mode=0o700)

    def make(self, bucket: str) -> None:
        """Make a bucket. Raises Fault when there is one of that name."""
        if not _BUCKET.fullmatch(bucket):
            raise Fault("InvalidBucketName", "The specified bucket is not valid.")
        folder = self.root / "buckets" / bucket
        if folder.exists():
            raise Fault("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded.")
        for inner in ("objects", "uploads", "settings"):
            (folder / inner).mkdir(mode=0o700, parents=True)

    def folder(self, bucket: str) -> Path:
        """Return a bucket's folder. Raises Fault."""
        folder = self.root / "buckets" / bucket
        if not _BUCKET.fullmatch(bucket) or not folder.is_dir():
            raise Fault("NoSuchBucket", "The specified bucket does not exist")
        return folder

    def setting(self, bucket: str, name: str) -> Path:
        """Return the file that holds a bucket's setting, such as its CORS rules, in the XML that it was sent as."""
        return self.folder(bucket) / "settings" / f"{name}.xml"

    def write(self, bucket: str, key: str, blocks: Iterable[bytes], headers: dict[str, str] | None = None) -> Stored:
        """Store an object whole, or not at all. Raises Fault."""
        path = self._object(bucket, key)
        return self._write(path, key, blocks, headers or {}, old=self._versions(bucket, path))

    def find(self, bucket: str, key: str, version: str = "") -> Stored:
        """Return what is known of an object, or of an old version of it. Raises Fault."""
        return _read_header(self._existing(bucket, key, version))

    def is_versioned(self, bucket: str) -> bool:
        """Return whether the bucket keeps what is deleted and overwritten."""
        path = self.setting(bucket, "versioning")
        return path.exists() and "<Status>Enabled</Status>" in path.read_text(encoding="utf-8")

    def versions(self, bucket: str, key: str) -> list[Stored]:
        """Return what was stored under the key before, the newest first. Raises Fault."""
        folder = self.folder(bucket) / "versions" / self._object(bucket, key).name
        found = [_read_header(path) for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(found, key=lambda stored: stored.version, reverse=True)

    @contextmanager
    def opened(self, bucket: str, key: str, version: str = "") -> Iterator[tuple[Stored, BinaryIO]]:
        """Open an object at its first byte. Raises Fault."""
        path = self._existing(bucket, key, version)
        with path.open("rb") as file:
            stored = _parse(file.read(_HEADER))
            yield stored, file

    def blocks(
        self, bucket: str, key: str, start: int = 0, length: int | None = None, version: str = ""
    ) -> Iterator[bytes]:
        """Read an object, or a stretch of it, a block at a time."""
        with self.opened(bucket, key, version) as (stored, file):
            file.seek(_HEADER + start)
            yield from _stretch(file, stored.size - start if length is None else length)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; one that is not there is gone already."""
        path = self._object(bucket, key)
        old = self._versions(bucket, path)
        if old is not None:
            _set_aside(path, old)
        path.unlink(missing_ok=True)

    def keys(self, bucket: str, prefix: str, *, with_deleted: bool = False) -> list[str]:
        """Return the keys that begin with `prefix`, in the order of their bytes."""
        folders = [self.folder(bucket) / name for name in (("objects", "versions") if with_deleted else ("objects",))]
        keys = {unquote(path.name) for folder in folders if folder.is_dir() for path in folder.iterdir()}
        return sorted(key for key in keys if key.startswith(prefix))

    def begin(self, bucket: str, key: str, headers: dict[str, str]) -> str:
        """Begin an upload in parts; return its id."""
        self._object(bucket, key)
        name = uuid.uuid4().hex
        folder = self.folder(bucket) / "uploads" / name
        folder.mkdir(mode=0o700)
        (folder / "upload.json").write_text(json.dumps({"key": key, "headers": headers}), encoding="utf-8")
        return name

    def write_part(self, bucket: str, key: str, upload: str, number: int, blocks: Iterable[bytes]) -> Stored:
        """Store a part of an upload. Raises Fault."""
        folder, _ = self._upload(bucket, key, upload)
        if not 1 <= number <= 10_000:
            raise Fault("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        return self._write(folder / f"{number:05d}", key, blocks, {})

    def complete(self, bucket: str, key: str, upload: str, parts: list[tuple[int, str]]) -> Stored:
        """Make an object of the parts, in their order. Raises Fault."""
        folder, headers = self._upload(bucket, key, upload)
        if not parts or [number for number, _ in parts] != sorted({number for number, _ in parts}):
            raise Fault("InvalidPartOrder", "The list of parts was not in ascending order.")
        paths = [folder / f"{number:05d}" for number, _ in parts]
        found = [_read_header(path) if path.exists() else None for path in paths]
        if any(one is None or one.etag != etag for one, (_, etag) in zip(found, parts, strict=True)):
            raise Fault("InvalidPart", "One or more of the specified parts could not be found.")
        if any(one.size < LEAST_PART for one in found[:-1] if one is not None):
            raise Fault("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        digest = hashlib.md5(b"".join(bytes.fromhex(etag) for _, etag in parts), usedforsecurity=False)
        etag = f"{digest.hexdigest()}-{len(parts)}"
        path = self._object(bucket, key)
        stored = self._write(path, key, _joined(paths), headers, etag, old=self._versions(bucket, path))
        shutil.rmtree(folder, ignore_errors=True)
        return stored

    def abort(self, bucket: str, key: str, upload: str) -> None:
        """Throw away an upload in parts. Raises Fault."""
        folder, _ = self._upload(bucket, key, upload)
        shutil.rmtree(folder, ignore_errors=True)

    def _object(self, bucket: str, key: str) -> Path:
        name = quote(key, safe="").replace(".", "%2E")
        if not key or len(name) > 250:
            raise Fault("KeyTooLongError", "This server takes keys of 250 bytes, counted percent-encoded.")
        return self.folder(bucket) / "objects" / name

    def _existing(self, bucket: str, key: str, version: str = "") -> Path:
        path = self._object(bucket, key)
        if version and not (path.is_file() and _read_header(path).version == version):
            path = self.folder(bucket) / "versions" / path.name / version
            if not re.fullmatch(r"[0-9a-f]{40}", version) or not path.is_file():
                raise Fault("NoSuchVersion", "The specified version does not exist.")
        if not path.is_file():
            raise Fault("NoSuchKey", "The specified key does not exist.")
        return path

    def _versions(self, bucket: str, path: Path) -> Path | None:
        """Return where old versions of an object go; None in a bucket that keeps none."""
        return self.folder(bucket) / "versions" / path.name if self.is_versioned(bucket) else None

    def _upload(self, bucket: str, key: str, upload: str) -> tuple[Path, dict[str, str]]:
        folder = self.folder(bucket) / "uploads" / upload
        if not re.fullmatch(r"[0-9a-f]{32}", upload) or not (folder / "upload.json").is_file():
            raise Fault("NoSuchUpload", "The specified multipart upload does not exist.")
        known = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
        if known["key"] != key:
            raise Fault("NoSuchUpload", "The specified multipart upload does not exist.")
        return folder, known["headers"]

    def _write(
        self,
        path: Path,
        key: str,
        blocks: Iterable[bytes],
        headers: dict[str, str],
        etag: str = "",
        old: Path | None = None,
    ) -> Stored:
        digest = hashlib.md5(usedforsecurity=False)
        size = 0
        with tempfile.NamedTemporaryFile(dir=self.beside, delete=False) as file:
            try:
                file.write(b" " * _HEADER)
                for block in blocks:
                    file.write(block)
                    digest.update(block)
                    size += len(block)
                changed = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                version = "null" if old is None else f"{time.time_ns():020x}{uuid.uuid4().hex[:20]}"
                stored = Stored(key, size, etag or digest.hexdigest(), changed, headers, version)
                file.seek(0)
                file.write(_header(stored))
                file.flush()
                if old is not None:
                    _set_aside(path, old)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        return stored


def _set_aside(path: Path, old: Path) -> None:
    if path.exists():
        old.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.rename(old / _read_header(path).version)


def _header(stored: Stored) -> bytes:
    line = json.dumps(asdict(stored)).encode()
    if len(line) > _HEADER:
        raise Fault("InvalidArgument", "The headers of this object are too long for this server.")
    return line.ljust(_HEADER)


def _read_header(path: Path) -> Stored:
    with path.open("rb") as file:
        return _parse(file.read(_HEADER))


def _parse(line: bytes) -> Stored:
    return Stored(**json.loads(line))


def _joined(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            stored = _parse(file.read(_HEADER))
            yield from _stretch(file, stored.size)


def _stretch(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0:
        block = file.read(min(BLOCK, left))
        if not block:
            return
        left -= len(block)
        yield block
