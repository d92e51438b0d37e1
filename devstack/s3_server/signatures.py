"""Signature Version 4 as Amazon publishes it: in a header, in a query, and of the policy of a form."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from devstack.s3_server.faults import Fault

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
LONGEST_SECONDS: Final = 604_800
_SKEW: Final = timedelta(minutes=15)
_HEADER: Final = re.compile(
    rf"{ALGORITHM} +Credential=(?P<credential>[^, ]+), *"
    r"SignedHeaders=(?P<headers>[^, ]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The one pair of keys that the server knows."""

    access: str
    secret: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as its signature goes: names of headers in lower case, the path and the query as they were sent."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


def check(asked: Asked, keys: Keys, *, now: datetime) -> None:
    """Raise Fault unless the request is signed by the server's own keys, and in time."""
    parameters = dict(asked.query)
    if "X-Amz-Signature" in parameters:
        _check_query(asked, parameters, keys, now)
    elif "authorization" in asked.headers:
        _check_header(asked, keys, now)
    else:
        raise Fault("AccessDenied", "Access Denied")


def check_form(fields: Mapping[str, str], keys: Keys) -> None:
    """Raise Fault unless the policy of a form is signed by the server's own keys. Names of fields are in lower case."""
    if fields.get("x-amz-algorithm") != ALGORITHM or "policy" not in fields:
        raise Fault("AccessDenied", "Access Denied")
    scope = _scope(fields.get("x-amz-credential", ""), fields.get("x-amz-date", ""), keys)
    right = signature(keys.secret, scope, fields["policy"])
    if not hmac.compare_digest(right, fields.get("x-amz-signature", "")):
        raise Fault("SignatureDoesNotMatch", "The signature of the policy is not that of its words.")


def signature(secret: str, scope: str, words: str) -> str:
    """Return what `words` are signed with under a scope such as `20151229/us-east-1/s3/aws4_request`."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, words.encode(), "sha256").hexdigest()


def _check_query(asked: Asked, parameters: Mapping[str, str], keys: Keys, now: datetime) -> None:
    if parameters.get("X-Amz-Algorithm") != ALGORITHM:
        raise Fault("AuthorizationQueryParametersError", "X-Amz-Algorithm only supports AWS4-HMAC-SHA256")
    stamp = parameters.get("X-Amz-Date", "")
    scope = _scope(parameters.get("X-Amz-Credential", ""), stamp, keys)
    seconds = parameters.get("X-Amz-Expires", "")
    if not seconds.isdigit() or not 0 < int(seconds) <= LONGEST_SECONDS:
        raise Fault("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds")
    began = _moment(stamp)
    if began - _SKEW > now or began + timedelta(seconds=int(seconds)) <= now:
        raise Fault("AccessDenied", "Request has expired")
    signed = parameters.get("X-Amz-SignedHeaders", "").split(";")
    unsigned_query = [(name, value) for name, value in asked.query if name != "X-Amz-Signature"]
    right = signature(keys.secret, scope, _words(asked, unsigned_query, signed, UNSIGNED, stamp, scope))
    _compare(right, parameters["X-Amz-Signature"])


def _check_header(asked: Asked, keys: Keys, now: datetime) -> None:
    given = _HEADER.fullmatch(asked.headers["authorization"])
    if given is None:
        raise Fault("AuthorizationHeaderMalformed", "The authorization header that you provided is not valid.")
    stamp = asked.headers.get("x-amz-date", "")
    scope = _scope(given["credential"], stamp, keys)
    if abs(_moment(stamp) - now) > _SKEW:
        raise Fault(
            "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
        )
    payload = asked.headers.get("x-amz-content-sha256", "")
    if payload.startswith("STREAMING-"):
        raise Fault("NotImplemented", "This server takes no bodies in signed chunks.")
    signed = given["headers"].split(";")
    unsigned = {name for name in asked.headers if name.startswith("x-amz-")} - set(signed)
    if unsigned or "host" not in signed:
        raise Fault("AccessDenied", f"There were headers present in the request which were not signed: {unsigned}")
    right = signature(keys.secret, scope, _words(asked, asked.query, signed, payload, stamp, scope))
    _compare(right, given["signature"])


def _scope(credential: str, stamp: str, keys: Keys) -> str:
    access, _, scope = credential.partition("/")
    if access != keys.access:
        raise Fault("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    parts = scope.split("/")
    if len(parts) != 4 or parts[2:] != ["s3", "aws4_request"] or parts[0] != stamp[:8]:
        raise Fault(
            "AuthorizationHeaderMalformed", "The credential is mal-formed; incorrect date, service or terminal."
        )
    return scope


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Fault("AccessDenied", "A date in the form of ISO 8601 is needed.") from error


def _words(
    asked: Asked, query: Iterable[tuple[str, str]], signed: Iterable[str], payload: str, stamp: str, scope: str
) -> str:
    """Return the string to sign: the canonical request, hashed, under its algorithm, time and scope."""
    canonical = "\n".join(
        (
            asked.method,
            asked.path,
            "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query)),
            *(f"{name}:{' '.join(asked.headers.get(name, '').split())}" for name in signed),
            "",
            ";".join(signed),
            payload,
        )
    )
    return "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))


def _compare(right: str, given: str) -> None:
    if not hmac.compare_digest(right, given):
        raise Fault(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )
