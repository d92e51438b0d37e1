import base64
import json
import math
import struct
from typing import Any

import openai
import pytest
import toktok
from openai import OpenAI
from openai.types import CreateEmbeddingResponse

from tests.fakes.asking import PROVIDERS, raw_to
from tests.fakes.openai_server import Fault, OpenAIServer
from tests.fakes.openai_server.behaviours import Provider

SMALL = "text-embedding-3-small"
FAULTS = [
    fault
    for fault in Fault
    if fault not in (Fault.HANG, Fault.SLOW_FIRST_BYTE, Fault.CONNECTION_DROPPED, Fault.HANG_MID_STREAM)
]
HALF = {Fault.MALFORMED_JSON, Fault.CUT_MID_STREAM, Fault.STREAM_ENDS_EARLY}


def embed(client: OpenAI, *texts: str, **options: Any) -> CreateEmbeddingResponse:
    return client.embeddings.create(model=options.pop("model", SMALL), input=list(texts), **options)


def nearness(client: OpenAI, one: str, other: str) -> float:
    first, second = (item.embedding for item in embed(client, one, other).data)
    return sum(a * b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_text_has_always_the_same_vector_of_length_one(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider
) -> None:
    texts = ("Un café sous la pluie", "Gym at six", "Un café sous la pluie")
    answer = embed(clients[provider], *texts, encoding_format="float")

    first, second, third = (item.embedding for item in answer.data)
    assert [item.index for item in answer.data] == [0, 1, 2]
    assert first == third != second
    assert {len(vector) for vector in (first, second)} == {1536}
    assert math.hypot(*first) == pytest.approx(1, abs=1e-5)
    assert sum(number != 0 for number in first) > 300
    assert answer.usage.prompt_tokens == answer.usage.total_tokens
    assert answer.usage.prompt_tokens == sum(toktok.batch_count(list(texts), "cl100k_base"))
    path = vendor.requests[0].path
    assert path.startswith("/v1/embeddings" if provider == "openai" else f"/openai/deployments/{SMALL}/embeddings?")


@pytest.mark.parametrize(
    ("text", "paraphrase", "unrelated"),
    [
        (
            "Write a caption about my rainy Sunday latte in Lyon",
            "A caption on my latte in Lyon, one rainy Sunday",
            "How do I cancel the subscription of a fan who never paid?",
        ),
        (
            "Écris une légende pour ma séance de yoga au lever du soleil",
            "Une légende sur ma séance de yoga, au soleil levant",
            "Quel est le chiffre d'affaires du mois dernier par pays ?",
        ),
        ("Plan my content for next week", "plan next week's content!", "Reply kindly to an angry message"),
    ],
)
def test_a_paraphrase_is_nearer_than_another_text(
    client: OpenAI, vendor: OpenAIServer, text: str, paraphrase: str, unrelated: str
) -> None:
    near, far = nearness(client, text, paraphrase), nearness(client, text, unrelated)

    assert near > 0.55
    assert far < 0.35
    assert nearness(client, text, text.upper()) == pytest.approx(1, abs=1e-5)


def test_vectors_are_as_long_as_asked_for(client: OpenAI, vendor: OpenAIServer) -> None:
    assert len(embed(client, "hi", dimensions=256).data[0].embedding) == 256
    assert len(embed(client, "hi", model="text-embedding-3-large").data[0].embedding) == 3072


def test_floats_may_come_packed_as_the_package_asks_by_itself(vendor: OpenAIServer, client: OpenAI) -> None:
    packed = embed(client, "hi").data[0].embedding
    assert vendor.requests[-1].body["encoding_format"] == "base64"
    assert packed == pytest.approx(embed(client, "hi", encoding_format="float").data[0].embedding, abs=1e-7)

    _, received = raw_to(vendor, "/v1/embeddings", {"model": SMALL, "input": "hi", "encoding_format": "base64"})
    text = json.loads(received)["data"][0]["embedding"]
    assert list(struct.unpack("<1536f", base64.b64decode(text))) == pytest.approx(packed)


@pytest.mark.parametrize("path", ["/v1/embeddings", f"/openai/deployments/{SMALL}/embeddings?api-version=1"])
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_sent_fits_the_published_schema(vendor: OpenAIServer, fault: Fault, path: str) -> None:
    vendor.script(fault, endpoint="embeddings")
    status, received = raw_to(vendor, path, {"model": SMALL, "input": ["one", "two"]})

    if fault in HALF:
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            json.loads(received)
        return
    body = json.loads(received)
    if status != 200:
        assert isinstance(body["error"]["message"], str)
    elif fault is Fault.MISSING_USAGE:
        assert "usage" not in body
    else:
        read = CreateEmbeddingResponse.model_validate(body, strict=True)
        assert len(read.data) == (0 if fault is Fault.EMPTY_ANSWER else 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"input": ""}, None),
        ({"input": []}, None),
        ({"input": ["ok", ""]}, None),
        ({"input": ["x"] * 2_049}, None),
        ({"input": " cat" * 8_193}, "context_length_exceeded"),
        ({"dimensions": 1_537}, None),
        ({"model": "text-embedding-ada-002", "dimensions": 256}, None),
        ({"model": "gpt-4o"}, None),
        ({"encoding_format": "text"}, "invalid_value"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_requests_that_the_vendor_refuses(vendor: OpenAIServer, changes: dict[str, Any], code: str | None) -> None:
    status, received = raw_to(vendor, "/v1/embeddings", {"model": SMALL, "input": "hi"} | changes)
    assert (status, json.loads(received)["error"]["code"]) == (400, code)


def test_a_fault_of_one_endpoint_leaves_the_other_alone(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(Fault.SERVER_ERROR)
    vendor.script(Fault.RATE_LIMITED, endpoint="embeddings")

    with pytest.raises(openai.RateLimitError):
        embed(client, "hi")
    embed(client, "hi [[fault:unavailable]]")
    with pytest.raises(openai.InternalServerError):
        embed(client, "hi [[fault:unavailable endpoint=embeddings]]")
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
