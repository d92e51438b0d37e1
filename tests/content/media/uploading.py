"""Upload as a browser does: announce, post each part to the store, say that it is whole."""

from __future__ import annotations

import secrets
import urllib.error
import urllib.request
from typing import Any

from django.utils import timezone

from accounts.models import User
from content.media import preparing, receiving, storage
from content.media.receiving import Announced
from content.models import Asset, Folder


def announced(user: User, name: str, file: bytes, *, media_type: str = "", folder: Folder | None = None) -> Asset:
    return receiving.begin(user, Announced(name, len(file), media_type), folder, now=timezone.now())


def post(form: dict[str, Any], part: bytes) -> int:
    """Send a part by its form over HTTP; return the status."""
    boundary = secrets.token_hex(8)
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form["fields"].items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="part"\r\n\r\n'.encode() + part
    body += f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(form["url"], body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def send(asset: Asset, file: bytes) -> None:
    """Send the parts that are missing."""
    while forms := receiving.forms(asset, receiving.parts_there(asset)):
        for form in forms:
            end = form["offset"] + receiving.part_size(asset, form["number"])
            assert post(form, file[form["offset"] : end]) == 204


def uploaded(user: User, name: str, file: bytes, **options: Any) -> Asset:
    """Return a file that waits for a worker."""
    asset = announced(user, name, file, **options)
    send(asset, file)
    return receiving.close(asset, now=timezone.now())


def prepared(user: User, name: str, file: bytes, **options: Any) -> Asset:
    asset = uploaded(user, name, file, **options)
    preparing.prepare(asset.pk)
    asset.refresh_from_db()
    return asset


def stored(asset: Asset) -> dict[str, bytes]:
    """Return every object that there is of a file, by its name."""
    keys = [
        *storage.sizes(f"media/{asset.user_id}/{asset.pk}/"),
        *storage.sizes(f"staging/{asset.user_id}/{asset.pk}/"),
    ]
    return {key.rpartition("/")[2]: storage.bytes_of(key) for key in keys}
