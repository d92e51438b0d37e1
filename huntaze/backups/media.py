"""The list of the media bucket's objects. The objects stay where they are: S3 keeps old versions of each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from django.conf import settings

from content.media import storage
from huntaze.backups import bucket
from huntaze.backups.cipher import Damaged
from huntaze.backups.faults import Fault

GZIP = 31
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Item:
    """An object as it lay there. `etag` is S3's own word for its content, and changes with it."""

    key: str
    version: str
    size: int
    etag: str


@dataclass
class Count:
    """What a list came to."""

    objects: int = 0
    size: int = 0


@dataclass
class Found:
    """The bucket as it is, held against a list. `examples` are the first keys that are not as they were."""

    same: int = 0
    missing: int = 0
    changed: int = 0
    brought_back: int = 0
    lost: int = 0
    examples: list[str] = field(default_factory=list)


def is_versioned() -> bool:
    """Return whether deleted and overwritten objects can come back. Raises Fault."""
    name = settings.AWS_STORAGE_BUCKET_NAME
    with bucket.asking(name):
        return storage.client().get_bucket_versioning(Bucket=name).get("Status") == "Enabled"


def items() -> Iterator[Item]:
    """Yield every object of the media bucket, in the order of the keys. Raises Fault."""
    name = settings.AWS_STORAGE_BUCKET_NAME
    with bucket.asking(name):
        for page in storage.client().get_paginator("list_object_versions").paginate(Bucket=name):
            for one in page.get("Versions", ()):
                if one["IsLatest"]:
                    yield Item(one["Key"], one["VersionId"], one["Size"], one["ETag"].strip('"'))


def written(found: Iterable[Item], count: Count) -> Iterator[bytes]:
    """Yield the list as compressed lines of JSON, and count it on the way."""
    packing = zlib.compressobj(wbits=GZIP)
    for item in found:
        count.objects += 1
        count.size += item.size
        yield packing.compress(json.dumps(asdict(item)).encode() + b"\n")
    yield packing.flush()


def read(blocks: Iterable[bytes]) -> Iterator[Item]:
    """Yield the objects of a list."""
    unpacking, held = zlib.decompressobj(wbits=GZIP), b""
    for block in blocks:
        *lines, held = (held + unpacking.decompress(block)).split(b"\n")
        yield from (Item(**json.loads(line)) for line in lines)


def compare(listed: Iterable[Item], *, brings_back: bool, gone: frozenset[str] = frozenset()) -> Found:
    """Hold the bucket against a list; bring back what is missing or was overwritten, if it is asked for.

    `gone` has the folders of people who were erased: theirs stay deleted. Raises Fault.
    """
    found, now = Found(), items()
    here = next(now, None)
    for item in listed:
        while here is not None and here.key < item.key:
            here = next(now, None)
        if here is not None and here.key == item.key and here.etag == item.etag:
            found.same += 1
            continue
        if "/".join(item.key.split("/")[:2]) in gone:
            continue
        if here is not None and here.key == item.key:
            found.changed += 1
        else:
            found.missing += 1
        if len(found.examples) < SHOWN:
            found.examples.append(item.key)
        if brings_back:
            if bring_back(item):
                found.brought_back += 1
            else:
                found.lost += 1
    return found


def bring_back(item: Item) -> bool:
    """Make an old version the present one; return False when S3 has it no more. Raises Fault."""
    name = settings.AWS_STORAGE_BUCKET_NAME
    source = {"Bucket": name, "Key": item.key, "VersionId": item.version}
    try:
        with bucket.asking(name):
            storage.client().copy_object(Bucket=name, Key=item.key, CopySource=source)  # type: ignore[arg-type]
    except Damaged:
        return False
    return True


class NotVersioned(Fault):
    """The bucket keeps no old versions."""
