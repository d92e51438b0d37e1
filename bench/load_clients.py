"""The clients of bench/load.py: each does one thing after the other, as people, programs and Stripe do."""

from __future__ import annotations

import http.client
import json
import random
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from bench.gateway_servers import HOST
from bench.load_product import Creator, Event, Loaded
from devstack.stripe_server import delivery

# How often each is done, of a hundred.
MIX: Final = {"page": 45, "api": 25, "generation": 18, "webhook": 12}
PAGES: Final = ("/app/", "/app/posts", "/app/calendar", "/pricing")
READS: Final = ("/api/usage/", "/api/voices/", "/api/auth/me")
TIMEOUT_SECONDS: Final = 60
TRIES: Final = 40
PAUSE_SECONDS: Final = 0.5
GOOD: Final = range(200, 300)
NO_ANSWER: Final = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: when it was sent, how long the answer took, and its status (0: none came)."""

    kind: str
    at: float
    ms: float
    status: int

    @property
    def is_good(self) -> bool:
        return self.status in GOOD


@dataclass
class Told:
    """What all clients saw: answers, and the writes that were acknowledged."""

    answers: list[Answer] = field(default_factory=list)
    # Idempotency-Key to the id of the generation.
    generations: dict[str, str] = field(default_factory=dict)
    # When a text that was asked for had been read to its end, with when it was asked for.
    written: list[tuple[float, float]] = field(default_factory=list)
    webhooks: set[str] = field(default_factory=set)
    given_up: int = 0

    def add(self, other: Told) -> None:
        self.answers += other.answers
        self.generations |= other.generations
        self.written += other.written
        self.webhooks |= other.webhooks
        self.given_up += other.given_up


def drive(
    product: Loaded, creators: Sequence[Creator], events: Sequence[Event], *, clients: int, seconds: float
) -> Told:
    """Have so many clients ask at once for so long, and return what they saw."""
    until = time.monotonic() + seconds
    secret = product.provided["STRIPE_WEBHOOK_SECRET"]
    started = [Client(product.port, creators, events, secret, seed=number) for number in range(clients)]
    told = Told()
    with ThreadPoolExecutor(clients) as pool:
        for one in pool.map(lambda client: client.run(until), started):
            told.add(one)
    return told


class Client:
    """One that asks, waits for the answer, and asks for the next thing at once."""

    def __init__(
        self, port: int, creators: Sequence[Creator], events: Sequence[Event], secret: str, *, seed: int
    ) -> None:
        self.port, self.creators, self.events, self.secret = port, creators, events, secret
        self.random = random.Random(f"load {seed} {uuid4()}")
        self.creator = creators[seed % len(creators)]
        self.told = Told()
        self.connection: http.client.HTTPConnection | None = None

    def run(self, until: float) -> Told:
        kinds, weights = list(MIX), list(MIX.values())
        while time.monotonic() < until:
            match self.random.choices(kinds, weights)[0]:
                case "page":
                    self.ask("page", "GET", self.random.choice(PAGES), headers={"Cookie": self.creator.cookie})
                case "api":
                    self.ask("api", "GET", self.random.choice(READS), headers=self.by_key)
                case "generation":
                    self.generate()
                case _:
                    self.tell()
        self.hang_up()
        return self.told

    @property
    def by_key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.creator.key}"}

    def generate(self) -> None:
        """Have a text written, again and again under one key until that is acknowledged, and read it as it comes."""
        key, asked_at = str(uuid4()), time.monotonic()
        body = json.dumps({"prompt": f"Rainy Sunday {key}", "length": "medium", "again": True}).encode()
        headers = {**self.by_key, "Prefer": "respond-async", "Idempotency-Key": key}
        for _ in range(TRIES):
            status, content = self.ask("generation", "POST", "/api/content/generate", body, headers)
            if status in GOOD:
                row = str(json.loads(content)["id"])
                self.told.generations[key] = row
                if self.read(row):
                    self.told.written.append((asked_at, time.monotonic()))
                return
            time.sleep(PAUSE_SECONDS)
        self.told.given_up += 1

    def read(self, generation: str) -> bool:
        """Read the events of a text to their end, going on where they broke off; return whether they ended."""
        last, begun = "", time.monotonic()
        while time.monotonic() < begun + TIMEOUT_SECONDS:
            at = time.monotonic()
            try:
                ended, last = self.follow(generation, last, at)
                if ended:
                    return True
            except (OSError, http.client.HTTPException):
                self.told.answers.append(Answer("stream", at, (time.monotonic() - at) * 1_000, NO_ANSWER))
            self.hang_up()
            time.sleep(PAUSE_SECONDS)
        return False

    def follow(self, generation: str, last: str, at: float) -> tuple[bool, str]:
        headers = {**self.by_key, **({"Last-Event-ID": last} if last else {})}
        connection = self.connected()
        connection.request("GET", f"/api/content/generations/{generation}/events", headers=headers)
        answer = connection.getresponse()
        # The first line comes with the headers; the words come when they are written.
        first = answer.readline()
        self.told.answers.append(Answer("stream", at, (time.monotonic() - at) * 1_000, answer.status))
        if answer.status not in GOOD or not first:
            answer.read()
            return False, last
        while line := answer.readline():
            if line.startswith(b"id: "):
                last = line[4:].strip().decode()
            elif line.startswith((b"event: done", b"event: error")):
                answer.read()
                return True, last
        return False, last

    def tell(self) -> None:
        """Tell of an event as Stripe does: signed, and again until it is taken."""
        id = f"evt_{uuid4().hex}"
        body = json.dumps({**self.random.choice(self.events), "id": id}).encode()
        for _ in range(TRIES):
            signature = delivery.signature([self.secret], body, int(time.time()))
            status, _content = self.ask(
                "webhook", "POST", "/api/webhooks/stripe", body, {"Stripe-Signature": signature}
            )
            if status in GOOD:
                self.told.webhooks.add(id)
                return
            time.sleep(PAUSE_SECONDS)
        self.told.given_up += 1

    def ask(
        self, kind: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request, and note what became of it."""
        words: dict[str, Any] = {"Content-Type": "application/json", **(headers or {})}
        begun, status, content = time.monotonic(), NO_ANSWER, b""
        try:
            connection = self.connected()
            connection.request(method, path, body, words)
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
        self.told.answers.append(Answer(kind, begun, (time.monotonic() - begun) * 1_000, status))
        if status not in GOOD:
            # Whoever is refused does not come back at once.
            time.sleep(PAUSE_SECONDS)
        return status, content

    def connected(self) -> http.client.HTTPConnection:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT_SECONDS)
            self.connection.connect()
            # Else a body waits for the acknowledgement of its head.
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.connection

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
