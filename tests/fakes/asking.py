"""Short ways to ask the fake vendor, through the openai package and without it."""

import http.client
import json
from typing import Any

from openai import OpenAI, Stream
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_server.behaviours import Provider

PROVIDERS: tuple[Provider, ...] = ("openai", "azure")
HELLO = "Write a caption about my rainy Sunday latte in Lyon"
MODEL = "gpt-4o-mini"


def ask(client: OpenAI, prompt: str = HELLO, **options: Any) -> ChatCompletion:
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}], **options)
    assert isinstance(answer, ChatCompletion)
    return answer


def stream(client: OpenAI, prompt: str = HELLO, **options: Any) -> Stream[ChatCompletionChunk]:
    chunks = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": prompt}],
        stream=True,
        stream_options={"include_usage": True},
        **options,
    )
    assert isinstance(chunks, Stream)
    return chunks


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def raw(vendor: OpenAIServer, provider: Provider, body: Any, timeout: float = 5) -> tuple[int, bytes]:
    """Post a chat without the openai package, and return the status and as much of the body as came."""
    path = (
        f"/openai/deployments/{MODEL}/chat/completions?api-version=1" if provider == "azure" else "/v1/chat/completions"
    )
    return raw_to(vendor, path, body, timeout)


def raw_to(vendor: OpenAIServer, path: str, body: Any, timeout: float = 5) -> tuple[int, bytes]:
    host = http.client.HTTPConnection(vendor.root_url.removeprefix("http://"), timeout=timeout)
    headers = {"authorization": f"Bearer {vendor.api_key}", "api-key": vendor.api_key}
    host.request("POST", path, json.dumps(body), headers)
    response = host.getresponse()
    received = b""
    try:
        while part := response.read1():
            received += part
    except (TimeoutError, http.client.IncompleteRead):
        pass
    finally:
        response.close()
        host.close()
    return response.status, received
