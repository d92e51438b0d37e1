"""A provider that costs next to nothing, to measure what stands in front of it.

It answers every POST in the same words, billed as 1,124 tokens of prompt, 1,024 of them cached, and 150 of answer; streamed
when the request asks for it. It checks nothing and remembers nothing: tests.fakes.openai_server does. Run it with
`python -m bench.upstream --port 8090 --delay-ms 200`; it prints its base URL and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from typing import Any

HOST = "127.0.0.1"
USAGE = {
    "prompt_tokens": 1_124,
    "completion_tokens": 150,
    "total_tokens": 1_274,
    "prompt_tokens_details": {"cached_tokens": 1_024, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
TEXT = (
    "Rainy Sundays were made for slow mornings and a good latte by the window. I used to fill every hour of the weekend"
    " with errands, and by the evening I could not say where the day had gone. Now I keep the first two hours for myself."
    " The phone stays in another room, the cat claims the warm chair, and I watch the street wake up under a hundred"
    " umbrellas. Nothing much happens, and that is the whole point. Somewhere between the second sip and the last page of"
    " the chapter an idea usually shows up on its own, and it is nearly always better than the ones I chase at my desk."
    " If you have been running since Monday, take this as your sign: put the kettle on, open the curtains, and let the"
    " list wait until noon. Tell me in the comments what your perfect slow morning looks like."
)
MODEL = "gpt-4o-mini-2024-07-18"
CREATED = 1_795_000_000
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
STREAMED = re.compile(rb'"stream":\s*true')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="milliseconds before each answer")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.delay_ms / 1_000))


async def serve(port: int, delay_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(loop, delay_seconds), HOST, port, backlog=1_024)
    print(f"http://{HOST}:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


class Connection(asyncio.Protocol):
    """One connection, kept open. The next request of a client is expected after the answer to the one before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, delay_seconds: float) -> None:
        self.loop = loop
        self.delay_seconds = delay_seconds
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (body := self.next_body()) is not None:
            answer = STREAMED_ANSWER if STREAMED.search(body) else WHOLE_ANSWER
            if self.delay_seconds:
                self.loop.call_later(self.delay_seconds, self.send, answer)
            else:
                self.send(answer)

    def next_body(self) -> bytes | None:
        """Take a whole request from what was received, and return its body; None while it is not whole."""
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return None
        length = LENGTH.search(self.received, 0, head)
        end = head + 4 + (int(length[1]) if length else 0)
        if len(self.received) < end:
            return None
        body = bytes(self.received[head + 4 : end])
        del self.received[:end]
        return body

    def send(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


def whole_body() -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": TEXT, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return envelope("chat.completion", [choice]) | {"usage": USAGE}


def chunk_bodies() -> list[dict[str, Any]]:
    pieces: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
    pieces += [{"content": word} for word in re.findall(r"\s*\S+", TEXT)]
    chunks = [envelope("chat.completion.chunk", [piece(delta)]) for delta in pieces]
    chunks.append(envelope("chat.completion.chunk", [piece({}, "stop")]))
    chunks.append(envelope("chat.completion.chunk", []) | {"usage": USAGE})
    return chunks


def piece(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def envelope(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-bench",
        "object": kind,
        "created": CREATED,
        "model": MODEL,
        "choices": choices,
        "service_tier": "default",
        "system_fingerprint": "fp_bench",
    }


def response(content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\nx-request-id: req_bench\r\n\r\n"
    return head.encode() + body


WHOLE_ANSWER = response("application/json", json.dumps(whole_body()).encode())
STREAMED_ANSWER = response(
    "text/event-stream",
    b"".join(f"data: {data}\n\n".encode() for data in [*map(json.dumps, chunk_bodies()), "[DONE]"]),
)


if __name__ == "__main__":
    main()
