"""Tests reach this machine and nothing beyond it."""

from __future__ import annotations

import socket
import urllib.request

import openai
import pytest
import redis
from django.core.cache import cache
from django.db import connection

from ai_routing.providers import contract
from ai_routing.providers import openai as provider

# Reserved for documentation (RFC 5737, RFC 3849): nobody answers there, and a hole in the fence shows as a time-out.
FAR_AWAY = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"]

pytestmark = pytest.mark.timeout(5)


def refused() -> pytest.RaisesExc[Exception]:
    # As warnings are errors here, a test sees the warning that comes with the refusal.
    return pytest.raises((UserWarning, RuntimeError), match="A test tried to use socket")


@pytest.mark.parametrize("host", FAR_AWAY)
def test_no_test_connects_beyond_this_machine(host: str) -> None:
    with refused():
        socket.create_connection((host, 443), timeout=1)


def test_nor_does_the_standard_library() -> None:
    with refused():
        urllib.request.urlopen(f"http://{FAR_AWAY[0]}/", timeout=1)


def test_nor_do_our_clients() -> None:
    with refused():
        redis.Redis(host=FAR_AWAY[0], socket_connect_timeout=1).ping()
    client = provider.ChatCompletions(openai.OpenAI(base_url=f"http://{FAR_AWAY[0]}/v1", api_key="none", max_retries=0))
    with refused():
        client.stream(contract.Call("none", (contract.Message("user", "hello"),), 1, 0.0, "", stall_seconds=1))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        client.sendall(b"hello")
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(5) == b"hello"


@pytest.mark.django_db
def test_the_database_and_valkey_answer() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    cache.set("asked", "answered")
    assert cache.get("asked") == "answered"
