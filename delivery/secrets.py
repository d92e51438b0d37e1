"""Fetches the secrets of a build: `python -m delivery.secrets`, in CodeBuild's phase pre_build.

NOTICES_SECRET names one of Secrets Manager, a JSON object; NOTICES_PARAMETERS a path of Parameter Store, such as
/huntaze/staging/notices. Either may be missing, and what is printed are names, never values.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from delivery import wallet

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotAnObject(Exception):
    """The secret is no JSON object of strings. The text names the secret."""


def main() -> int:
    """Fetch and keep, and return an exit code."""
    try:
        found = {**from_parameter_store(os.environ), **from_secrets_manager(os.environ)}
    except (ClientError, NotAnObject) as error:
        # botocore's text has the operation and Amazon's reason, and nothing of what is kept.
        sys.stderr.write(f"{error}\n")
        return 1
    wallet.keep({name: value for name, value in found.items() if name in wallet.NAMES})
    for name in wallet.NAMES:
        sys.stdout.write(f"{name}: {'there' if name in wallet.opened() else 'not set'}\n")
    return 0


def from_secrets_manager(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the secret holds; nothing where nobody has filled it. Raises ClientError and NotAnObject."""
    name = environment.get("NOTICES_SECRET", "")
    if not name:
        return {}
    try:
        text = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
            raise
        sys.stdout.write("The secret of the notices has no value yet.\n")
        return {}
    try:
        values = json.loads(text)
        return {str(key): str(value) for key, value in values.items()}
    except (ValueError, AttributeError):
        # Without the cause: its text has a piece of the secret.
        raise NotAnObject(f"{name} is no JSON object") from None


def from_parameter_store(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters below the path, by the last part of their names. Raises ClientError."""
    path = environment.get("NOTICES_PARAMETERS", "")
    if not path:
        return {}
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
    return {
        parameter["Name"].rpartition("/")[2]: parameter["Value"] for page in pages for parameter in page["Parameters"]
    }


if __name__ == "__main__":
    sys.exit(main())
