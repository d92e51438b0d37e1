"""The process that serves the objects in a folder, on loopback, until it is told to end."""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from devstack.s3_server import cors, forms, signatures
from devstack.s3_server.faults import Fault
from devstack.s3_server.operations import Answer, Operations, Request, xml
from devstack.s3_server.store import BLOCK, Store


class Server(ThreadingHTTPServer):
    """A server for one store and one pair of keys."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], store: Store, keys: signatures.Keys) -> None:
        super().__init__(address, Handler)
        self.operations = Operations(store)
        self.keys = keys


# Pages of this machine alone may ask for what the bucket holds, and upload to it.
RULES = """<CORSConfiguration><CORSRule><AllowedOrigin>http://127.0.0.1:*</AllowedOrigin>
<AllowedOrigin>http://localhost:*</AllowedOrigin><AllowedMethod>POST</AllowedMethod><AllowedMethod>GET</AllowedMethod>
<AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>
</CORSRule></CORSConfiguration>"""


def make_bucket(store: Store, bucket: str) -> None:
    """Make the bucket, as `manage.py prepare_bucket` leaves a real one; on a laptop it is there from the start."""
    with suppress(Fault):
        store.make(bucket)
    store.setting(bucket, "cors").write_text(RULES, encoding="utf-8")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "HuntazeLaptopS3"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        """Keep the log for what went wrong: addresses hold signatures."""

    def handle_one_request(self) -> None:
        self.left = 0
        super().handle_one_request()

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - names of the standard library

    def _serve(self) -> None:
        self.url = urlsplit(self.path)
        self.asked = {name.lower(): value.strip() for name, value in self.headers.items()}
        self.left = int(self.asked.get("content-length") or 0)
        self.bucket, _, key = unquote(self.url.path).lstrip("/").partition("/")
        try:
            answer = self._answer(key)
        except Fault as fault:
            # What was not read of the body would be taken for the next request.
            self.close_connection = self.close_connection or self.left > 0
            told = f"<Code>{fault.code}</Code><Message>{escape(fault.message)}</Message>"
            answer = xml("Error", f"{told}<Resource>{escape(self.url.path)}</Resource>", fault.status)
        self._send(answer)

    def _answer(self, key: str) -> Answer:
        if self.command == "OPTIONS":
            return self._preflight()
        if self.asked.get("transfer-encoding"):
            raise Fault("MissingContentLength", "You must provide the Content-Length HTTP header.")
        now = datetime.now(UTC)
        query = parse_qsl(self.url.query, keep_blank_values=True)
        if self.command == "POST" and not key and "multipart/form-data" in self.asked.get("content-type", ""):
            if self.left > forms.LARGEST:
                raise Fault("EntityTooLarge", "This server takes forms of 64 MiB.")
            body = b"".join(self._read())
            return self.server.operations.post(self.bucket, self.asked["content-type"], body, self.server.keys, now)
        signatures.check(
            signatures.Asked(self.command, self.url.path, tuple(query), self.asked), self.server.keys, now=now
        )
        return self.server.operations.do(
            Request(self.command, self.bucket, key, dict(query), self.asked, self._checked)
        )

    def _preflight(self) -> Answer:
        headers = self.asked.get("access-control-request-headers", "")
        allowed = cors.answer(
            self.server.operations.rules(self.bucket),
            self.asked.get("origin", ""),
            self.asked.get("access-control-request-method", ""),
            [name.strip() for name in headers.split(",") if name.strip()],
        )
        if allowed is None:
            raise Fault("AccessDenied", "CORSResponse: This CORS request is not allowed.")
        return Answer(headers=allowed)

    def _read(self) -> Iterator[bytes]:
        while self.left > 0:
            block = self.rfile.read(min(BLOCK, self.left))
            if not block:
                raise Fault("IncompleteBody", "The request body terminated unexpectedly")
            self.left -= len(block)
            yield block

    def _checked(self) -> Iterator[bytes]:
        """Read the body, and hold it against the digests that were sent for it."""
        sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        for block in self._read():
            sha256.update(block)
            md5.update(block)
            yield block
        signed = self.asked.get("x-amz-content-sha256", signatures.UNSIGNED)
        if signed not in {signatures.UNSIGNED, sha256.hexdigest()}:
            raise Fault("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match.")
        if self.asked.get("content-md5") not in {None, base64.b64encode(md5.digest()).decode()}:
            raise Fault("BadDigest", "The Content-MD5 you specified did not match what we received.")

    def _send(self, answer: Answer) -> None:
        if self.left > 0:
            for _ in self._read():
                pass
        self.send_response(answer.status)
        for name, value in {**self._cors(), **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("x-amz-request-id", uuid.uuid4().hex[:16].upper())
        if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(answer.length))
        self.end_headers()
        if self.command != "HEAD" and answer.blocks is not None:
            for block in answer.blocks:
                self.wfile.write(block)

    def _cors(self) -> dict[str, str]:
        origin = self.asked.get("origin", "")
        if not origin or self.command == "OPTIONS":
            return {}
        return cors.answer(self.server.operations.rules(self.bucket), origin, self.command, []) or {}


def main() -> int:
    """Serve the store. Ends with SIGTERM or SIGINT. The keys are read from a file: nobody sees them among the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--bucket", required=True, action="append")
    parser.add_argument("--keys", required=True, type=Path)
    options = parser.parse_args()
    access, secret = options.keys.read_text(encoding="utf-8").split()
    store = Store(options.root)
    for bucket in options.bucket:
        make_bucket(store, bucket)
    server = Server((options.host, options.port), store, signatures.Keys(access, secret))

    def end(*_: object) -> None:
        # An object is moved into place whole: what is cut off leaves nothing.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(f"Objects are served at http://{options.host}:{options.port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
