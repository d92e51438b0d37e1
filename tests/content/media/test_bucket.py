"""`manage.py prepare_bucket`, against the store."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from content.media import storage


def test_a_bucket_is_shut_lets_our_pages_upload_and_forgets_old_uploads(settings: Any, capsys: Any) -> None:
    settings.AWS_STORAGE_BUCKET_NAME = bucket = f"prepared-{secrets.token_hex(6)}"
    settings.BASE_URL = "https://huntaze.example"
    storage.client().create_bucket(Bucket=bucket)

    call_command("prepare_bucket")

    assert f"{bucket} takes uploads from https://huntaze.example" in capsys.readouterr().out
    (rule,) = storage.client().get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://huntaze.example"]
    block = storage.client().get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (tidying, parts) = storage.client().get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert parts["Filter"] == {"Prefix": "files/"}
    assert parts["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 3}
    # What is whole is removed by us, when its time is over.
    assert "Expiration" not in parts
    assert tidying["Expiration"] == {"Days": 3}


def test_a_bucket_that_is_not_there_is_told_by_its_name(settings: Any) -> None:
    settings.AWS_STORAGE_BUCKET_NAME = "no-such-bucket"

    with pytest.raises(CommandError, match=r"no-such-bucket cannot be set up: .*NoSuchBucket"):
        call_command("prepare_bucket")
