"""Slack, PagerDuty and AWS, as far as we speak with them: servers of this machine that refuse what theirs would.

Slack: docs.slack.dev, "Sending messages using incoming webhooks" and the reference of blocks. PagerDuty: "Send an alert
event", Events API v2. AWS: the models that botocore carries, by which Amazon's own client is made.
"""

from __future__ import annotations

import datetime
import http.server
import json
import re
import threading
from collections.abc import Callable
from typing import Any, Self

import botocore.session
from botocore.validate import ParamValidator

HOOK = "/services/T0000/B0000/not-a-real-one"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
Answer = tuple[int, str, str]


class Receiver:
    """One server. `taken` has the bodies that it took, `refusals` what it said to the others."""

    def __init__(self, answer: Callable[[str, dict[str, str], Any], Answer]) -> None:
        self.taken: list[Any] = []
        self.refusals: list[str] = []
        # Statuses to answer with first, whatever is asked.
        self.faults: list[int] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if outer.faults:
                    status, kind, text = outer.faults.pop(0), "text/plain", "fault"
                else:
                    status, kind, text = answer(self.path, dict(self.headers), body)
                    (outer.taken if status < 300 else outer.refusals).append(body if status < 300 else text)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def slack() -> Receiver:
    """Return a workspace with one incoming webhook, at HOOK."""

    def answer(path: str, headers: dict[str, str], body: Any) -> Answer:
        if path != HOOK:
            return 404, "text/html", "no_service"
        if not headers.get("Content-Type", "").startswith("application/json") or not isinstance(body.get("text"), str):
            return 400, "text/html", "invalid_payload"
        if not all(_is_block(block) for block in body.get("blocks", [])) or len(body.get("blocks", [])) > 50:
            return 400, "text/html", "invalid_blocks"
        return 200, "text/html", "ok"

    return Receiver(answer)


def _is_block(block: Any) -> bool:
    match block:
        case {"type": "header", "text": {"type": "plain_text", "text": str(text)}}:
            return 0 < len(text) <= 150
        case {"type": "section", "fields": [*fields]}:
            return 0 < len(fields) <= 10 and all(
                field["type"] == "mrkdwn" and 0 < len(field["text"]) <= 2000 for field in fields
            )
        case {"type": "actions", "elements": [*elements]}:
            return all(
                element["type"] == "button" and element["text"]["type"] == "plain_text"
                and len(element["text"]["text"]) <= 75 and len(element.get("url", "")) <= 3000
                for element in elements
            )  # fmt: skip
    return False


def pagerduty() -> Receiver:
    """Return PagerDuty with one service, whose integration has ROUTING_KEY."""

    def answer(path: str, _headers: dict[str, str], event: Any) -> Answer:
        errors = list(_errors(event)) if path == "/v2/enqueue" else ["no such path"]
        if errors:
            said = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
            return 400, "application/json", json.dumps(said)
        said = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return 202, "application/json", json.dumps(said)

    return Receiver(answer)


def _errors(event: Any) -> list[str]:
    errors = []
    if event.get("routing_key") != ROUTING_KEY:
        errors.append("routing_key")
    if event.get("event_action") not in {"trigger", "acknowledge", "resolve"}:
        errors.append("event_action")
    if event.get("event_action") != "trigger" and not event.get("dedup_key"):
        errors.append("dedup_key")
    if len(event.get("dedup_key", "")) > 255:
        errors.append("dedup_key is too long")
    if event.get("event_action") == "trigger":
        payload = event.get("payload", {})
        errors += [name for name in ("summary", "source", "severity") if not payload.get(name)]
        if payload.get("severity") not in {"critical", "error", "warning", "info"} or len(payload["summary"]) > 1024:
            errors.append("payload")
        errors += ["links" for link in event.get("links", []) if not link.get("href")]
    return errors


def aws(service: str, answers: dict[str, Any]) -> Receiver:
    """Return a service of AWS that speaks JSON. `answers` has, by operation, what it says, or an error's code as text."""
    model = botocore.session.get_session().get_service_model(service)

    def answer(_path: str, headers: dict[str, str], body: Any) -> Answer:
        kind = f"application/x-amz-json-{model.metadata['jsonVersion']}"
        prefix, _, operation = headers["X-Amz-Target"].partition(".")
        assert prefix == model.metadata["targetPrefix"]
        assert re.match(r"AWS4-HMAC-SHA256 Credential=", headers["Authorization"])
        asked = model.operation_model(operation)
        assert asked.input_shape is not None
        report = ParamValidator().validate(body, asked.input_shape)
        if report.has_errors():
            return 400, kind, json.dumps({"__type": "ValidationException", "message": report.generate_report()})
        said = answers[operation]
        if isinstance(said, str):
            return 400, kind, json.dumps({"__type": said, "message": "said by the receiver"})
        assert asked.output_shape is not None
        found = ParamValidator().validate(said, asked.output_shape)
        assert not found.has_errors(), found.generate_report()
        return 200, kind, json.dumps(said, default=_seconds)

    return Receiver(answer)


def _seconds(value: object) -> float:
    assert isinstance(value, datetime.datetime)
    return value.timestamp()
