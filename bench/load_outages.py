"""One thing that the product stands on is restarted under load: what is lost, what is charged twice, how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from bench.load_clients import Answer, Told, drive
from bench.load_product import Creator, Event, Loaded, restart
from tests.processes.writing.books import assert_books_agree

DEPENDENCIES: Final = ("postgres", "valkey", "provider", "worker-interactive")
AWAY_SECONDS: Final = 2.0
"""How long the provider is away; the others are away for as long as their supervisor takes."""

SLOW_MS: Final = 1_000.0
"""What takes longer than this under half of the knee's load is still waiting for what was ended."""

SETTLE_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class Outage:
    """What became of the writes that were acknowledged around one restart."""

    name: str
    answers: int
    refused: int
    unanswered: int
    generations: int
    webhooks: int
    given_up: int
    lost: int
    unfinished: int
    twice: int
    books: str
    recovery_seconds: float
    # The first text that was asked for afterwards, and the last of those that were under way.
    written_again_seconds: float | None
    taken_up_seconds: float | None
    settled_seconds: float

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.unfinished or self.twice or self.books or self.given_up)


def under(
    product: Loaded, creators: Sequence[Creator], events: Sequence[Event], name: str, *, clients: int, seconds: float
) -> Outage:
    """Drive the product, restart `name` when a third of the time is over, and look for every write afterwards."""
    with ThreadPoolExecutor(1) as aside:
        driven = aside.submit(drive, product, creators, events, clients=clients, seconds=seconds)
        time.sleep(seconds / 3)
        at = restart(product, name, away_seconds=AWAY_SECONDS)
        told = driven.result()
    ended_at = time.monotonic()
    unfinished = settled(product, told)
    settled_seconds = time.monotonic() - ended_at
    bad = [answer for answer in told.answers if not answer.is_good]
    again = [ended - at for asked, ended in told.written if asked > at]
    taken_up = [ended - at for asked, ended in told.written if asked <= at < ended]
    return Outage(
        name=name,
        answers=len(told.answers),
        refused=sum(1 for answer in bad if answer.status),
        unanswered=sum(1 for answer in bad if not answer.status),
        generations=len(told.generations),
        webhooks=len(told.webhooks),
        given_up=told.given_up,
        lost=lost(product, told),
        unfinished=unfinished,
        twice=twice(product, told),
        books=differences(product),
        recovery_seconds=recovery(told.answers, at),
        written_again_seconds=min(again, default=None),
        taken_up_seconds=max(taken_up, default=None),
        settled_seconds=settled_seconds,
    )


def recovery(answers: Sequence[Answer], at: float) -> float:
    """Return the seconds from `at` to the end of the last answer that was none, a refusal, or slow to come."""
    troubled = (one.at + one.ms / 1_000 for one in answers if not one.is_good or one.ms > SLOW_MS)
    return max((ended - at for ended in troubled if ended > at), default=0.0)


# --- What is found afterwards ---


def settled(product: Loaded, told: Told) -> int:
    """Wait until all that was acknowledged is done; return how much is not after SETTLE_SECONDS."""
    give_up_at = time.monotonic() + SETTLE_SECONDS
    left = -1
    while time.monotonic() < give_up_at:
        left = waiting(product, told)
        if left == 0:
            return 0
        time.sleep(0.5)
    return left


def waiting(product: Loaded, told: Told) -> int:
    texts = "SELECT count(*) FROM content_generation WHERE id = ANY(%s::uuid[]) AND finished_at IS NULL"
    events = "SELECT count(*) FROM billing_webhookevent WHERE event_id = ANY(%s) AND processed_at IS NULL"
    held = "SELECT count(*) FROM billing_reservation WHERE state = 'reserved' AND %s::text[] IS NOT NULL"
    return (
        count(product, texts, list(told.generations.values()))
        + count(product, events, list(told.webhooks))
        + count(product, held, [])
    )


def lost(product: Loaded, told: Told) -> int:
    """Return how many acknowledged writes are not there."""
    texts = "SELECT count(*) FROM content_generation WHERE id = ANY(%s::uuid[])"
    events = "SELECT count(*) FROM billing_webhookevent WHERE event_id = ANY(%s)"
    ids = set(told.generations.values())
    return (
        len(ids) - count(product, texts, list(ids)) + len(told.webhooks) - count(product, events, list(told.webhooks))
    )


def twice(product: Loaded, told: Told) -> int:
    """Return how many requests with one key became more than one text: each has a prompt of its own."""
    query = (
        "SELECT count(*) FROM (SELECT FROM content_generation WHERE prompt = ANY(%s) GROUP BY prompt"
        " HAVING count(*) > 1) more"
    )
    return count(product, query, [f"Rainy Sunday {key}" for key in told.generations])


def differences(product: Loaded) -> str:
    """Return what ledger, events, work, quota and reservations do not agree on; nothing when they do."""
    try:
        assert_books_agree(product)
    except AssertionError as error:
        return str(error).splitlines()[0] or "the books do not agree"
    return ""


def count(product: Loaded, query: str, values: list[Any]) -> int:
    return patiently(lambda: once(product, query, values))


def once(product: Loaded, query: str, values: list[Any]) -> int:
    with product.connect() as connection:
        row = connection.execute(query.encode(), [values]).fetchone()
        assert row is not None
        return int(row[0])


def patiently(ask: Callable[[], int]) -> int:
    """Ask again while the database is on its way back."""
    give_up_at = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            return ask()
        except psycopg.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.5)
