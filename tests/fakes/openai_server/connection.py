"""One HTTP/1.1 connection to the fake: reads requests, writes answers, and notices when the client goes away."""

import json
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.openai_server import answers, behaviours, bodies, control, embeddings, errors, prompts
from tests.fakes.openai_server.behaviours import Behaviour, Fault, Provider
from tests.fakes.openai_server.journal import Outcome, RecordedRequest, masked
from tests.fakes.openai_server.listener import Listener

_AZURE_PREFIX = "/openai/"
_MID_ANSWER = {Fault.HANG_MID_STREAM, Fault.CUT_MID_STREAM, Fault.STREAM_ENDS_EARLY, Fault.ERROR_MID_STREAM}


class _ConnectionLost(Exception):
    """The connection was closed, by the client or by a stop of the server, before the answer was complete."""


class _CutByFault(Exception):
    """A fault wants the answer to end here; a clean end leaves the connection open for the next request."""

    def __init__(self, *, is_clean: bool = False) -> None:
        super().__init__(is_clean)
        self.is_clean = is_clean


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "openai-fake"
    disable_nagle_algorithm = True
    server: Listener
    _record: RecordedRequest

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class named it
        """Say nothing: the journal keeps what matters."""

    def _serve(self) -> None:
        body = self._read_body()
        path = urlsplit(self.path).path
        if path.startswith(control.PREFIX):
            self._control(path, body)
            return
        vendor = self.server.vendor
        self._record = RecordedRequest(
            id=f"req_{vendor.next_number():024x}",
            provider="azure" if path.startswith(_AZURE_PREFIX) else "openai",
            method=self.command,
            path=self.path,
            headers=masked({name.lower(): value for name, value in self.headers.items()}),
            body=body,
            received_at=datetime.now(UTC),
        )
        vendor.journal.add(self._record)
        outcome = Outcome.COMPLETE
        try:
            with self.server.answering(self.connection):
                self._answer(path, body)
        except _CutByFault as cut:
            outcome, self.close_connection = Outcome.CUT, not cut.is_clean
        except (_ConnectionLost, OSError):
            dropped = self.server.was_dropped(self.connection)
            outcome = Outcome.SERVER_STOPPED if dropped else Outcome.CLIENT_DISCONNECTED
            self.close_connection = True
        finally:
            with vendor.journal.changing():
                self._record.outcome = outcome

    def _read_body(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            return raw.decode(errors="replace")

    def _control(self, path: str, body: Any) -> None:
        def reset() -> None:
            self.server.vendor.reset()
            self.server.drop_answers()

        try:
            answer = control.carry_out(self.server.vendor, reset, self.command, path, body)
            status = 200
        except control.ControlRefused as error:
            answer, status = {"error": str(error)}, error.status
        data = json.dumps(answer, ensure_ascii=False).encode()
        self._send_head(status, _json_headers(data))
        self._write(data)

    def _answer(self, path: str, body: Any) -> None:
        try:
            self._check_key()
            match path.strip("/").split("/"):
                case ["v1", "models"] if self.command == "GET":
                    self._send_json(200, bodies.models(self.server.vendor.models))
                case ["openai", "models"] if self.command == "GET" and self._has_api_version():
                    self._send_json(200, bodies.models(self.server.vendor.models))
                case ["openai", "v1", "models"] if self.command == "GET":
                    self._send_json(200, bodies.models(self.server.vendor.models))
                case ["v1", "chat", "completions"] | ["openai", "v1", "chat", "completions"] if self.command == "POST":
                    self._chat(prompts.read(body, provider=self._record.provider, deployment=None))
                case ["openai", "deployments", name, "chat", "completions"] if (
                    self.command == "POST" and self._has_api_version()
                ):
                    self._chat(prompts.read(body, provider="azure", deployment=unquote(name)))
                case ["v1", "embeddings"] | ["openai", "v1", "embeddings"] if self.command == "POST":
                    self._embed(embeddings.read(body, deployment=None))
                case ["openai", "deployments", name, "embeddings"] if (
                    self.command == "POST" and self._has_api_version()
                ):
                    self._embed(embeddings.read(body, deployment=unquote(name)))
                case _:
                    raise errors.unknown_url(self._record.provider, self.command, path)
        except errors.VendorError as error:
            self._send_json(error.status, error.body, error.headers)

    def _has_api_version(self) -> bool:
        return bool(parse_qs(urlsplit(self.path).query).get("api-version"))

    def _check_key(self) -> None:
        provider = self._record.provider
        given = self.headers.get("authorization", "").removeprefix("Bearer ")
        if provider == "azure":
            # A bearer token is how Azure takes an Entra identity.
            given = self.headers.get("api-key") or given
        if given != self.server.vendor.api_key:
            raise errors.bad_key(provider, f"{given[:3]}***{given[-4:]}" if given else "")

    def _chat(self, request: prompts.ChatRequest) -> None:
        behaviour = self._behaviour("chat", request.model, request.prompt.user_text)
        self._refuse(request.model, behaviour, used=request.prompt.tokens + (request.max_tokens or 0))
        answer = answers.compose(request, behaviour)
        envelope = self._envelope(request, behaviour, answer)
        if request.stream:
            self._stream(envelope, answer, behaviour, include_usage=request.include_usage)
        else:
            self._send_whole(bodies.completion(envelope, answer), behaviour)

    def _embed(self, request: embeddings.EmbeddingRequest) -> None:
        behaviour = self._behaviour("embeddings", request.model, "\n".join(request.texts))
        self._refuse(request.model, behaviour, used=0)
        if request.model not in embeddings.MODELS:
            raise errors.invalid_request("This model does not support the specified operation.", param="model")
        body = embeddings.body_of(request, with_usage=behaviour.fault is not Fault.MISSING_USAGE)
        if behaviour.fault is Fault.EMPTY_ANSWER:
            body["data"] = []
        self._send_whole(body, behaviour)

    def _behaviour(self, endpoint: behaviours.Endpoint, model: str, prompt: str) -> Behaviour:
        """Choose how to treat a request, and wait or break off as it says before a word of the answer."""
        vendor, provider = self.server.vendor, self._record.provider
        self._record.model = model
        try:
            behaviour = vendor.behaviour(endpoint, provider, model, prompt)
        except behaviours.BehaviourInvalid as error:
            raise errors.invalid_request(str(error), code="fake_marker_invalid") from error
        with vendor.journal.changing():
            self._record.fault = behaviour.fault
        self._wait(vendor.first_byte_seconds(behaviour))
        if behaviour.fault is Fault.HANG:
            self._wait(None)
        if behaviour.fault is Fault.CONNECTION_DROPPED:
            raise _CutByFault
        return behaviour

    def _refuse(self, model: str, behaviour: Behaviour, *, used: int) -> None:
        """Raise the error that a fault, an unknown model or too long a prompt of `used` tokens gets."""
        vendor, provider = self.server.vendor, self._record.provider
        error = errors.of_fault(behaviour.fault, provider, model, retry_after=behaviour.retry_after)
        if error is not None:
            raise error
        if model not in vendor.models:
            raise errors.model_not_found(provider, model)
        limit = vendor.context_tokens
        if behaviour.fault is Fault.CONTEXT_TOO_LONG:
            raise errors.context_too_long(limit, limit + used)
        if used > limit:
            raise errors.context_too_long(limit, used)

    def _envelope(self, request: prompts.ChatRequest, behaviour: Behaviour, answer: answers.Answer) -> bodies.Envelope:
        provider: Provider = self._record.provider
        cache = self.server.vendor.use_cache(provider, request, now=self._told_time())
        usage = bodies.usage(prompt_tokens=request.prompt.tokens, cache=cache, completion_tokens=answer.tokens)
        return bodies.Envelope(
            provider=provider,
            id=f"chatcmpl-{self._record.id.removeprefix('req_')}",
            created=int(self._record.received_at.timestamp()),
            model=request.model,
            usage=None if behaviour.fault is Fault.MISSING_USAGE else usage,
        )

    def _told_time(self) -> float | None:
        """Read the time that the request itself tells, in seconds of the caller's own count."""
        told = self.headers.get("x-fake-now")
        try:
            return None if told is None else float(told)
        except ValueError:
            raise errors.invalid_request(f"X-Fake-Now must be seconds, not {told!r}.") from None

    def _send_whole(self, body: dict[str, Any], behaviour: Behaviour) -> None:
        if behaviour.fault is Fault.ERROR_MID_STREAM:
            raise errors.server_error(self._record.provider)
        data = json.dumps(body, ensure_ascii=False).encode()
        half = data[: len(data) // 2]
        if behaviour.fault is Fault.MALFORMED_JSON:
            self._begin(200, _json_headers(half))
            self._write(half)
            return
        self._begin(200, _json_headers(data))
        if behaviour.fault in _MID_ANSWER:
            self._write(half)
            if behaviour.fault is Fault.HANG_MID_STREAM:
                self._wait(None)
            raise _CutByFault
        self._write(data)

    def _stream(
        self, envelope: bodies.Envelope, answer: answers.Answer, behaviour: Behaviour, *, include_usage: bool
    ) -> None:
        fault, seconds = behaviour.fault, self.server.vendor.chunk_seconds(behaviour)
        strikes = fault in _MID_ANSWER or fault is Fault.MALFORMED_JSON
        texts = answer.chunks[: behaviour.after_chunks] if strikes else answer.chunks
        self._begin(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
        self._send_events(bodies.opening_chunks(envelope))
        for text, chunk in zip(texts, bodies.text_chunks(envelope, texts), strict=True):
            self._wait(seconds)
            self._send_event(json.dumps(chunk, ensure_ascii=False))
            with self.server.vendor.journal.changing():
                self._record.chunks_sent += 1
                self._record.sent_text += text
        match fault:
            case Fault.HANG_MID_STREAM:
                self._wait(None)
            case Fault.CUT_MID_STREAM:
                raise _CutByFault
            case Fault.STREAM_ENDS_EARLY:
                self._write(b"0\r\n\r\n")
                # As of a proxy that lost the vendor: to close now would strike whoever asks next on this connection.
                raise _CutByFault(is_clean=True)
            case Fault.ERROR_MID_STREAM:
                self._send_event(json.dumps(errors.server_error(envelope.provider).body))
            case Fault.MALFORMED_JSON:
                self._send_event('{"id": "chatcmpl-1", "choices": [{"index": 0, "del')
            case _:
                self._wait(seconds)
                self._send_events(bodies.closing_chunks(envelope, answer, include_usage=include_usage))
        self._send_event("[DONE]")
        self._write(b"0\r\n\r\n")

    def _send_events(self, chunks: Iterable[dict[str, Any]]) -> None:
        for chunk in chunks:
            self._send_event(json.dumps(chunk, ensure_ascii=False))

    def _send_event(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self._write(b"%x\r\n%b\r\n" % (len(event), event))

    def _send_json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self._begin(status, _json_headers(data) | (headers or {}))
        self._write(data)

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self._record.status = status
        own = {"x-request-id": self._record.id}
        if self._record.provider == "azure":
            own["apim-request-id"] = self._record.id
        self._send_head(status, own | headers)

    def _send_head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)

    def _wait(self, seconds: float | None) -> None:
        """Wait, for ever if `seconds` is None, and raise _ConnectionLost as soon as the connection is closed.

        Reading ahead is how a close is noticed: a write to a closed connection would still succeed once.
        """
        until = None if seconds is None else time.monotonic() + seconds
        self.connection.settimeout(seconds)
        try:
            ahead = self.connection.recv(1, socket.MSG_PEEK)
        except (TimeoutError, BlockingIOError):
            return
        except OSError as error:
            raise _ConnectionLost from error
        finally:
            self.connection.settimeout(None)
        if not ahead:
            raise _ConnectionLost
        # The client has sent its next request already; a close after that goes unnoticed until a write fails.
        self.server.pause(self.connection, None if until is None else until - time.monotonic())
        if self.server.was_dropped(self.connection):
            raise _ConnectionLost


def _json_headers(data: bytes) -> dict[str, str]:
    return {"content-type": "application/json", "content-length": str(len(data))}
