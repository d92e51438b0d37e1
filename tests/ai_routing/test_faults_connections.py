"""However an answer ends, its connection is given back or closed at once, and not when the garbage collector finds it."""

from __future__ import annotations

import contextlib

import pytest

from ai_routing.catalogue import Provider
from ai_routing.providers import contract, openai
from tests.ai_routing import sample
from tests.fakes.openai_server import Fault, OpenAIServer

AFTER_THE_FIRST_BYTE = [
    Fault.HANG_MID_STREAM,
    Fault.CUT_MID_STREAM,
    Fault.STREAM_ENDS_EARLY,
    Fault.ERROR_MID_STREAM,
    Fault.MALFORMED_JSON,
    Fault.COMPLETION_FILTERED,
    Fault.EMPTY_ANSWER,
    Fault.MISSING_USAGE,
    Fault.NONE,
]


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("fault", AFTER_THE_FIRST_BYTE)
def test_the_response_is_closed_when_the_answer_has_ended(fault: Fault, provider: OpenAIServer) -> None:
    provider.script(fault)
    answer = openai.client(Provider.OPENAI).stream(sample.call(stall_seconds=0.5))

    with contextlib.suppress(contract.ProviderFailed):
        list(answer)

    assert isinstance(answer, openai.ChunkStream)
    assert answer.chunks.response.is_closed
