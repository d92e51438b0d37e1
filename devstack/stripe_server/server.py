"""The HTTP server: who asks, for which version, whether it was asked before, and what is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from devstack.stripe_server import controls, expanding, forms, pages, parameters, routes, schema, timeline
from devstack.stripe_server.controls import Controls
from devstack.stripe_server.delivery import Courier
from devstack.stripe_server.faults import Fault
from devstack.stripe_server.world import Object, World, shown

LARGEST: Final = 1 << 20
REMEMBERED_FOR: Final = 86_400
TICK: Final = 0.5


class Server(ThreadingHTTPServer):
    """A simulator for one account, with its webhooks and its clock. `key` is the account's secret key."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], key: str, file: Path | None = None) -> None:
        super().__init__(address, Handler)
        self.key = key
        self.lock = threading.RLock()
        self.world = World(file)
        self.world.settings["url"] = self.url
        self.controls = Controls()
        self.courier = Courier(self.world, self.lock, self.controls)
        self.is_over = threading.Event()
        self.ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def begin(self) -> None:
        """Let time pass and webhooks go out. Requests are answered by `serve_forever`."""
        self.courier.start()
        self.ticker.start()

    def end(self) -> None:
        """Stop all that `begin` and `serve_forever` started."""
        self.is_over.set()
        self.courier.stop()
        self.ticker.join()
        self.shutdown()
        self.server_close()

    def register(self, url: str, secret: str) -> None:
        """See that the endpoint of the application is there, with a secret that it knows."""
        with self.lock:
            known = next(self.world.all("webhook_endpoint", id="we_application"), None)
            fields = {
                "id": "we_application", "api_version": schema.version(), "enabled_events": ["*"], "status": "enabled",
                "url": url, "_secrets": [secret],
            }  # fmt: skip
            if known is None:
                self.world.add("webhook_endpoint", fields)
            else:
                known.update(fields)
            self.world.save()

    def _tick(self) -> None:
        while not self.is_over.wait(TICK):
            with self.lock:
                if timeline.run(self.world, None):
                    self.world.save()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "HuntazeLaptopStripe"
    # Head and body of an answer go out in one packet each; waiting for an acknowledgement in between takes 40 ms.
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        """Keep the log for what went wrong: addresses of pages are secrets."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_GET  # noqa: N815 - names of the standard library

    def _serve(self) -> None:
        url = urlsplit(self.path)
        self.asked = {name.lower(): value.strip() for name, value in self.headers.items()}
        length = int(self.asked.get("content-length") or 0)
        if length > LARGEST:
            self.close_connection = True
            self._send_json(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": {"message": "Too large", "type": "api_error"}}, {}
            )
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        if url.path.startswith("/v1/"):
            self._serve_api(url.path, body if self.command == "POST" else url.query)
        elif url.path.startswith("/_simulator/"):
            self._serve_controls(url.path.rpartition("/")[2], body)
        else:
            self._serve_page(url.path, body)

    # --- The API ---

    def _serve_api(self, path: str, form: str) -> None:
        id = f"req_{secrets.token_hex(7)}"
        headers = {"Request-Id": id, "Stripe-Version": schema.version()}
        key = self.asked.get("idempotency-key")
        if key:
            headers["Idempotency-Key"] = key
        try:
            self._check_caller()
            with self.server.lock:
                status, answer, again = self._once(path, form, key, id)
        except Fault as fault:
            status, answer, again = fault.status, shown(fault.body), False
            answer["error"]["request_log_url"] = f"{self.server.url}/logs/{id}"
        if again:
            headers["Idempotent-Replayed"] = "true"
        self._send_json(status, answer, headers)

    def _check_caller(self) -> None:
        given = self.asked.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "basic":
            token = base64.b64decode(token).decode("utf-8", "replace").partition(":")[0]
        if not token:
            raise Fault("You did not provide an API key.", status=HTTPStatus.UNAUTHORIZED)
        if not hmac.compare_digest(token.encode(), self.server.key.encode()):
            # What was sent may be a real key: it is not told again.
            raise Fault("Invalid API Key provided", status=HTTPStatus.UNAUTHORIZED)
        wanted = self.asked.get("stripe-version", schema.version())
        if wanted != schema.version():
            raise Fault(f"Invalid Stripe API version: {wanted}. This simulator speaks {schema.version()} alone.")

    def _once(self, path: str, form: str, key: str | None, id: str) -> tuple[int, Object, bool]:
        """Do a request, or give the answer that the same request got before."""
        world = self.server.world
        if not key or self.command != "POST":
            return (*self._do(path, form, key, id), False)
        digest = hashlib.sha256(f"{self.command} {path} {form}".encode()).hexdigest()
        before = world.answers.get(key)
        if before and before["at"] > time.time() - REMEMBERED_FOR:
            if before["digest"] != digest:
                raise Fault(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    f" Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error",
                )
            return before["status"], before["answer"], True
        self.server.controls.for_request(path)
        try:
            status, answer = self._do(path, form, key, id, is_checked=True)
        except Fault as fault:
            # What was refused before anything was done is not remembered, as with Stripe; what a bank declined is.
            if fault.status == HTTPStatus.PAYMENT_REQUIRED:
                self._remember(key, digest, fault.status, shown(fault.body))
            raise
        self._remember(key, digest, status, answer)
        return status, answer, False

    def _remember(self, key: str, digest: str, status: int, answer: Object) -> None:
        self.server.world.answers[key] = {"digest": digest, "status": status, "answer": answer, "at": time.time()}
        self.server.world.save()

    def _do(self, path: str, form: str, key: str | None, id: str, *, is_checked: bool = False) -> tuple[int, Object]:
        world = self.server.world
        if not is_checked:
            self.server.controls.for_request(path)
        route = routes.find(self.command, path)
        given = parameters.check(route.described, self.command, forms.decode(form))
        world.request = {"id": id, "idempotency_key": key}
        try:
            answer = route.operation(world, given, *route.ids)
            return HTTPStatus.OK, expanding.expand(world, answer, given.get("expand", ()))
        finally:
            world.request = {"id": None, "idempotency_key": None}
            if self.command != "GET":
                world.save()

    # --- The rest ---

    def _serve_controls(self, name: str, body: str) -> None:
        try:
            self._check_caller()
            with self.server.lock:
                if self.command == "GET":
                    told = {"waiting": len(self.server.world.outbox), "now": self.server.world.now()}
                else:
                    told = controls.act(self.server.world, self.server.controls, name, json.loads(body or "{}"))
                    self.server.world.save()
            self._send_json(HTTPStatus.OK, told, {})
        except Fault as fault:
            self._send_json(fault.status, shown(fault.body), {})

    def _serve_page(self, path: str, body: str) -> None:
        form = dict(parse_qsl(body, keep_blank_values=True)) if self.command == "POST" else None
        try:
            with self.server.lock:
                page = pages.serve(self.server.world, path, form)
                if form is not None:
                    self.server.world.save()
        except Fault as fault:
            status = HTTPStatus.NOT_FOUND if fault.status < HTTPStatus.INTERNAL_SERVER_ERROR else fault.status
            self._send(status, fault.message.encode(), {"Content-Type": "text/plain; charset=utf-8"})
            return
        if page.location:
            self._send(HTTPStatus.SEE_OTHER, b"", {"Location": page.location})
        else:
            self._send(page.status, page.body, {"Content-Type": page.type, "Cache-Control": "no-store"})

    def _send_json(self, status: int, answer: Object, headers: dict[str, str]) -> None:
        body = json.dumps(answer, indent=2).encode()
        self._send(status, body, {"Content-Type": "application/json", **headers})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
