"""What the server can do, by the operations of Amazon's API reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from devstack.s3_server import cors, forms, policies, signatures
from devstack.s3_server.faults import Fault
from devstack.s3_server.store import Store, Stored

NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
# What is kept with an object and given back with it.
_KEPT: Final = ("content-type", "cache-control", "content-disposition", "content-encoding", "content-language")
_SETTINGS: Final = {
    "cors": "NoSuchCORSConfiguration",
    "publicAccessBlock": "",
    "lifecycle": "",
    "encryption": "",
    "versioning": "",
}
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was found to be allowed."""

    method: str
    bucket: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    # Reads the body a block at a time, and checks it against what was signed.
    body: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. `length` is that of `blocks`."""

    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    blocks: Iterator[bytes] | None = None
    length: int = 0


def xml(root: str, inner: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Return a document as S3 writes it: errors, and what forms are answered with, have no namespace."""
    namespace = "" if root in {"Error", "PostResponse"} else f' xmlns="{NAMESPACE}"'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{namespace}>{inner}</{root}>'.encode()
    return Answer(status, {"Content-Type": "application/xml"}, iter([text]), len(text))


class Operations:
    """The operations on one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def do(self, request: Request) -> Answer:
        """Find the operation that was asked for, and do it. Raises Fault."""
        whole = next(
            (name for name in ("uploads", "uploadId", "delete", "versions", *_SETTINGS) if name in request.query), ""
        )
        copies = "x-amz-copy-source" in request.headers
        operation = {
            ("PUT", False, "", False): self.make_bucket,
            ("HEAD", False, "", False): self.head_bucket,
            ("GET", False, "", False): self.list_objects,
            ("GET", False, "versions", False): self.list_versions,
            ("POST", False, "delete", False): self.delete_objects,
            ("PUT", True, "", False): self.put,
            ("PUT", True, "", True): self.copy,
            ("GET", True, "", False): self.get,
            ("HEAD", True, "", False): self.get,
            ("DELETE", True, "", False): self.delete,
            ("POST", True, "uploads", False): self.begin,
            ("PUT", True, "uploadId", False): self.put_part,
            ("PUT", True, "uploadId", True): self.copy_part,
            ("POST", True, "uploadId", False): self.complete,
            ("DELETE", True, "uploadId", False): self.abort,
        }.get((request.method, bool(request.key), whole, copies))
        if operation is None and whole in _SETTINGS and request.method in {"PUT", "GET"} and not request.key:
            operation = self.setting
        if operation is None or not request.bucket:
            raise Fault("NotImplemented", "This server of a laptop does not know the operation.")
        return operation(request)

    def make_bucket(self, request: Request) -> Answer:
        self.store.make(request.bucket)
        return Answer(headers={"Location": f"/{request.bucket}"})

    def head_bucket(self, request: Request) -> Answer:
        self.store.folder(request.bucket)
        return Answer()

    def setting(self, request: Request) -> Answer:
        name = next(name for name in _SETTINGS if name in request.query)
        path = self.store.setting(request.bucket, name)
        if request.method == "PUT":
            path.write_bytes(b"".join(request.body()))
            return Answer()
        if not path.exists() and name == "versioning":
            return xml("VersioningConfiguration", "")
        if not path.exists():
            raise Fault(_SETTINGS[name] or "NotImplemented", f"There is no {name} configuration.")
        text = path.read_bytes()
        return Answer(headers={"Content-Type": "application/xml"}, blocks=iter([text]), length=len(text))

    def list_objects(self, request: Request) -> Answer:
        if request.query.get("list-type") != "2" or request.query.get("delimiter"):
            raise Fault("NotImplemented", "This server lists by ListObjectsV2, without a delimiter.")
        prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        most = min(int(request.query.get("max-keys") or 1_000), 1_000)
        keys = [key for key in self.store.keys(request.bucket, prefix) if key > after]
        shown = keys[:most]
        more = len(keys) > len(shown)
        contents = "".join(_listed(self.store.find(request.bucket, key)) for key in shown)
        token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        return xml(
            "ListBucketResult",
            f"<Name>{request.bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(shown)}</KeyCount>"
            f"<MaxKeys>{most}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}",
        )

    def list_versions(self, request: Request) -> Answer:
        prefix, after = request.query.get("prefix", ""), request.query.get("key-marker", "")
        most = min(int(request.query.get("max-keys") or 1_000), 1_000)
        keys = [key for key in self.store.keys(request.bucket, prefix, with_deleted=True) if key > after]
        shown = keys[:most]
        more = len(keys) > len(shown)
        inner = "".join(self._versions_of(request.bucket, key) for key in shown)
        marker = f"<NextKeyMarker>{escape(shown[-1])}</NextKeyMarker>" if more else ""
        return xml(
            "ListVersionsResult",
            f"<Name>{request.bucket}</Name><Prefix>{escape(prefix)}</Prefix><MaxKeys>{most}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{marker}{inner}",
        )

    def _versions_of(self, bucket: str, key: str) -> str:
        """Return all versions of one object. A deletion that hides them is left out: its time is not kept."""
        old = [_listed(stored, "Version", latest=False) for stored in self.store.versions(bucket, key)]
        try:
            return "".join([_listed(self.store.find(bucket, key), "Version", latest=True), *old])
        except Fault:
            return "".join(old)

    def delete_objects(self, request: Request) -> Answer:
        root = _parsed(b"".join(request.body()))
        keys = [one.findtext("{*}Key") or "" for one in root.findall("{*}Object")]
        for key in keys:
            self.store.delete(request.bucket, key)
        return xml("DeleteResult", "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys))

    def put(self, request: Request) -> Answer:
        stored = self.store.write(request.bucket, request.key, request.body(), _kept(request.headers))
        return Answer(headers={"ETag": f'"{stored.etag}"'})

    def copy(self, request: Request) -> Answer:
        bucket, key, version = _source(request)
        known = self.store.find(bucket, key, version)
        replaces = request.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE"
        headers = _kept(request.headers) if replaces else known.headers
        stored = self.store.write(request.bucket, request.key, self.store.blocks(bucket, key, version=version), headers)
        return xml(
            "CopyObjectResult", f"<LastModified>{stored.changed}</LastModified><ETag>&quot;{stored.etag}&quot;</ETag>"
        )

    def get(self, request: Request) -> Answer:
        version = request.query.get("versionId", "")
        known = self.store.find(request.bucket, request.key, version)
        headers = {
            "Content-Type": known.headers.get("content-type", "binary/octet-stream"),
            "ETag": f'"{known.etag}"',
            "Last-Modified": format_datetime(datetime.fromisoformat(known.changed).astimezone(UTC), usegmt=True),
            "Accept-Ranges": "bytes",
        }
        for name, value in known.headers.items():
            headers[name.title()] = value
        for name, value in request.query.items():
            if name.startswith("response-"):
                headers[name.removeprefix("response-").title()] = value
        if known.etag in request.headers.get("if-none-match", ""):
            return Answer(HTTPStatus.NOT_MODIFIED, headers)
        start, length, status = _range(request.headers.get("range", ""), known.size)
        if status == HTTPStatus.PARTIAL_CONTENT:
            headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{known.size}"
        blocks = self.store.blocks(request.bucket, request.key, start, length, version)
        return Answer(status, headers, blocks, length)

    def delete(self, request: Request) -> Answer:
        self.store.delete(request.bucket, request.key)
        return Answer(HTTPStatus.NO_CONTENT)

    def begin(self, request: Request) -> Answer:
        upload = self.store.begin(request.bucket, request.key, _kept(request.headers))
        return xml(
            "InitiateMultipartUploadResult",
            f"<Bucket>{request.bucket}</Bucket><Key>{escape(request.key)}</Key><UploadId>{upload}</UploadId>",
        )

    def put_part(self, request: Request) -> Answer:
        stored = self.store.write_part(
            request.bucket, request.key, request.query["uploadId"], _number(request), request.body()
        )
        return Answer(headers={"ETag": f'"{stored.etag}"'})

    def copy_part(self, request: Request) -> Answer:
        bucket, key, version = _source(request)
        known = self.store.find(bucket, key, version)
        start, length, _ = _range(request.headers.get("x-amz-copy-source-range", ""), known.size)
        blocks = self.store.blocks(bucket, key, start, length, version)
        stored = self.store.write_part(request.bucket, request.key, request.query["uploadId"], _number(request), blocks)
        return xml(
            "CopyPartResult", f"<LastModified>{stored.changed}</LastModified><ETag>&quot;{stored.etag}&quot;</ETag>"
        )

    def complete(self, request: Request) -> Answer:
        root = _parsed(b"".join(request.body()))
        parts = [
            (int(part.findtext("{*}PartNumber") or 0), (part.findtext("{*}ETag") or "").strip().strip('"'))
            for part in root.findall("{*}Part")
        ]
        stored = self.store.complete(request.bucket, request.key, request.query["uploadId"], parts)
        return xml(
            "CompleteMultipartUploadResult",
            f"<Location>/{request.bucket}/{escape(request.key)}</Location><Bucket>{request.bucket}</Bucket>"
            f"<Key>{escape(request.key)}</Key><ETag>&quot;{stored.etag}&quot;</ETag>",
        )

    def abort(self, request: Request) -> Answer:
        self.store.abort(request.bucket, request.key, request.query["uploadId"])
        return Answer(HTTPStatus.NO_CONTENT)

    def post(self, bucket: str, content_type: str, body: bytes, keys: signatures.Keys, now: datetime) -> Answer:
        """Take a form of a browser: the signature of its policy, then the policy, then its file. Raises Fault."""
        self.store.folder(bucket)
        form = forms.read(content_type, body)
        signatures.check_form(form.fields, keys)
        policies.check_length(len(form.file), policies.enforce(form.fields, bucket, now=now))
        stored = self.store.write(bucket, form.fields.get("key", ""), iter([form.file]), _kept(form.fields))
        headers = {"ETag": f'"{stored.etag}"', "Location": f"/{bucket}/{stored.key}"}
        if form.fields.get("success_action_status") == "201":
            told = f"<Bucket>{bucket}</Bucket><Key>{escape(stored.key)}</Key><ETag>&quot;{stored.etag}&quot;</ETag>"
            return xml("PostResponse", told, HTTPStatus.CREATED)
        return Answer(HTTPStatus.NO_CONTENT, headers)

    def rules(self, bucket: str) -> list[cors.Rule]:
        """Return the CORS rules of a bucket; none when there is no such bucket."""
        try:
            path = self.store.setting(bucket, "cors")
        except Fault:
            return []
        return cors.rules(path.read_text(encoding="utf-8")) if path.exists() else []


def _listed(stored: Stored, element: str = "Contents", *, latest: bool | None = None) -> str:
    known = (
        "" if latest is None else f"<VersionId>{stored.version}</VersionId><IsLatest>{str(latest).lower()}</IsLatest>"
    )
    return (
        f"<{element}><Key>{escape(stored.key)}</Key>{known}<LastModified>{stored.changed}</LastModified>"
        f"<ETag>&quot;{stored.etag}&quot;</ETag><Size>{stored.size}</Size><StorageClass>STANDARD</StorageClass></{element}>"
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in headers if name in _KEPT or name.startswith("x-amz-meta-")}


def _source(request: Request) -> tuple[str, str, str]:
    path, _, query = request.headers["x-amz-copy-source"].partition("?")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, query.removeprefix("versionId=")


def _number(request: Request) -> int:
    number = request.query.get("partNumber", "")
    return int(number) if number.isdigit() else 0


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314 - signed by the server's own keys, on a laptop
    except ET.ParseError as error:
        raise Fault("MalformedXML", "The XML you provided was not well-formed.") from error


def _range(asked: str, size: int) -> tuple[int, int, HTTPStatus]:
    """Return where to begin, how much to send, and the status that says so. Raises Fault."""
    given = _RANGE.fullmatch(asked.strip())
    if given is None or given.groups() == ("", ""):
        return 0, size, HTTPStatus.OK
    first, last = given.groups()
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    else:
        start, end = max(0, size - int(last)), size - 1
    if start >= size or start > end:
        raise Fault("InvalidRange", "The requested range is not satisfiable")
    return start, end - start + 1, HTTPStatus.PARTIAL_CONTENT
