"""Sentry's ingestion: takes envelopes at a project's endpoint, and takes them apart by the developer documentation.

develop.sentry.dev/sdk/data-model/envelopes: a line of JSON, then for each item a line of JSON and its payload.
"""

from __future__ import annotations

import gzip
import http.server
import json
import re
import threading
from collections.abc import Callable
from typing import Any, Self

import brotli

KEY = "0123456789abcdef0123456789abcdef"
PROJECT = 7
UNPACKED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}


class Sentry:
    """One project. `items` has (type, payload), `raw` every body as it came out of gzip."""

    def __init__(self) -> None:
        self.items: list[tuple[str, Any]] = []
        self.raw: list[bytes] = []
        self.refusals: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = UNPACKED[self.headers.get("Content-Encoding", "")](body)
                key = re.search(r"sentry_key=(\w+)", self.headers.get("X-Sentry-Auth", ""))
                known = key is not None and key.group(1) == KEY
                if self.path != f"/api/{PROJECT}/envelope/" or not known:
                    outer.refusals.append(self.path)
                    self.send_error(403)
                    return
                outer.raw.append(body)
                outer.items.extend(items(body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.dsn = f"http://{KEY}@127.0.0.1:{self.server.server_address[1]}/{PROJECT}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def of(self, kind: str) -> list[Any]:
        return [payload for found, payload in list(self.items) if found == kind]


def items(envelope: bytes) -> list[tuple[str, Any]]:
    _header, _, rest = envelope.partition(b"\n")
    found = []
    while rest.strip():
        head, _, rest = rest.partition(b"\n")
        told = json.loads(head)
        length = told.get("length")
        payload, rest = (rest[:length], rest[length + 1 :]) if length is not None else rest.split(b"\n", 1)
        found.append((told["type"], json.loads(payload)))
    return found
