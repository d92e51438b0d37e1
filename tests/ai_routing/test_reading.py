"""Reading a provider's stream: the caller is never stuck in it, and nothing is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from time import monotonic

import pytest

from ai_routing import reading
from ai_routing.catalogue import Provider
from ai_routing.providers import contract, openai
from tests.ai_routing import sample
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.usefixtures("warm")

SOON_SECONDS = 1.0
"""The longest that a creator, or a worker, may wait for a stop to take effect."""


@dataclass(slots=True)
class Heard:
    """What a caller got from a provider before it ended, and how long that took in seconds."""

    text: str = ""
    pieces: list[contract.Delta] = field(default_factory=list)
    error: Exception | None = None
    seconds: float = 0.0


def listen(
    call: contract.Call,
    *,
    stop_requested: Callable[[Heard], bool] = lambda heard: False,
    seconds: float = 10.0,
) -> Heard:
    heard = Heard()
    started = monotonic()
    deltas = reading.deltas(
        openai.client(Provider.OPENAI),
        call,
        stop_requested=lambda: stop_requested(heard),
        give_up_at=started + seconds,
    )
    try:
        for delta in deltas:
            heard.pieces.append(delta)
            heard.text += delta.text
    except (reading.Stopped, contract.ProviderFailed) as error:
        heard.error = error
    heard.seconds = monotonic() - started
    return heard


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, reading.Reader)]


def assert_no_reader_within(seconds: float) -> None:
    until = monotonic() + seconds
    while readers() and monotonic() < until:
        time.sleep(0.02)
    assert readers() == []


def test_the_whole_answer_arrives_in_order_and_no_thread_stays(provider: OpenAIServer) -> None:
    provider.script(text="one two three four five", chunk_delay=0.01)

    heard = listen(sample.call())

    assert heard.error is None
    assert [piece.text for piece in heard.pieces if piece.text] == ["one", " two", " three", " four", " five"]
    assert heard.pieces[-1].usage is not None
    assert_no_reader_within(SOON_SECONDS)


def test_the_first_words_are_there_before_the_last_are_written(provider: OpenAIServer) -> None:
    provider.script(text="one two three four five six", chunk_delay=0.1)
    deltas = reading.deltas(
        openai.client(Provider.OPENAI), sample.call(), stop_requested=sample.never, give_up_at=monotonic() + 10
    )

    first = next(delta for delta in deltas if delta.text)

    assert first.text == "one"
    assert provider.requests[0].chunks_sent < 3
    assert "".join(delta.text for delta in deltas) == " two three four five six"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.SERVER_ERROR, contract.Unavailable),
        (Fault.RATE_LIMITED, contract.RateLimited),
        (Fault.BAD_KEY, contract.Misconfigured),
        (Fault.PROMPT_FILTERED, contract.ContentFiltered),
        (Fault.CONTEXT_TOO_LONG, contract.ContextTooLong),
        (Fault.CONNECTION_DROPPED, contract.Unavailable),
        (Fault.CUT_MID_STREAM, contract.Interrupted),
        (Fault.MALFORMED_JSON, contract.Malformed),
    ],
)
def test_what_the_provider_raises_reaches_the_caller_after_the_text_that_came_before(
    fault: Fault, kind: type[Exception], provider: OpenAIServer
) -> None:
    provider.script(fault)

    heard = listen(sample.call())

    assert type(heard.error) is kind
    assert heard.text == provider.requests[0].sent_text
    assert_no_reader_within(SOON_SECONDS)


def test_a_stop_before_the_first_byte_is_heard_at_once(provider: OpenAIServer) -> None:
    provider.script(Fault.HANG)
    stop_at = monotonic() + 0.2

    heard = listen(sample.call(stall_seconds=1.2), stop_requested=lambda _: monotonic() > stop_at)

    assert isinstance(heard.error, reading.Stopped)
    assert heard.seconds < SOON_SECONDS
    # Nothing can wake the thread that waits for a first byte; the call's own time-out ends it, and hangs up.
    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=1.2 + SOON_SECONDS)
    assert_no_reader_within(SOON_SECONDS)


def test_a_stop_in_mid_answer_keeps_what_came_and_hangs_up(provider: OpenAIServer) -> None:
    provider.script(text="word " * 400, chunk_delay=0.05)

    heard = listen(sample.call(max_output_tokens=1_000), stop_requested=lambda heard: heard.text.count("word") >= 3)

    assert isinstance(heard.error, reading.Stopped)
    assert heard.seconds < SOON_SECONDS
    assert heard.text.split() == ["word"] * 3
    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=SOON_SECONDS)
    assert_no_reader_within(SOON_SECONDS)


def test_a_stop_while_the_provider_hangs_in_mid_answer_is_heard_at_once(provider: OpenAIServer) -> None:
    provider.script(Fault.HANG_MID_STREAM)

    heard = listen(sample.call(stall_seconds=1.2), stop_requested=lambda heard: bool(heard.text))

    assert isinstance(heard.error, reading.Stopped)
    assert heard.seconds < SOON_SECONDS
    # A thread that waits in a read ends with the call's own time-out; greenlets, as workers use them, at once.
    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=1.2 + SOON_SECONDS)
    assert_no_reader_within(SOON_SECONDS)


def test_a_worker_s_greenlet_hangs_up_at_once_while_the_provider_hangs_in_mid_answer(provider: OpenAIServer) -> None:
    provider.script(Fault.HANG_MID_STREAM)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.ai_routing.stopping_worker", provider.url, provider.api_key],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        told = json.loads(worker.stdout.readline())
        # The worker lives on, and its read would wait for twenty seconds more.
        provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=SOON_SECONDS)
    finally:
        worker.kill()
        worker.communicate()

    assert told["text"] == provider.requests[0].sent_text
    assert told["seconds_to_stop"] < SOON_SECONDS


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.SLOW_FIRST_BYTE, Fault.HANG_MID_STREAM])
def test_silence_is_a_time_out(fault: Fault, provider: OpenAIServer) -> None:
    provider.script(fault)

    heard = listen(sample.call(stall_seconds=0.4))

    assert isinstance(heard.error, contract.TimedOut)
    assert 0.3 < heard.seconds < 0.4 + SOON_SECONDS
    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=SOON_SECONDS)
    assert_no_reader_within(SOON_SECONDS)


def test_an_answer_that_keeps_coming_is_not_silent(provider: OpenAIServer) -> None:
    provider.script(text="one two three four", chunk_delay=0.3)

    heard = listen(sample.call(stall_seconds=0.7))

    assert heard.error is None
    assert heard.text == "one two three four"
    assert heard.seconds > 0.7


@pytest.mark.parametrize(
    "behaviour", [{"fault": Fault.HANG}, {"text": "word " * 400, "chunk_delay": 0.05}], ids=["silent", "slow"]
)
def test_the_deadline_holds_for_the_silent_and_for_the_slow(
    behaviour: dict[str, object], provider: OpenAIServer
) -> None:
    provider.script(**behaviour)  # type: ignore[arg-type]  # a table of keyword arguments

    heard = listen(sample.call(stall_seconds=1.2, max_output_tokens=1_000), seconds=0.5)

    assert isinstance(heard.error, contract.TimedOut)
    assert 0.5 <= heard.seconds < 0.5 + SOON_SECONDS
    assert bool(heard.text) is ("text" in behaviour)
    assert_no_reader_within(1.2 + SOON_SECONDS)


def test_a_caller_that_walks_away_ends_the_call_too(provider: OpenAIServer) -> None:
    provider.script(text="word " * 400, chunk_delay=0.05)
    deltas = reading.deltas(
        openai.client(Provider.OPENAI), sample.call(), stop_requested=sample.never, give_up_at=monotonic() + 10
    )
    next(delta for delta in deltas if delta.text)

    assert isinstance(deltas, Generator)
    deltas.close()

    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=SOON_SECONDS)
    assert_no_reader_within(SOON_SECONDS)


def test_many_streams_are_read_side_by_side(provider: OpenAIServer) -> None:
    provider.script(text="one two three four", chunk_delay=0.05, times=None)
    heard: list[Heard] = []
    threads = [threading.Thread(target=lambda: heard.append(listen(sample.call()))) for _ in range(20)]

    started = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one.text for one in heard] == ["one two three four"] * 20
    # One after the other they would take five seconds.
    assert monotonic() - started < 3
    assert_no_reader_within(SOON_SECONDS)
