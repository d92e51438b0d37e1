"""Addresses that open one object for a while. Within a window they stay the same, so that browsers find them cached."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings

from content.media import storage

WINDOW: Final = timedelta(minutes=15)
"""How long an address stays the same; it works for at least this long after it was given out, and at most twice."""


def url(key: str, *, now: datetime, download: str = "") -> str:
    """Return a signed address of an object; with `download`, browsers save it under that name."""
    began = window(now)
    disposition = f"attachment; filename*=UTF-8''{quote(download)}" if download else ""
    if settings.BEHIND_CDN:
        return by_cloudfront(key, ends=began + 2 * WINDOW, disposition=disposition)
    return by_store(key, began=began, disposition=disposition)


def window(now: datetime) -> datetime:
    """Return when the window began that `now` is in."""
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def by_store(key: str, *, began: datetime, disposition: str = "") -> str:
    """Sign by Amazon's Signature Version 4 with the window's beginning as the time: SDKs sign with the clock alone."""
    access, secret, token = storage.credentials()
    bucket, region = settings.AWS_STORAGE_BUCKET_NAME, settings.AWS_S3_REGION_NAME
    origin = settings.STORE_ORIGIN
    path = quote(f"/{bucket}/{key}" if settings.AWS_S3_ENDPOINT_URL else f"/{key}", safe="/~")
    scope = f"{began:%Y%m%d}/{region}/s3/aws4_request"
    parameters = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{access}/{scope}",
        "X-Amz-Date": f"{began:%Y%m%dT%H%M%SZ}",
        "X-Amz-Expires": str(int(2 * WINDOW.total_seconds())),
        "X-Amz-SignedHeaders": "host",
    }
    if token:
        parameters["X-Amz-Security-Token"] = token
    if disposition:
        parameters["response-content-disposition"] = disposition
    query = "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in parameters.items()))
    host = origin.partition("://")[2]
    canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    words = f"AWS4-HMAC-SHA256\n{parameters['X-Amz-Date']}\n{scope}\n{digest}"
    signature = hmac.new(signing_key(secret, scope), words.encode(), "sha256").hexdigest()
    return f"{origin}{path}?{query}&X-Amz-Signature={signature}"


@functools.lru_cache(maxsize=8)
def signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@functools.lru_cache(maxsize=8_192)
def by_cloudfront(key: str, *, ends: datetime, disposition: str = "") -> str:
    """Sign by CloudFront's canned policy."""
    address = f"https://{settings.AWS_CLOUDFRONT_DOMAIN}/{quote(key, safe='/~')}"
    if disposition:
        address += f"?response-content-disposition={quote(disposition, safe='')}"
    until = int(ends.timestamp())
    statement = {"Resource": address, "Condition": {"DateLessThan": {"AWS:EpochTime": until}}}
    policy = json.dumps({"Statement": [statement]}, separators=(",", ":"))
    # CloudFront knows SHA-1 alone for this.
    signature = private_key().sign(policy.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    safe = base64.b64encode(signature).decode().translate(str.maketrans("+=/", "-_~"))
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}Expires={until}&Signature={safe}&Key-Pair-Id={settings.AWS_CLOUDFRONT_KEY_ID}"


@functools.lru_cache(maxsize=2)
def read_key(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("AWS_CLOUDFRONT_KEY must be an RSA key")
    return key


def private_key() -> RSAPrivateKey:
    return read_key(settings.AWS_CLOUDFRONT_KEY)
