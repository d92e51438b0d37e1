"""Brings what a build made to S3: `python -m delivery.artifacts FOLDER`, into ARTIFACT_BUCKET.

The bucket encrypts; builds/<project>/<number>/ is never written twice by different builds.
"""

from __future__ import annotations

import mimetypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from delivery import build

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


def main(words: list[str]) -> int:
    """Return an exit code."""
    if len(words) != 1:
        sys.stderr.write("Say which folder: python -m delivery.artifacts .build/reports\n")
        return 64
    bucket = os.environ.get("ARTIFACT_BUCKET", "")
    if not bucket:
        sys.stdout.write("ARTIFACT_BUCKET is not set: nothing is kept.\n")
        return 0
    for key in upload(boto3.client("s3"), bucket, Path(words[0])):
        sys.stdout.write(f"s3://{bucket}/{key}\n")
    return 0


def upload(client: S3Client, bucket: str, folder: Path) -> list[str]:
    """Upload every file below the folder and return their keys. Raises botocore's errors."""
    here = build.current()
    keys = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = f"builds/{here.project.replace(' ', '-')}/{here.number}/{path.relative_to(folder).as_posix()}"
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        client.upload_file(str(path), bucket, key, ExtraArgs={"ContentType": kind})
        keys.append(key)
    return keys


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
