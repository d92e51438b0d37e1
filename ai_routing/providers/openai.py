"""Azure OpenAI, OpenAI and every server that speaks their protocol, through the `openai` package."""

from __future__ import annotations

import contextlib
import functools
import math
import re
import socket
from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import openai
from django.conf import settings
from openai.types import CreateEmbeddingResponse

from ai_routing import catalogue
from ai_routing.catalogue import Deployment, Provider
from ai_routing.prices import Tokens
from ai_routing.providers import contract, transport
from ai_routing.providers.failures import translated_errors

CONNECT_SECONDS = 5.0
LONGEST_NAME = 100
MOST_TOKENS = 2**31 - 1
"""What the ledger's columns hold; no model reads or writes as much."""

# The least effort that each family takes, by OpenAI's model pages.
REASONING_EFFORTS = (
    (re.compile(r"gpt-5($|-)"), "minimal"),
    (re.compile(r"gpt-(5\.\d|[6-9])"), "none"),
    (re.compile(r"o\d"), "low"),
)
# From here on a prompt is found in the cache only up to a marked place, and writing it there is billed:
# developers.openai.com/api/docs/guides/prompt-caching, read on 2026-11-22.
CACHES_AT_BREAKPOINTS = re.compile(r"gpt-(5\.[6-9]|[6-9])")
ANY_OBJECT = {"type": "object"}
OPENAI_HOST = "api.openai.com"
AZURE_V1 = "v1"
"""The AZURE_OPENAI_API_VERSION that stands for Azure's undated API, which takes what OpenAI's own takes."""
CHATS = "/chat/completions"
FILTERED = "content_filter"


def client(provider: Provider) -> contract.Client:
    """Return the client of a provider, with its connections kept open between calls.

    Raises contract.Misconfigured when the provider's variables are not set.
    """
    return connected(
        provider,
        settings.AZURE_OPENAI_ENDPOINT,
        settings.AZURE_OPENAI_API_KEY,
        settings.AZURE_OPENAI_API_VERSION,
        settings.OPENAI_BASE_URL,
        settings.OPENAI_API_KEY,
        settings.LOCAL_MODEL_URL,
    )


@functools.cache
def connected(
    provider: Provider,
    azure_endpoint: str,
    azure_key: str,
    azure_version: str,
    base_url: str,
    api_key: str,
    local_url: str,
) -> contract.Client:
    # Retries are decided by ai_routing.completion, which knows the deadline and the fallbacks.
    match provider:
        case Provider.AZURE:
            if not (azure_endpoint and azure_key):
                raise contract.Misconfigured("Set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY to use azure: models")
            return azure(azure_endpoint, azure_key, azure_version)
        case Provider.OPENAI:
            if not (base_url or api_key):
                raise contract.Misconfigured("Set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server")
            return ChatCompletions(
                openai.OpenAI(
                    base_url=base_url or None,
                    api_key=api_key or "not-needed",
                    max_retries=0,
                    http_client=transport.client(),
                ),
                is_openai=not base_url or urlsplit(base_url).hostname == OPENAI_HOST,
            )
        case Provider.LOCAL:
            if not local_url:
                raise contract.Misconfigured("Set HUNTAZE_LOCAL_MODEL_URL to use local: models")
            return ChatCompletions(
                openai.OpenAI(base_url=local_url, api_key="not-needed", max_retries=0, http_client=transport.client()),
                provider=Provider.LOCAL,
            )


def azure(endpoint: str, key: str, version: str) -> ChatCompletions:
    """Return a client of Azure's undated API for version "v1", else of the dated version.

    Microsoft documents the prompt_cache_key, but no dated version that takes it, and a version refuses what it does not
    know. It documents no breakpoints: learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching, read on 2026-11-22.
    """
    if version == AZURE_V1:
        sdk = openai.OpenAI(
            base_url=f"{endpoint.rstrip('/')}/openai/v1", api_key=key, max_retries=0, http_client=transport.client()
        )
        return ChatCompletions(sdk, provider=Provider.AZURE, takes_cache_key=True)
    dated = openai.AzureOpenAI(
        azure_endpoint=endpoint, api_key=key, api_version=version, max_retries=0, http_client=transport.client()
    )
    return ChatCompletions(dated, provider=Provider.AZURE)


class ChatCompletions:
    """A provider reached by streamed chat completions, and by embeddings where it has them."""

    def __init__(
        self,
        sdk: openai.OpenAI,
        *,
        provider: Provider = Provider.OPENAI,
        is_openai: bool = False,
        takes_cache_key: bool = False,
    ) -> None:
        self.sdk = sdk
        self.provider = provider
        # Compatible servers, and older Azure API versions, refuse parameters that they do not know.
        self.is_openai = is_openai
        self.takes_cache_key = takes_cache_key or is_openai

    def stream(self, call: contract.Call) -> contract.Stream:
        extra = dialect(call, is_openai=self.is_openai) | self.answer_format(call) | self.caching(call)
        messages = message_params(call, marked="prompt_cache_options" in extra)
        body = {"model": call.model, "messages": messages, "stream": call.streamed, **extra}
        options: openai.RequestOptions = {
            "timeout": openai.Timeout(call.stall_seconds, connect=CONNECT_SECONDS),
            "headers": call.headers,
        }
        # The SDK's own methods for chats check the parameters and build models of the answer, neither of which is of
        # use here, in half of the time that a call takes us.
        with translated_errors():
            if not call.streamed:
                whole: openai.APIResponse[object] = self.sdk.post(
                    CHATS, body=body, options=options, cast_to=openai.APIResponse[object]
                )
                return Whole(whole)
            body["stream_options"] = {"include_usage": True}
            chunks: openai.Stream[object] = self.sdk.post(
                CHATS, body=body, options=options, cast_to=object, stream=True, stream_cls=openai.Stream[object]
            )
        return ChunkStream(chunks)

    def embed(self, call: contract.EmbeddingCall) -> contract.Embeddings:
        with translated_errors():
            response = self.sdk.embeddings.create(
                model=call.model,
                input=list(call.texts),
                encoding_format="float",
                extra_headers=call.headers,
                timeout=openai.Timeout(call.timeout_seconds, connect=min(CONNECT_SECONDS, call.timeout_seconds)),
            )
        # What is no JSON arrives as it is, whatever the annotation says.
        request_id = getattr(response, "_request_id", None) or ""
        with translated_errors(request_id):
            return contract.Embeddings(
                vectors=vectors(response, len(call.texts)), tokens=embedded_tokens(response), request_id=request_id
            )

    def answer_format(self, call: contract.Call) -> dict[str, Any]:
        """Return the parameter that holds the answer to the call's schema, where the model is known to take it."""
        if call.response_schema is None:
            return {}
        if not catalogue.capability(Deployment(self.provider, call.model)).json_schema:
            return {}
        if call.response_schema == ANY_OBJECT:
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "answer", "strict": call.is_strict, "schema": call.response_schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    def caching(self, call: contract.Call) -> dict[str, Any]:
        """Return the parameters that make prompts with the same beginning share the provider's cache.

        The newer models cache up to the end of the last message by themselves, which is never found again when that
        message differs each time, and is billed as a write. So only the first system message is marked, except where
        the next call does begin with this one.
        """
        if not (self.takes_cache_key and call.cache_key):
            return {}
        parameters: dict[str, Any] = {"prompt_cache_key": call.cache_key}
        if self.is_openai and CACHES_AT_BREAKPOINTS.match(call.model):
            parameters["prompt_cache_options"] = {"mode": "implicit" if call.grows else "explicit"}
        return parameters


def dialect(call: contract.Call, *, is_openai: bool) -> dict[str, Any]:
    """Return the parameters that models do not agree on.

    Models that reason refuse a temperature and the older name of the limit; their reasoning is turned as far down as
    they allow, since it counts against the limit and is billed. Compatible servers often know only the older name.
    """
    for pattern, effort in REASONING_EFFORTS:
        if pattern.match(call.model):
            return {"max_completion_tokens": call.max_output_tokens, "reasoning_effort": effort}
    limit = "max_completion_tokens" if is_openai else "max_tokens"
    return {limit: call.max_output_tokens, "temperature": call.temperature}


def message_params(call: contract.Call, *, marked: bool) -> list[dict[str, Any]]:
    """Return the messages of a call. With `marked`, a system message that opens them ends a prefix to be cached."""
    params: list[dict[str, Any]] = [{"role": message.role, "content": content_of(message)} for message in call.messages]
    first = call.messages[0]
    if marked and first.role == "system":
        params[0] = {
            "role": "system",
            "content": [{"type": "text", "text": first.content, "prompt_cache_breakpoint": {"mode": "explicit"}}],
        }
    return params


def content_of(message: contract.Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.content
    images = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in message.images]
    return [{"type": "text", "text": message.content}, *images]


class Whole:
    """An answer that came in one piece."""

    def __init__(self, response: openai.APIResponse[object]) -> None:
        self.response = response

    def __iter__(self) -> Iterator[contract.Delta]:
        request_id = self.response.request_id or ""
        with translated_errors(request_id):
            body = self.response.http_response.json()
            choice = body["choices"][0]
            finish_reason = choice.get("finish_reason")
            if finish_reason == FILTERED:
                raise contract.ContentFiltered("The answer was filtered", where="answer", request_id=request_id)
            if not finish_reason:
                raise contract.Interrupted("The answer ended without a finish reason", request_id=request_id)
            yield contract.Delta(
                text=clean(choice["message"].get("content")),
                finish_reason=finish_reason,
                usage=tokens(body.get("usage")),
                request_id=request_id,
                model=model_of(body),
            )

    def close(self) -> None:
        """Nothing is under way any more."""


class ChunkStream:
    """Turns the vendor's chunks into deltas and insists on a proper end."""

    def __init__(self, chunks: openai.Stream[Any]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[contract.Delta]:
        request_id = self.chunks.response.headers.get("x-request-id", "")
        finish_reason = ""
        # Else the connection of an answer that was filtered stays open until the garbage collector finds it.
        with translated_errors(request_id), contextlib.closing(self.chunks):
            for chunk in self.chunks:
                # Azure opens with a chunk that has no choices; the usage comes in one at the end.
                choices = chunk.get("choices")
                choice = choices[0] if choices else None
                finish_reason = (choice.get("finish_reason") if choice else None) or finish_reason
                if finish_reason == FILTERED:
                    raise contract.ContentFiltered("The answer was filtered", where="answer", request_id=request_id)
                yield contract.Delta(
                    text=clean(choice["delta"].get("content")) if choice else "",
                    finish_reason=finish_reason,
                    usage=tokens(chunk.get("usage")),
                    request_id=request_id,
                    model=model_of(chunk) if finish_reason else "",
                )
        if not finish_reason:
            raise contract.Interrupted("The answer ended without a finish reason", request_id=request_id)

    def close(self) -> None:
        network = self.chunks.response.extensions.get("network_stream")
        connection = network.get_extra_info("socket") if network is not None else None
        if connection is not None:
            # Closing alone does not wake a thread that waits for more.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.chunks.close()


def model_of(body: dict[str, Any]) -> str:
    """Return the model that answered, as the provider names it; "" where it names none."""
    name = body.get("model")
    return name[:LONGEST_NAME] if isinstance(name, str) else ""


def clean(content: object) -> str:
    """Return a piece of text that can be stored: without NUL characters and lone surrogates. Raises TypeError.

    The SDK hands on what it got, whatever its annotations say.
    """
    if content is None:
        return ""
    if not isinstance(content, str):
        raise TypeError(f"content is {type(content).__name__}")
    return content.replace("\x00", "").encode("utf-8", "replace").decode()


def tokens(usage: dict[str, Any] | None) -> Tokens | None:
    """Return the vendor's usage, or None when there is none, or when it cannot be true.

    A cached figure above the input, which some servers send, is cut to it, and what was written to what is left.
    """
    if not usage:
        return None
    prompt, answer = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not (is_count(prompt) and is_count(answer)):
        return None
    details = usage.get("prompt_tokens_details") or {}
    read, written = details.get("cached_tokens"), details.get("cache_write_tokens")
    cached = min(read, prompt) if is_count(read) else 0
    return Tokens(
        input=prompt,
        cached=cached,
        output=answer,
        cache_write=min(written, prompt - cached) if is_count(written) else 0,
    )


def vectors(response: CreateEmbeddingResponse, texts: int) -> tuple[tuple[float, ...], ...]:
    """Return one vector for each text, in their order. Raises ValueError or TypeError for what cannot be compared."""
    by_index = {item.index: vector(item.embedding) for item in response.data}
    if len(response.data) != texts or by_index.keys() != set(range(texts)):
        raise ValueError(f"{len(response.data)} vectors for {texts} texts")
    found = tuple(by_index[index] for index in range(texts))
    if len({len(each) for each in found}) > 1:
        raise ValueError("The vectors differ in length")
    return found


def vector(numbers: Sequence[Any]) -> tuple[float, ...]:
    """Return the numbers of a vector that points somewhere. Raises ValueError or TypeError for any other."""
    found = tuple(float(number) for number in numbers if type(number) in (int, float))
    if len(found) != len(numbers) or not all(map(math.isfinite, found)) or not any(found):
        raise ValueError("The vector is empty, or its numbers are none")
    return found


def embedded_tokens(response: CreateEmbeddingResponse) -> int:
    """Return what the provider bills. Raises ValueError when it does not say, or what cannot be true."""
    if not is_count(response.usage.prompt_tokens):
        raise ValueError("The usage is no count")
    return response.usage.prompt_tokens


def is_count(number: object) -> TypeGuard[int]:
    return type(number) is int and 0 <= number <= MOST_TOKENS
