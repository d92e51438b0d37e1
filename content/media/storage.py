"""The bucket: forms to upload by, objects to read and write. The one file that speaks with S3.

Django's storage (`STORAGES["default"]`, django-storages) is set to the same bucket for files of forms. Media goes by
the client itself: it needs signed forms and listings, and one client for all greenlets, where django-storages makes a
session for each.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

# A year: what lies under a key never changes, and only its owner's browser may keep it.
CACHED: Final = "private, max-age=31536000, immutable"
_BLOCK: Final = 1 << 20

AWAY: Final = (ClientError, BotoCoreError)
"""What is raised when the store is away or refuses."""


class Absent(Exception):
    """There is no object under the key."""


@functools.cache
def session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=settings.AWS_S3_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.AWS_S3_SECRET_ACCESS_KEY or None,
        region_name=settings.AWS_S3_REGION_NAME,
    )


@functools.cache
def client() -> S3Client:
    return session().client(
        "s3",
        endpoint_url=settings.AWS_S3_ENDPOINT_URL,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.AWS_S3_ENDPOINT_URL else "virtual"},
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 4},
            max_pool_connections=32,
            # Other servers of the protocol do not all know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def credentials() -> tuple[str, str, str | None]:
    """Return the key, the secret and the token of a role, if it has one, as they are now."""
    found = session().get_credentials()
    if found is None:
        raise RuntimeError("No AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a role.")
    frozen = found.get_frozen_credentials()
    return str(frozen.access_key), str(frozen.secret_key), frozen.token


def upload_form(key: str, *, size: int, seconds: int) -> dict[str, Any]:
    """Return the address and the fields of a form that stores exactly `size` bytes under `key`, for a while."""
    return dict(
        client().generate_presigned_post(
            settings.AWS_STORAGE_BUCKET_NAME,
            key,
            Fields={"Content-Type": "application/octet-stream"},
            Conditions=[{"Content-Type": "application/octet-stream"}, ["content-length-range", size, size]],
            ExpiresIn=seconds,
        )
    )


def sizes(prefix: str) -> dict[str, int]:
    """Return the sizes of the objects whose keys begin with `prefix`."""
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Prefix=prefix)
    return {one["Key"]: one["Size"] for page in pages for one in page.get("Contents", ())}


def read(key: str, into: BinaryIO, *, beat: Callable[[], None]) -> int:
    """Append an object to an open file, and return its length. `beat` is called at least every mebibyte.

    Raises Absent.
    """
    try:
        body = client().get_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=key)["Body"]
    except client().exceptions.NoSuchKey as error:
        raise Absent(key) from error
    length = 0
    with body:
        for block in body.iter_chunks(_BLOCK):
            into.write(block)
            length += len(block)
            beat()
    return length


def write(key: str, path: Path, *, media_type: str, beat: Callable[[], None]) -> None:
    """Store a file, in parts when it is large. `beat` is called as it goes."""
    client().upload_file(
        str(path),
        settings.AWS_STORAGE_BUCKET_NAME,
        key,
        ExtraArgs={"ContentType": media_type, "CacheControl": CACHED},
        Callback=lambda _sent: beat(),
        # No threads: `beat` asks the database, by the connection of this greenlet.
        Config=TransferConfig(multipart_threshold=32 << 20, multipart_chunksize=16 << 20, use_threads=False),
    )


def bytes_of(key: str) -> bytes:
    """Return a small object whole."""
    return client().get_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=key)["Body"].read()


def delete(keys: Iterable[str]) -> None:
    """Delete objects; those that are not there are gone already."""
    left = list(keys)
    while left:
        batch, left = left[:1_000], left[1_000:]
        client().delete_objects(
            Bucket=settings.AWS_STORAGE_BUCKET_NAME,
            Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
        )


def delete_below(prefix: str, *, but: frozenset[str] = frozenset()) -> None:
    """Delete every object whose key begins with `prefix`, save those named."""
    delete(key for key in sizes(prefix) if key not in but)


def prepare_bucket(origin: str) -> None:
    """Make the bucket private, let pages of `origin` upload to it, and have it forget what uploads left behind."""
    bucket = settings.AWS_STORAGE_BUCKET_NAME
    client().put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    client().put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": [origin],
                    "AllowedMethods": ["POST", "GET", "HEAD"],
                    "AllowedHeaders": ["*"],
                    "ExposeHeaders": ["ETag"],
                    "MaxAgeSeconds": 3_600,
                }
            ]
        },
    )
    client().put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "uploads that were never finished",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "staging/"},
                    "Expiration": {"Days": 3},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
                },
                {
                    "ID": "parts of files whose worker died",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "files/"},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
                },
            ]
        },
    )
