"""Short ways to ask a provider and to look at what it was asked."""

from __future__ import annotations

import pytest

from ai_routing.providers import contract
from tests.fakes.openai_server import OpenAIServer, RecordedRequest


def only_request(provider: OpenAIServer) -> RecordedRequest:
    [request] = provider.requests
    return request


def read(chat: contract.Client, call: contract.Call) -> tuple[str, contract.Delta]:
    """Return the whole text and the last piece of an answer."""
    pieces = list(chat.stream(call))
    return "".join(piece.text for piece in pieces), pieces[-1]


def failure(chat: contract.Client, call: contract.Call) -> tuple[contract.ProviderFailed, str]:
    """Return how a call fails, and the text that came before."""
    text = ""
    try:
        for piece in chat.stream(call):
            text += piece.text
    except contract.ProviderFailed as error:
        return error, text
    pytest.fail("The provider did not fail")
