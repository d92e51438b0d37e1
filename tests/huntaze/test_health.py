"""`/healthz` and `/readyz`, as a load balancer asks them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from ai_routing import streams
from huntaze import health

PARTS = ["database", "cache", "streams", "queue"]
SECRET = "hush-hush"


@pytest.fixture
def away() -> str:
    """The address of a Valkey that is away, with a password that nobody may see."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"redis://:{SECRET}@127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def break_part(settings: Any, monkeypatch: pytest.MonkeyPatch, away: str) -> Iterator[Callable[[str], None]]:
    def refuse() -> None:
        raise OperationalError(f'connection to server at "10.0.0.1" failed: password {SECRET}')

    def break_it(part: str) -> None:
        match part:
            case "database":
                monkeypatch.setattr(connection, "cursor", refuse)
            case "cache":
                settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": away}}
            case "streams":
                settings.REDIS_URL = away
                streams.valkey.cache_clear()
            case "queue":
                settings.CELERY_BROKER_URL = away

    yield break_it
    streams.valkey.cache_clear()


def test_this_file_breaks_every_part_that_is_asked() -> None:
    assert list(health.PROBES) == PARTS


@pytest.mark.django_db
def test_ready_when_every_part_answers(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", **dict.fromkeys(PARTS, "ok")}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_not_ready_when_a_part_is_down_and_it_is_named(
    part: str, client: Client, break_part: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    break_part(part)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "down", **dict.fromkeys(PARTS, "ok"), part: "down"}
    assert f"Not ready: {part}" in caplog.text
    for told in (response.content.decode(), caplog.text):
        assert SECRET not in told
        assert "127.0.0.1" not in told


@pytest.mark.django_db
def test_alive_as_long_as_the_process_is(
    client: Client, break_part: Callable[[str], None], django_assert_num_queries: Any
) -> None:
    for part in PARTS[1:]:
        break_part(part)

    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_may_ask_by_address_over_plain_http(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client(headers={"Host": "10.0.0.7:8000"})

    assert client.get("/").status_code in {301, 400}, "what is asked of everybody else"
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
