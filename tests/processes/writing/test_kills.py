"""Any process can be killed at any moment: nothing is lost, doubled or charged twice."""

from __future__ import annotations

import json
import threading
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.processes.product import Product
from tests.processes.writing.books import assert_books_agree

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

WITHIN_SECONDS = 90


@pytest.fixture(autouse=True)
def provider(product: Product, provider_of_the_product: OpenAIServer) -> OpenAIServer:
    """A provider that writes for about six seconds: time enough to kill somebody in the middle."""
    # Whoever the last test killed is back first.
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    provider = provider_of_the_product
    provider.reset()
    provider.script(text=" ".join(f"word{number}" for number in range(60)), chunk_delay=0.1, times=None)
    return provider


def writing(product: Product, provider: OpenAIServer) -> str:
    """Ask for a text, and return the generation's id once words arrive."""
    seen = len(provider.requests)
    status, generation = product.generate()
    assert status == 202
    product.wait_until(lambda: len(provider.requests) > seen, seconds=WITHIN_SECONDS)
    return str(generation["id"])


def status_of(product: Product, generation: str) -> str:
    return str(product.one(f"SELECT status FROM content_generation WHERE id = '{generation}'"))


def ended(product: Product, generation: str) -> bool:
    try:
        return status_of(product, generation) not in {"queued", "writing"}
    except psycopg.OperationalError:
        # The database may be the one that was killed.
        return False


def nothing_is_under_way(product: Product) -> bool:
    return product.rows("SELECT 1 FROM content_generation WHERE status IN ('queued', 'writing')") == []


def calls_of(product: Product, generation: str) -> list[tuple[Any, ...]]:
    return product.rows(
        "SELECT outcome FROM ai_routing_ledgerentry l JOIN content_variant v ON v.id = l.reference"
        f" WHERE v.generation_id = '{generation}' ORDER BY l.id"
    )


def assert_written_once(product: Product, generation: str) -> None:
    assert status_of(product, generation) == "done", calls_of(product, generation)
    (body, credits), *others = product.rows(
        f"SELECT body, credits FROM content_variant WHERE generation_id = '{generation}'"
    )
    assert not others
    assert body.endswith("word59")
    assert credits == 1
    assert (
        product.one(
            f"SELECT count(*) FROM content_generation g JOIN content c ON c.id = g.content_id WHERE g.id = '{generation}'"
        )
        == 1
    )
    finished = f"event = 'generation.finished' AND data->>'generation_id' = '{generation}'"
    assert product.one(f"SELECT count(*) FROM analytics_events WHERE {finished}") == 1


def test_the_worker_dies_while_it_writes(product: Product, provider: OpenAIServer) -> None:
    generation = writing(product, provider)

    product.kill("worker-interactive")

    product.wait_until(lambda: ended(product, generation), seconds=WITHIN_SECONDS)
    assert_written_once(product, generation)
    assert_books_agree(product)
    assert calls_of(product, generation) == [("lost",), ("completed",)]


def test_the_web_server_dies_while_a_client_waits(product: Product, provider: OpenAIServer) -> None:
    key = str(uuid4())
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(product.generate(wait=30, idempotency_key=key))
        except (OSError, json.JSONDecodeError) as error:
            answers.append(error)

    seen = len(provider.requests)
    client = threading.Thread(target=ask)
    client.start()
    product.wait_until(lambda: len(provider.requests) > seen, seconds=WITHIN_SECONDS)

    product.kill("web")

    client.join(120)
    assert isinstance(answers[0], OSError)
    generation = str(product.one(f"SELECT generation_id FROM content_idempotencykey WHERE key = '{key}'"))
    product.wait_until(lambda: ended(product, generation), seconds=WITHIN_SECONDS)
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_written_once(product, generation)

    def repeated() -> bool:
        status, body = product.generate(wait=30, idempotency_key=key)
        # Until the lock of the answer that never came is over.
        assert status in {201, 409}
        return status == 201 and body["id"] == generation

    product.wait_until(repeated, seconds=WITHIN_SECONDS)
    assert_books_agree(product)


def test_valkey_dies_while_a_worker_writes(product: Product, provider: OpenAIServer) -> None:
    generation = writing(product, provider)

    product.kill("valkey")

    product.wait_until(lambda: ended(product, generation), seconds=WITHIN_SECONDS)
    assert_written_once(product, generation)
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_books_agree(product)
    again = writing(product, provider)
    product.wait_until(lambda: ended(product, again), seconds=WITHIN_SECONDS)
    assert_written_once(product, again)


def test_postgresql_dies_while_a_worker_writes(product: Product, provider: OpenAIServer) -> None:
    generation = writing(product, provider)

    product.kill("postgres")

    product.wait_until(lambda: ended(product, generation), seconds=WITHIN_SECONDS)
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    assert_written_once(product, generation)
    assert_books_agree(product)


def asked_while_away(product: Product, part: str) -> list[tuple[int, dict[str, Any]]]:
    """Kill a part, and return what those were answered who asked for a text until it was back, and right after."""
    answers = []

    def is_back() -> bool:
        answers.append(product.generate())
        return product.answers()

    product.kill(part)
    product.wait_until(is_back, seconds=WITHIN_SECONDS)
    answers += [product.generate() for _ in range(4)]
    return answers


def test_requests_go_on_while_valkey_is_away(product: Product, provider: OpenAIServer) -> None:
    provider.script(text="A short text.", times=None)

    answers = asked_while_away(product, "valkey")

    assert {status for status, _ in answers} == {202}
    product.wait_until(lambda: nothing_is_under_way(product), seconds=WITHIN_SECONDS)
    assert {status_of(product, generation["id"]) for _, generation in answers} == {"done"}
    assert_books_agree(product)


def test_requests_are_told_to_come_again_while_postgresql_is_away_and_none_of_them_is_half_done(
    product: Product, provider: OpenAIServer
) -> None:
    provider.script(text="A short text.", times=None)
    # As in production, both web processes have more connections than one: each of them dies.
    clients = [threading.Thread(target=product.generate) for _ in range(40)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)

    answers = asked_while_away(product, "postgres")

    assert {status for status, _ in answers} <= {202, 503}
    assert {body["code"] for status, body in answers if status == 503} <= {"unavailable"}
    assert [status for status, _ in answers[-4:]] == [202] * 4
    product.wait_until(lambda: nothing_is_under_way(product), seconds=WITHIN_SECONDS)
    assert_books_agree(product)


def test_stop_ends_the_providers_work_and_charges_what_was_written(product: Product, provider: OpenAIServer) -> None:
    generation = writing(product, provider)

    status, _ = product.call("POST", f"/api/content/generations/{generation}/stop", {})

    assert status == 202
    product.wait_until(lambda: ended(product, generation), seconds=30)
    assert status_of(product, generation) == "stopped"
    body = product.one(f"SELECT body FROM content_variant WHERE generation_id = '{generation}'")
    assert 0 < len(body.split()) < 60
    product.wait_until(lambda: provider.requests[-1].outcome == "client_disconnected", seconds=30)
    assert_books_agree(product)


def test_two_hundred_at_once_with_credits_for_ten(product: Product, provider: OpenAIServer) -> None:
    provider.reset()
    # The first request of a month makes the row that is changed below.
    assert product.generate(wait=30)[0] == 201
    left = "SELECT used FROM billing_quotaperiod"
    used = product.one(left)
    (limit,) = product.rows("SELECT credit_limit FROM billing_quotaperiod")[0]
    product.rows(f"UPDATE billing_quotaperiod SET credit_limit = {used} + 10 RETURNING 1")
    answers: list[int] = []

    def ask() -> None:
        status, body = product.generate(wait=60)
        # On a slow machine some wait for a database connection in vain. They do what they are told.
        while body.get("code") == "unavailable":
            sleep(2)
            status, body = product.generate(wait=60)
        answers.append(status)

    clients = [threading.Thread(target=ask) for _ in range(200)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)

    product.rows(f"UPDATE billing_quotaperiod SET credit_limit = {limit} RETURNING 1")
    assert sorted(answers) == [201] * 10 + [402] * 190
    assert product.one(left) == used + 10
    assert_books_agree(product)


def test_the_same_key_twice_at_once_is_done_once(product: Product, provider: OpenAIServer) -> None:
    key = str(uuid4())
    answers: list[tuple[int, dict[str, object]]] = []
    clients = [
        threading.Thread(target=lambda: answers.append(product.generate(wait=30, idempotency_key=key)))
        for _ in range(5)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)

    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]
    assert {body["code"] for status, body in answers if status == 409} == {"idempotency_in_progress"}


def test_the_command_shows_the_text_and_what_it_cost(product: Product, provider: OpenAIServer) -> None:
    provider.reset()
    provider.script(text="A short text for the command line.", times=None)

    shown = product.manage("generate", "A sunny Monday in Lille")

    assert "A short text for the command line." in shown
    assert "gpt-4o-mini: Complexity" in shown
    assert shown.rstrip().endswith(", 1 credit")
