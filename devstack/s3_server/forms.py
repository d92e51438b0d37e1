"""A form as browsers send it to a bucket: its fields, then the file. S3 looks at nothing behind the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from devstack.s3_server.faults import Fault

LARGEST: Final = 64 << 20
"""A form is held in memory. S3 takes 5 GB; Huntaze's parts have 8 MiB."""

_BOUNDARY: Final = re.compile(r'multipart/form-data;.*\bboundary="?([^";,]+)"?', re.IGNORECASE)
_NAME: Final = re.compile(r'\bname="([^"]*)"')
_FILENAME: Final = re.compile(r'\bfilename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Form:
    """The fields, by their names in lower case, and the bytes of the file."""

    fields: dict[str, str]
    file: bytes


def read(content_type: str, body: bytes) -> Form:
    """Take a form apart. Raises Fault."""
    boundary = _BOUNDARY.match(content_type)
    if boundary is None:
        raise Fault("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
    fields: dict[str, str] = {}
    # The first boundary has no line before it.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, separator, value = part.partition(b"\r\n\r\n")
        disposition = head.decode("utf-8", "replace")
        name = _NAME.search(disposition)
        if not separator or name is None:
            break
        if name[1].lower() == "file":
            given = _FILENAME.search(disposition)
            fields["key"] = fields.get("key", "").replace("${filename}", given[1] if given else "")
            return Form(fields, value)
        fields[name[1].lower()] = value.decode("utf-8", "replace")
    raise Fault("InvalidArgument", "POST requires exactly one file upload per request.")
