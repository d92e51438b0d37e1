from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Inbox:
    """An HTTP server that takes webhooks, or refuses the first `refuses` of them. A context manager."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused: list[tuple[str, bytes]] = []
        self.refuses = 0
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(handler) -> None:  # noqa: N805 - `self` is the inbox
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                with lock:
                    refuses = self.refuses > 0
                    self.refuses -= int(refuses)
                    (self.refused if refuses else self.taken).append((handler.headers["Stripe-Signature"], body))
                handler.send_response(500 if refuses else 200)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.taken]

    def __enter__(self) -> Inbox:
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.02), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
