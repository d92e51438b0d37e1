"""The bucket of backups: streams in parts, small objects, versions of media."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings

from content.media import storage
from huntaze.backups.cipher import Damaged, evenly
from huntaze.backups.faults import Fault

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

LEAST_PART: Final = 8 << 20
MOST_PARTS: Final = 9_000
"""Of the 10,000 that S3 takes: what grows while it is read still has room."""
BLOCK: Final = 1 << 20


class NotConfigured(Fault):
    """There is no bucket to back up to."""


class NoBucket(Fault):
    """The bucket of the settings is not there, or is not ours."""


class Away(Fault):
    """The store is away, or refuses."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was written. `sha256` is of what lies there, which is encrypted."""

    key: str
    version: str
    size: int
    sha256: str


def name() -> str:
    """Return the bucket's name. Raises NotConfigured."""
    if not settings.BACKUP_BUCKET:
        raise NotConfigured("HUNTAZE_BACKUP_BUCKET is missing: set it in the environment (.env.example explains it)")
    return str(settings.BACKUP_BUCKET)


@contextmanager
def asking(bucket: str) -> Iterator[None]:
    """Tell what the store refuses as a Fault. Raises NoBucket, Damaged, Away."""
    try:
        yield
    except storage.AWAY as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if code in {"NoSuchBucket", "AccessDenied", "403", "InvalidAccessKeyId"}:
            raise NoBucket(f"The bucket {bucket} is not there, or these credentials do not open it ({code})") from error
        if code in {"NoSuchKey", "NoSuchVersion", "404"}:
            raise Damaged(f"An object is missing in the bucket {bucket}") from error
        raise Away(f"The store is away, or refuses: {code or type(error).__name__}") from error


def part_size(expected: int) -> int:
    """Return how large the parts of an object of about that size are to be: one of them is held in memory."""
    return max(LEAST_PART, -(-expected // MOST_PARTS))


def write(key: str, blocks: Iterable[bytes], *, expected: int = 0) -> Stored:
    """Store a stream of any length, whole or not at all. Raises Fault, and what the stream raises."""
    bucket, client = name(), storage.client()
    with asking(bucket):
        upload = client.create_multipart_upload(Bucket=bucket, Key=key, ContentType="application/octet-stream")
    upload_id = upload["UploadId"]
    digest, size = hashlib.sha256(), 0
    parts: list[CompletedPartTypeDef] = []
    try:
        for number, (part, _is_last) in enumerate(evenly(blocks, part_size(expected)), start=1):
            with asking(bucket):
                done = client.upload_part(
                    Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=part, ContentMD5=_md5(part)
                )
            digest.update(part)
            size += len(part)
            parts.append({"PartNumber": number, "ETag": done["ETag"]})
        with asking(bucket):
            made = client.complete_multipart_upload(
                Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
    except BaseException:
        _abort(bucket, key, upload_id)
        raise
    return Stored(key, made.get("VersionId", ""), size, digest.hexdigest())


def read(key: str, version: str = "") -> Iterator[bytes]:
    """Yield an object, a mebibyte at a time. Raises Fault."""
    bucket, client = name(), storage.client()
    with asking(bucket):
        if version:
            body = client.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"]
        else:
            body = client.get_object(Bucket=bucket, Key=key)["Body"]
    with body:
        blocks = body.iter_chunks(BLOCK)
        while True:
            with asking(bucket):
                block = next(blocks, b"")
            if not block:
                return
            yield block


def checked(stored: Stored) -> Iterator[bytes]:
    """Yield an object as it was written. Raises Damaged, at its end at the latest."""
    digest, size = hashlib.sha256(), 0
    for block in read(stored.key, stored.version):
        digest.update(block)
        size += len(block)
        yield block
    if size != stored.size:
        raise Damaged(f"{stored.key} has {size} bytes in place of {stored.size}")
    if digest.hexdigest() != stored.sha256:
        raise Damaged(f"{stored.key} is not what was written: its checksum differs")


def write_small(key: str, body: bytes) -> None:
    """Store a small object. Raises Fault."""
    with asking(name()):
        storage.client().put_object(
            Bucket=name(), Key=key, Body=body, ContentType="application/json", ContentMD5=_md5(body)
        )


def keys(prefix: str) -> Iterator[str]:
    """Yield the keys that begin with the prefix, in order. Raises Fault."""
    bucket = name()
    with asking(bucket):
        for page in storage.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for one in page.get("Contents", ()):
                yield one["Key"]


def delete(prefix: str) -> None:
    """Delete all below a prefix. What the bucket's lock holds stays there as an old version. Raises Fault."""
    bucket = name()
    for key in list(keys(prefix)):
        with asking(bucket):
            storage.client().delete_object(Bucket=bucket, Key=key)


def _abort(bucket: str, key: str, upload_id: str) -> None:
    # What cannot be thrown away now, the bucket's lifecycle does within a day.
    try:
        storage.client().abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except storage.AWAY:
        return


def _md5(body: bytes) -> str:
    # A bucket with a lock takes nothing without it; it guards against the line, not against people.
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
