"""Streams that end before their time: the client goes, or the provider breaks off."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from ai_routing import tokens
from ai_routing.models import LedgerEntry
from tests.ai_routing import books
from tests.ai_routing.compatible import chatting
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_pauses")]

LONG = "word " * 400


@pytest.fixture
def slowly(provider: OpenAIServer) -> OpenAIServer:
    """A provider that takes seconds for what it has to say."""
    provider.script(text=LONG, chunk_delay=0.02)
    return provider


@pytest.fixture
def connection(live_server: Any, alice: User) -> Iterator[http.client.HTTPConnection]:
    """A client's own connection, with a streamed chat asked for."""
    _, secret = api_keys.create(alice, name="test", now=timezone.now())
    address = urlsplit(live_server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    connection.request("POST", chatting.URL, json.dumps(chatting.body(stream=True)), headers)
    yield connection
    connection.close()


def assert_charged_for_the_words_so_far(user: User) -> None:
    books.wait_until(LedgerEntry.objects.exists, seconds=10)
    row = LedgerEntry.objects.get()
    assert row.outcome == "stopped"
    assert 0 < row.output_tokens < tokens.in_text(LONG)
    assert row.usage_source == "counted"
    assert row.credits > 0
    books.assert_books_agree(user)


def test_who_hangs_up_is_charged_for_the_words_so_far(
    slowly: OpenAIServer, connection: http.client.HTTPConnection, alice: User
) -> None:
    response = connection.getresponse()
    seen = b""
    while seen.count(b"word") < 5:
        seen += response.read1(1_000)

    response.close()
    connection.close()

    assert_charged_for_the_words_so_far(alice)


def test_a_reader_that_never_reads_on_is_a_hang_up(slowly: OpenAIServer, alice: User, alice_api: APIClient) -> None:
    response = chatting.ask(alice_api, stream=True)

    response.close()

    assert_charged_for_the_words_so_far(alice)


@pytest.mark.parametrize("fault", [Fault.CUT_MID_STREAM, Fault.ERROR_MID_STREAM, Fault.STREAM_ENDS_EARLY])
def test_what_breaks_off_ends_with_an_error_and_is_not_charged(
    fault: Fault, alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(fault, text=LONG, after_chunks=5)

    events = chatting.told(alice_api)

    assert chatting.words_of(events).startswith("word word")
    assert events[-1]["error"]["code"] == "ai_unavailable"
    assert "[DONE]" not in events
    # Its words cannot be taken back, so nobody else is asked.
    assert len(provider.requests) == 1
    chatting.assert_nothing_was_charged(alice)


def test_what_fails_before_its_first_word_is_asked_of_the_next(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(Fault.BAD_KEY)
    provider.script(text="Rain again.")

    events = chatting.told(alice_api)

    assert (chatting.words_of(events), events[-1]) == ("Rain again.", "[DONE]")
    assert [row.outcome for row in LedgerEntry.objects.order_by("pk")] == ["misconfigured", "completed"]
    books.assert_books_agree(alice)
