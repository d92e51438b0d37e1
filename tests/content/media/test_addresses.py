"""Signed addresses: they open one object for a while, stay the same meanwhile, and nothing else opens it."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils import timezone

from accounts.models import User
from content import media
from content.media import addresses, signing
from content.models import Asset
from tests.content.media import files
from tests.content.media.uploading import announced, prepared

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.django_db
def test_every_shape_opens_by_its_address_and_by_no_other_way(alice: User) -> None:
    asset = prepared(alice, "Sunset.jpg", files.photo((1200, 900)))

    for name in ("thumb", "preview", "original", "1x1", "4x5", "9x16", "16x9"):
        url = media.url(asset, name)
        assert status(url) == 200, name
        assert status(url.partition("?")[0]) == 403, name
        assert status(url[:-1] + ("0" if url[-1] != "0" else "1")) == 403, name


@pytest.mark.django_db
def test_a_download_has_the_creators_name_for_it(alice: User) -> None:
    asset = prepared(alice, "Été à Lyon.PNG", files.png())

    with urllib.request.urlopen(addresses.url(asset, "1x1", download=True), timeout=5) as response:
        assert response.headers["Content-Disposition"].endswith("''%C3%89t%C3%A9%20%C3%A0%20Lyon-1x1.jpg")


@pytest.mark.django_db
def test_what_is_not_ready_has_no_address(alice: User) -> None:
    assert media.url(announced(alice, "a.png", b"x")) == ""


def test_an_address_stays_the_same_for_a_quarter_of_an_hour_and_works_for_another() -> None:
    first = signing.url("media/1/a", now=NOON)

    assert signing.url("media/1/a", now=NOON + timedelta(minutes=14)) == first
    assert signing.url("media/1/a", now=NOON + timedelta(minutes=15)) != first
    assert "X-Amz-Date=20261127T120000Z" in first
    assert "X-Amz-Expires=1800" in first


def test_an_address_expires() -> None:
    assert status(signing.url("media/1/a", now=timezone.now())) == 404
    assert status(signing.url("media/1/a", now=timezone.now() - timedelta(minutes=45))) == 403


@pytest.mark.parametrize(
    ("channel", "size", "shape"),
    [
        ("onlyfans", (1000, 700), "original"),
        ("instagram", (1080, 1350), "original"),
        ("instagram", (1000, 1000), "original"),
        ("instagram", (3000, 1000), "16x9"),
        ("instagram", (900, 1600), "4x5"),
        ("tiktok", (1600, 900), "9x16"),
    ],
)
def test_a_channel_gets_the_file_as_it_is_where_that_fits_else_the_nearest_cut(
    channel: str, size: tuple[int, int], shape: str
) -> None:
    asset = Asset(kind="image", state="ready", width=size[0], height=size[1])

    assert addresses.for_channel(asset, channel) == shape


def test_a_video_goes_to_channels_as_it_is() -> None:
    asset = Asset(kind="video", state="ready", width=1600, height=900)

    assert addresses.for_channel(asset, "tiktok") == "original"


@pytest.fixture
def cdn(settings: Any) -> rsa.RSAPublicKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.BEHIND_CDN = True
    settings.AWS_CLOUDFRONT_DOMAIN = "d1.example"
    settings.AWS_CLOUDFRONT_KEY_ID = "K1"
    settings.AWS_CLOUDFRONT_KEY = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    signing.by_cloudfront.cache_clear()
    return key.public_key()


def test_a_cdn_is_given_what_it_verifies(cdn: rsa.RSAPublicKey) -> None:
    url = signing.url("media/1/a b", now=NOON + timedelta(minutes=7))

    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (parts.netloc, parts.path, query["Key-Pair-Id"]) == ("d1.example", "/media/1/a%20b", "K1")
    assert int(query["Expires"]) == int((NOON + timedelta(minutes=30)).timestamp())
    # The canned policy, as the CDN builds it from the address.
    resource = url.partition("?")[0]
    until = {"DateLessThan": {"AWS:EpochTime": int(query["Expires"])}}
    policy = json.dumps({"Statement": [{"Resource": resource, "Condition": until}]}, separators=(",", ":"))
    signature = base64.b64decode(query["Signature"].translate(str.maketrans("-_~", "+=/")))
    cdn.verify(signature, policy.encode(), padding.PKCS1v15(), hashes.SHA1())
    assert signing.url("media/1/a b", now=NOON) == url
