"""The policy of a form, as S3 enforces it: each field is allowed by a condition, each condition is met, in time."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from devstack.s3_server.faults import Fault

# What a form may hold without a condition that allows it.
_FREE: Final = {"policy", "x-amz-signature", "file"}


def enforce(fields: Mapping[str, str], bucket: str, *, now: datetime) -> tuple[int, int] | None:
    """Hold a form against its signed policy; return the least and the greatest length of its file, if it says so.

    Names of fields are in lower case. Raises Fault.
    """
    document = _document(fields["policy"])
    if _moment(document.get("expiration")) <= now:
        raise Fault("AccessDenied", "Invalid according to Policy: Policy expired.")
    values = {**fields, "bucket": bucket}
    free = set(_FREE)
    lengths = None
    for condition in _conditions(document):
        if condition[0] == "content-length-range":
            lengths = _lengths(condition)
            continue
        free.add(_hold(condition, values))
    extra = [name for name in fields if name not in free and not name.startswith("x-ignore-")]
    if extra:
        raise Fault("AccessDenied", f"Invalid according to Policy: Extra input fields: {extra[0]}")
    return lengths


def check_length(length: int, lengths: tuple[int, int] | None) -> None:
    """Raise Fault when a file is shorter or longer than its policy allows."""
    if lengths is None:
        return
    least, most = lengths
    if length < least:
        raise Fault("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    if length > most:
        raise Fault("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


def _document(policy: str) -> dict[str, Any]:
    try:
        document = json.loads(base64.b64decode(policy, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from error
    if not isinstance(document, dict):
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
    return document


def _moment(expiration: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(expiration))
    except ValueError as error:
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid 'expiration' value") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _conditions(document: Mapping[str, Any]) -> list[list[Any]]:
    """Return the conditions, each as a list of an operator and what it compares."""
    given = document.get("conditions")
    if not isinstance(given, list):
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Missing 'conditions'")
    conditions: list[list[Any]] = []
    for condition in given:
        if isinstance(condition, dict) and len(condition) == 1:
            ((name, value),) = condition.items()
            conditions.append(["eq", f"${name}", value])
        elif isinstance(condition, list) and len(condition) == 3:
            conditions.append([str(condition[0]).lower(), *condition[1:]])
        else:
            raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid condition")
    return conditions


def _lengths(condition: list[Any]) -> tuple[int, int]:
    try:
        return int(condition[1]), int(condition[2])
    except (TypeError, ValueError) as error:
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid content-length-range") from error


def _hold(condition: list[Any], values: Mapping[str, str]) -> str:
    """Raise Fault unless the condition is met; return the name of the field that it allows."""
    operator, name, value = condition[0], str(condition[1]).lower().removeprefix("$"), str(condition[2])
    actual = values.get(name, "")
    if operator == "eq":
        met = actual == value
    elif operator == "starts-with":
        met = actual.startswith(value)
    else:
        raise Fault("InvalidPolicyDocument", f"Invalid Policy: Unknown operator {operator}")
    if not met:
        raise Fault(
            "AccessDenied", f'Invalid according to Policy: Policy Condition failed: ["{operator}", "${name}", …]'
        )
    return name
