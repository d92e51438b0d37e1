"""What a backup consists of. It is written last: a folder without it is no backup, whatever lies there."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from huntaze.backups import bucket, cipher
from huntaze.backups.bucket import Stored
from huntaze.backups.cipher import Damaged
from huntaze.backups.faults import Fault
from huntaze.backups.fingerprints import Fingerprints

FOLDER: Final = "backups/"
FILE: Final = "manifest.json"
NAME: Final = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{8}")


class NoBackup(Fault):
    """There is no such backup, or none at all."""


@dataclass(frozen=True, slots=True)
class Media:
    """The list of the media bucket's objects. `is_versioned` says whether deleted ones can come back."""

    stored: Stored
    objects: int
    size: int
    is_versioned: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """`site` is where it was made, so that staging's is not taken for production's."""

    name: str
    made_at: datetime
    site: str
    postgresql: int
    database: Stored
    tables: Fingerprints
    media: Media

    @property
    def size(self) -> int:
        return self.database.size + self.media.stored.size


def new_name(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def moment(name: str) -> datetime:
    """Return when a backup of that name was begun. Raises NoBackup."""
    found = NAME.fullmatch(name)
    if found is None:
        raise NoBackup(f"{name!r} is no name of a backup: they look like 20261128T031500Z-0a1b2c3d")
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def write(manifest: Manifest, key: str) -> None:
    """Store it, signed: from here on there is a backup. Raises Fault."""
    told = _plain(manifest)
    told["key"], told["mac"] = cipher.id_of(key), ""
    told["mac"] = _mac(told, key)
    bucket.write_small(f"{FOLDER}{manifest.name}/{FILE}", json.dumps(told, indent=1).encode())


def read(name: str, keys: Sequence[str]) -> Manifest:
    """Return the manifest of a backup. Raises NoBackup, WrongKey, Damaged and other Faults."""
    moment(name)
    if name not in complete():
        raise NoBackup(f"There is no whole backup {name} in the bucket {bucket.name()}")
    try:
        told = json.loads(b"".join(bucket.read(f"{FOLDER}{name}/{FILE}")))
        signed, key = told["mac"], cipher.with_id(told["key"], keys)
        told["mac"] = ""
        if not hmac.compare_digest(_mac(told, key), signed):
            raise Damaged(f"The manifest of {name} is not what was written")
        if told["name"] != name:
            raise Damaged(f"The manifest of {name} is another backup's")
        return _manifest(told)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"The manifest of {name} cannot be read") from error


def newest(keys: Sequence[str]) -> Manifest:
    """Return the newest whole backup's. Raises NoBackup and other Faults."""
    names = complete()
    if not names:
        raise NoBackup(f"There is no whole backup in the bucket {bucket.name()}")
    return read(names[-1], keys)


def folders() -> dict[str, bool]:
    """Return the name of each backup, oldest first, and whether it is whole. Raises Fault."""
    found: dict[str, bool] = {}
    for key in bucket.keys(FOLDER):
        name, _, file = key.removeprefix(FOLDER).partition("/")
        if NAME.fullmatch(name):
            found[name] = found.get(name, False) or file == FILE
    return dict(sorted(found.items()))


def complete() -> list[str]:
    """Return the names of whole backups, oldest first. Raises Fault."""
    return [name for name, is_whole in folders().items() if is_whole]


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {"form": 1, **asdict(manifest), "made_at": manifest.made_at.isoformat()}


def _manifest(told: dict[str, Any]) -> Manifest:
    media = told["media"]
    return Manifest(
        name=told["name"],
        made_at=datetime.fromisoformat(told["made_at"]),
        site=told["site"],
        postgresql=told["postgresql"],
        database=Stored(**told["database"]),
        tables={table: (rows, total) for table, (rows, total) in told["tables"].items()},
        media=Media(Stored(**media["stored"]), media["objects"], media["size"], media["is_versioned"]),
    )


def _mac(told: dict[str, Any], key: str) -> str:
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(cipher.derived(key, "manifest"), text, hashlib.sha256).hexdigest()
