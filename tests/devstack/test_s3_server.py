"""The object store of a laptop, asked by Amazon's own client over HTTP."""

from __future__ import annotations

import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

BUCKET = settings.AWS_STORAGE_BUCKET_NAME
MIB = 1 << 20


def client(**changed: Any) -> Any:
    keys = {
        "aws_access_key_id": settings.AWS_S3_ACCESS_KEY_ID,
        "aws_secret_access_key": settings.AWS_S3_SECRET_ACCESS_KEY,
    }
    return boto3.client(
        "s3",
        endpoint_url=settings.AWS_S3_ENDPOINT_URL,
        region_name=settings.AWS_S3_REGION_NAME,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        **{**keys, **changed},
    )


@pytest.fixture(scope="module")
def s3() -> Any:
    return client()


@pytest.fixture
def key() -> str:
    return f"tests/{secrets.token_hex(8)}/été & co.txt"


def status(url: str, **headers: str) -> tuple[int, bytes, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
            return response.status, response.read(), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def send_form(post: dict[str, Any], file: bytes, **changed: str) -> tuple[int, str]:
    boundary = secrets.token_hex(8)
    fields = {**post["fields"], **changed}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode() + file
    body += f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        post["url"], body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_what_is_put_comes_back(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"0123456789", ContentType="text/plain", CacheControl="private")

    found = s3.get_object(Bucket=BUCKET, Key=key)
    assert found["Body"].read() == b"0123456789"
    assert (found["ContentType"], found["CacheControl"], found["ContentLength"]) == ("text/plain", "private", 10)
    part = s3.get_object(Bucket=BUCKET, Key=key, Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")


def test_keys_are_listed_in_pages_and_deleted(s3: Any) -> None:
    prefix = f"tests/{secrets.token_hex(8)}/"
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"{prefix}{number}", Body=b"x")

    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix, PaginationConfig={"PageSize": 2})
    assert [len(page["Contents"]) for page in pages] == [2, 2, 1]
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": f"{prefix}{number}"} for number in range(4)]})
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]] == [f"{prefix}4"]


def test_an_object_is_made_of_parts_that_are_sent_and_copied(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"{key}-source", Body=b"a" * 6 * MIB)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key, ContentType="video/mp4")["UploadId"]
    named = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
    first = s3.upload_part_copy(
        PartNumber=1,
        CopySource={"Bucket": BUCKET, "Key": f"{key}-source"},
        CopySourceRange=f"bytes=0-{5 * MIB - 1}",
        **named,
    )["CopyPartResult"]["ETag"]
    second = s3.upload_part(PartNumber=2, Body=b"b" * 10, **named)["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **named)

    assert done["ETag"].endswith('-2"')
    found = s3.get_object(Bucket=BUCKET, Key=key)
    assert found["Body"].read() == b"a" * 5 * MIB + b"b" * 10
    assert found["ContentType"] == "video/mp4"
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.upload_part(PartNumber=3, Body=b"c", **named)


def test_a_small_part_in_the_middle_is_refused(s3: Any, key: str) -> None:
    named = {"Bucket": BUCKET, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]}
    parts = [{"PartNumber": n, "ETag": s3.upload_part(PartNumber=n, Body=b"small", **named)["ETag"]} for n in (1, 2)]
    with pytest.raises(ClientError, match="EntityTooSmall"):
        s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **named)


def test_other_keys_open_nothing(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"private")

    for changed in ({"aws_secret_access_key": "guessed"}, {"aws_access_key_id": "GUESSED"}):
        with pytest.raises(ClientError, match=r"SignatureDoesNotMatch|InvalidAccessKeyId"):
            client(**changed).get_object(Bucket=BUCKET, Key=key)


def test_an_address_works_only_as_it_was_signed_and_in_its_time(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"private")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}, ExpiresIn=60)

    assert status(url)[:2] == (200, b"private")
    assert status(url.partition("?")[0])[0] == 403
    assert status(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))[0] == 403
    assert status(url, Range="bytes=0-2")[:2] == (206, b"pri")
    long_ago = url.replace("X-Amz-Date=20", "X-Amz-Date=19")
    assert status(long_ago)[0] in {400, 403}


def test_a_form_is_held_to_its_policy(s3: Any, key: str) -> None:
    post = s3.generate_presigned_post(
        BUCKET, key, Fields={"Content-Type": "image/png"}, ExpiresIn=60,
        Conditions=[{"Content-Type": "image/png"}, ["content-length-range", 4, 4]],
    )  # fmt: skip

    assert send_form(post, b"four")[0] == 204
    assert s3.head_object(Bucket=BUCKET, Key=key)["ContentType"] == "image/png"
    assert "EntityTooLarge" in send_form(post, b"fives")[1]
    assert "EntityTooSmall" in send_form(post, b"six")[1]
    assert "AccessDenied" in send_form(post, b"four", **{"Content-Type": "text/html"})[1]
    assert "AccessDenied" in send_form(post, b"four", key="another/key")[1]
    assert "SignatureDoesNotMatch" in send_form(post, b"four", **{"x-amz-signature": "0" * 64})[1]
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"four"


def test_a_page_of_another_origin_is_let_in_by_the_rules_alone(s3: Any) -> None:
    bucket = f"cors-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    url = f"{settings.AWS_S3_ENDPOINT_URL}/{bucket}"

    def preflight(origin: str, method: str) -> tuple[int, str | None]:
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        request = urllib.request.Request(url, headers=headers, method="OPTIONS")
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.headers["Access-Control-Allow-Origin"]
        except urllib.error.HTTPError as error:
            return error.code, None

    assert preflight("https://huntaze.example", "POST") == (403, None)
    rule = {"AllowedOrigins": ["https://huntaze.example"], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert preflight("https://huntaze.example", "POST") == (200, "https://huntaze.example")
    assert preflight("https://huntaze.example", "PUT") == (403, None)
    assert preflight("https://elsewhere.example", "POST") == (403, None)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedOrigins"] == ["https://huntaze.example"]


def test_what_the_server_does_not_know_it_refuses(s3: Any) -> None:
    with pytest.raises(ClientError, match="NotImplemented"):
        s3.get_bucket_tagging(Bucket=BUCKET)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="no-such-bucket")


def test_a_bucket_with_versions_keeps_what_is_overwritten_and_deleted(s3: Any, key: str) -> None:
    bucket = f"versions-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    s3.delete_object(Bucket=bucket, Key=key)

    listed = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [(one["Key"], one["IsLatest"], one["Size"]) for one in listed] == [(key, False, 6), (key, False, 5)]
    read = s3.get_object(Bucket=bucket, Key=key, VersionId=listed[1]["VersionId"])["Body"].read()
    assert read == b"first"
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError, match="NoSuchVersion"):
        s3.get_object(Bucket=bucket, Key=key, VersionId="../../secrets")
    source = {"Bucket": bucket, "Key": key, "VersionId": listed[0]["VersionId"]}
    s3.copy_object(Bucket=bucket, Key=key, CopySource=source)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"second"
    assert [one["IsLatest"] for one in s3.list_object_versions(Bucket=bucket)["Versions"]] == [True, False, False]
