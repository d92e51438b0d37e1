"""Signatures and policies, held against the examples that Amazon publishes for them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from devstack.s3_server import policies, signatures
from devstack.s3_server.faults import Fault
from devstack.s3_server.signatures import Asked, Keys

# "Authenticating Requests: Using the Authorization Header" and "Using Query Parameters", API reference of S3.
KEYS = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
DAY = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
GET_SIGNATURE = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
QUERY_SIGNATURE = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def published_get(signature: str = GET_SIGNATURE) -> Asked:
    credential = f"{KEYS.access}/20130524/us-east-1/s3/aws4_request"
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20130524T000000Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential},"
        f"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature={signature}",
    }
    return Asked("GET", "/test.txt", (), headers)


def published_query(signature: str = QUERY_SIGNATURE, seconds: str = "86400") -> Asked:
    query = (
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", f"{KEYS.access}/20130524/us-east-1/s3/aws4_request"),
        ("X-Amz-Date", "20130524T000000Z"),
        ("X-Amz-Expires", seconds),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", signature),
    )
    return Asked("GET", "/test.txt", query, {"host": "examplebucket.s3.amazonaws.com"})


def refused(asked: Asked, now: datetime = DAY, keys: Keys = KEYS) -> str:
    with pytest.raises(Fault) as fault:
        signatures.check(asked, keys, now=now)
    return fault.value.code


def test_the_published_examples_are_taken() -> None:
    signatures.check(published_get(), KEYS, now=DAY)
    signatures.check(published_query(), KEYS, now=DAY + timedelta(hours=23))


def test_a_changed_signature_is_refused() -> None:
    assert refused(published_get("0" + GET_SIGNATURE[1:])) == "SignatureDoesNotMatch"
    assert refused(published_query("0" + QUERY_SIGNATURE[1:])) == "SignatureDoesNotMatch"
    assert refused(published_query(seconds="86401")) == "SignatureDoesNotMatch"


def test_a_signature_of_other_keys_is_refused() -> None:
    assert refused(published_get(), keys=Keys(KEYS.access, "another")) == "SignatureDoesNotMatch"
    assert refused(published_get(), keys=Keys("ANOTHER", KEYS.secret)) == "InvalidAccessKeyId"


def test_time_runs_out() -> None:
    assert refused(published_query(), DAY + timedelta(hours=24)) == "AccessDenied"
    assert refused(published_query(), DAY - timedelta(minutes=16)) == "AccessDenied"
    assert refused(published_get(), DAY + timedelta(minutes=16)) == "RequestTimeTooSkewed"


def test_without_a_signature_nothing_is_given() -> None:
    assert refused(Asked("GET", "/test.txt", (), {"host": "examplebucket.s3.amazonaws.com"})) == "AccessDenied"


# "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", the same reference.
PUBLISHED_POLICY = (
    "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4"
    "YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9"
    "LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3Nm"
    "dWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1"
    "aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMt"
    "d2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEy"
    "MjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7Ingt"
    "YW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
)
PUBLISHED_FORM = {
    "key": "user/user1/picture.jpg",
    "acl": "public-read",
    "success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
    "content-type": "image/jpeg",
    "x-amz-meta-uuid": "14365123651274",
    "x-amz-server-side-encryption": "AES256",
    "x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-date": "20151229T000000Z",
    "x-amz-meta-tag": "",
    "policy": PUBLISHED_POLICY,
    "x-amz-signature": "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
}


def test_the_published_form_is_taken() -> None:
    signatures.check_form(PUBLISHED_FORM, KEYS)
    assert policies.enforce(PUBLISHED_FORM, "sigv4examplebucket", now=datetime(2015, 12, 30, 11, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("changed", "bucket"),
    [
        ({"key": "user/user2/picture.jpg"}, "sigv4examplebucket"),
        ({"content-type": "text/html"}, "sigv4examplebucket"),
        ({"acl": "private"}, "sigv4examplebucket"),
        ({"x-amz-meta-more": "not foreseen"}, "sigv4examplebucket"),
        ({}, "another"),
    ],
)
def test_a_form_that_its_policy_does_not_foresee_is_refused(changed: dict[str, str], bucket: str) -> None:
    with pytest.raises(Fault, match="according to Policy"):
        policies.enforce({**PUBLISHED_FORM, **changed}, bucket, now=datetime(2015, 12, 30, 11, tzinfo=UTC))


def test_a_policy_expires() -> None:
    with pytest.raises(Fault, match="expired"):
        policies.enforce(PUBLISHED_FORM, "sigv4examplebucket", now=datetime(2015, 12, 30, 12, tzinfo=UTC))


def test_a_changed_policy_has_another_signature() -> None:
    with pytest.raises(Fault, match="signature"):
        signatures.check_form({**PUBLISHED_FORM, "policy": PUBLISHED_POLICY[:-4] + "fX19"}, KEYS)


@pytest.mark.parametrize(("length", "code"), [(9, "EntityTooSmall"), (10, ""), (20, ""), (21, "EntityTooLarge")])
def test_a_file_has_the_length_that_its_policy_allows(length: int, code: str) -> None:
    document = {"expiration": "2030-01-01T00:00:00Z", "conditions": [["content-length-range", 10, 20]]}
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    lengths = policies.enforce({"policy": policy}, "any", now=DAY)
    if not code:
        return policies.check_length(length, lengths)
    with pytest.raises(Fault) as fault:
        policies.check_length(length, lengths)
    assert fault.value.code == code
    return None
