"""The bench's upstream says what a vendor could say, whole and streamed, and on one connection again and again."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import toktok
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from bench import upstream
from tests.fakes.asking import ask, stream, text_of


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "bench.upstream", "--delay-ms", "50"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.kill()


def test_its_bodies_fit_the_published_schema() -> None:
    ChatCompletion.model_validate(upstream.whole_body(), strict=True)
    for chunk in upstream.chunk_bodies():
        ChatCompletionChunk.model_validate(chunk, strict=True)


def test_its_text_has_about_the_tokens_that_it_bills() -> None:
    assert toktok.batch_count([upstream.TEXT], "o200k_base")[0] == pytest.approx(150, abs=25)


@pytest.mark.timeout(30)
def test_it_answers_whole_and_streamed_after_its_delay(url: str) -> None:
    with OpenAI(base_url=url, api_key="none", max_retries=0, timeout=5) as client:
        ask(client)
        started = time.monotonic()
        whole, chunks = ask(client), list(stream(client))
        assert time.monotonic() - started >= 0.1

    assert whole.choices[0].message.content == text_of(chunks) == upstream.TEXT
    for usage in (whole.usage, chunks[-1].usage):
        assert usage is not None
        assert usage.prompt_tokens_details is not None
        assert (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens, usage.completion_tokens) == (
            1_124,
            1_024,
            150,
        )


def test_a_request_may_come_in_pieces_and_two_may_come_at_once() -> None:
    connection = upstream.Connection.__new__(upstream.Connection)
    connection.received = bytearray()
    request = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"
    taken = []
    for byte in request + request:
        connection.received.append(byte)
        if (body := connection.next_body()) is not None:
            taken.append(body)
    assert taken == [b"body", b"body"]
