"""Vectors from a provider: what is asked for, what is believed, and what each failure becomes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from openai.types import CreateEmbeddingResponse, Embedding
from openai.types.create_embedding_response import Usage

from ai_routing.catalogue import Provider
from ai_routing.providers import contract, failures, openai
from tests.ai_routing.asking import only_request
from tests.fakes.openai_server import Fault, OpenAIServer, refusing_url

pytestmark = pytest.mark.usefixtures("warm")

MODEL = "text-embedding-3-small"
FAILURES: dict[Fault, type[contract.ProviderFailed]] = {
    Fault.BAD_KEY: contract.Misconfigured,
    Fault.MODEL_NOT_FOUND: contract.Misconfigured,
    Fault.RATE_LIMITED: contract.RateLimited,
    Fault.INSUFFICIENT_QUOTA: contract.Misconfigured,
    Fault.SERVER_ERROR: contract.Unavailable,
    Fault.UNAVAILABLE: contract.Unavailable,
    Fault.PROMPT_FILTERED: contract.ContentFiltered,
    Fault.CONTEXT_TOO_LONG: contract.ContextTooLong,
    Fault.SLOW_FIRST_BYTE: contract.TimedOut,
    Fault.HANG: contract.TimedOut,
    Fault.CONNECTION_DROPPED: contract.Unavailable,
    Fault.HANG_MID_STREAM: contract.TimedOut,
    Fault.CUT_MID_STREAM: contract.Unavailable,
    Fault.STREAM_ENDS_EARLY: contract.Unavailable,
    Fault.ERROR_MID_STREAM: contract.Unavailable,
    Fault.MALFORMED_JSON: contract.Malformed,
    Fault.MISSING_USAGE: contract.Malformed,
    Fault.EMPTY_ANSWER: contract.Malformed,
}
# A vector is never filtered.
ANSWERS = {Fault.COMPLETION_FILTERED, Fault.NONE}


def call(*texts: str, model: str = MODEL, timeout_seconds: float = 5.0) -> contract.EmbeddingCall:
    return contract.EmbeddingCall(model, texts, timeout_seconds)


def test_each_text_gets_its_vector_in_order(chat: contract.Client, provider: OpenAIServer) -> None:
    texts = ("Un café sous la pluie", "Gym at six")
    together = chat.embed(call(*texts))

    request = only_request(provider)
    assert request.body == {"model": MODEL, "input": list(texts), "encoding_format": "float"}
    assert together.request_id == request.id
    assert together.tokens > 6
    assert [len(vector) for vector in together.vectors] == [1_536, 1_536]
    assert together.vectors == tuple(chat.embed(call(text)).vectors[0] for text in texts)


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_becomes_an_error_of_the_contract(
    fault: Fault, chat: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault, endpoint="embeddings")
    if fault in ANSWERS:
        assert chat.embed(call("hi")).vectors
        return

    with pytest.raises(contract.ProviderFailed) as failed:
        chat.embed(call("hi", timeout_seconds=0.4))

    assert type(failed.value) is FAILURES[fault]
    assert failed.value.retry_after == (1.0 if fault in {Fault.RATE_LIMITED, Fault.UNAVAILABLE} else None)


def test_a_provider_that_refuses_connections_is_unavailable(settings: Any) -> None:
    with refusing_url() as url:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = url, "key"
        with pytest.raises(contract.Unavailable):
            openai.client(Provider.OPENAI).embed(call("hi"))


def test_a_model_that_does_not_embed_is_misconfigured(chat: contract.Client) -> None:
    with pytest.raises(contract.Misconfigured):
        chat.embed(call("hi", model="gpt-4o-mini"))


def response(*vectors: Any, indices: list[Any] | None = None, tokens: Any = 4) -> CreateEmbeddingResponse:
    # The SDK constructs its answers without validation, as is done here.
    return CreateEmbeddingResponse.model_construct(
        data=[
            Embedding.model_construct(index=index, embedding=vector)
            for index, vector in zip(indices or range(len(vectors)), vectors, strict=True)
        ],
        usage=Usage.model_construct(prompt_tokens=tokens, total_tokens=tokens),
    )


def test_vectors_are_put_in_the_order_of_their_texts() -> None:
    found = openai.vectors(response([1, 2.5], [3.0, 4.0], indices=[1, 0]), 2)

    assert found == ((3.0, 4.0), (1.0, 2.5))


@pytest.mark.parametrize(
    "answer",
    [
        response([1.0]),
        response([1.0], [1.0], [1.0]),
        response([1.0], [1.0], indices=[0, 0]),
        response([1.0], [1.0], indices=[0, 2]),
        response([1.0], [1.0], indices=[None, 1]),
        response([1.0], [1.0, 2.0]),
        response([], []),
        response([0.0, 0.0], [1.0, 1.0]),
        response([math.nan, 1.0], [1.0, 1.0]),
        response([math.inf, 1.0], [1.0, 1.0]),
        response(["1.0", 1.0], [1.0, 1.0]),
        response([None, 1.0], [1.0, 1.0]),
        response("AAAA", "AAAA"),
        response(None, [1.0]),
        CreateEmbeddingResponse.model_construct(data=None),
    ],
    ids=lambda answer: str(getattr(answer, "data", answer))[:70],
)
def test_vectors_that_cannot_be_compared_are_refused(answer: CreateEmbeddingResponse) -> None:
    with pytest.raises(contract.Malformed), failures.translated_errors("req_7"):
        openai.vectors(answer, 2)


@pytest.mark.parametrize("tokens", [None, -1, 2.5, "4", 10**14])
def test_a_bill_that_cannot_be_true_is_refused(tokens: Any) -> None:
    with pytest.raises(contract.Malformed), failures.translated_errors("req_7"):
        openai.embedded_tokens(response([1.0], tokens=tokens))


def test_a_number_that_nothing_can_hold_is_refused_where_the_sdk_meets_it() -> None:
    with pytest.raises(contract.Malformed), failures.translated_errors("req_7"):
        response([10**400])
