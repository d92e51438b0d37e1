"""Azure OpenAI, OpenAI and every server that speaks their protocol, through the `openai` package."""

from __future__ import annotations

import contextlib
import functools
import math
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import openai
from django.conf import settings
from openai.types import CompletionUsage, CreateEmbeddingResponse
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from ai_routing import catalogue
from ai_routing.catalogue import Deployment, Provider
from ai_routing.prices import Tokens
from ai_routing.providers import contract

CONNECT_SECONDS = 5.0
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
OPENAI_HOST = "api.openai.com"
AZURE_V1 = "v1"
"""The AZURE_OPENAI_API_VERSION that stands for Azure's undated API, which takes what OpenAI's own takes."""
FILTERED = "content_filter"
# Azure's and OpenAI's words for a prompt that their filter refused.
FILTERED_PROMPT = frozenset({FILTERED, "invalid_prompt"})


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
                openai.OpenAI(base_url=base_url or None, api_key=api_key or "not-needed", max_retries=0),
                is_openai=not base_url or urlsplit(base_url).hostname == OPENAI_HOST,
            )
        case Provider.LOCAL:
            if not local_url:
                raise contract.Misconfigured("Set HUNTAZE_LOCAL_MODEL_URL to use local: models")
            return ChatCompletions(
                openai.OpenAI(base_url=local_url, api_key="not-needed", max_retries=0), provider=Provider.LOCAL
            )


def azure(endpoint: str, key: str, version: str) -> ChatCompletions:
    """Return a client of Azure's undated API for version "v1", else of the dated version.

    Microsoft documents the prompt_cache_key, but no dated version that takes it, and a version refuses what it does not
    know. It documents no breakpoints: learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching, read on 2026-11-22.
    """
    if version == AZURE_V1:
        sdk = openai.OpenAI(base_url=f"{endpoint.rstrip('/')}/openai/v1", api_key=key, max_retries=0)
        return ChatCompletions(sdk, provider=Provider.AZURE, takes_cache_key=True)
    dated = openai.AzureOpenAI(azure_endpoint=endpoint, api_key=key, api_version=version, max_retries=0)
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
        with translated_errors():
            chunks = self.sdk.chat.completions.create(
                model=call.model,
                messages=message_params(call, marked="prompt_cache_options" in extra),
                stream=True,
                stream_options={"include_usage": True},
                timeout=openai.Timeout(call.stall_seconds, connect=CONNECT_SECONDS),
                **extra,
            )
        return ChunkStream(chunks)

    def embed(self, call: contract.EmbeddingCall) -> contract.Embeddings:
        with translated_errors():
            response = self.sdk.embeddings.create(
                model=call.model,
                input=list(call.texts),
                encoding_format="float",
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
        schema = {"name": "answer", "strict": True, "schema": call.response_schema}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    def caching(self, call: contract.Call) -> dict[str, Any]:
        """Return the parameters that make prompts with the same beginning share the provider's cache.

        The newer models cache up to the end of the last message by themselves, which is never found again when that
        message differs each time, and is billed as a write. So only the first system message is marked, except in a
        conversation: there the next turn does begin with this one.
        """
        if not (self.takes_cache_key and call.cache_key):
            return {}
        parameters: dict[str, Any] = {"prompt_cache_key": call.cache_key}
        if self.is_openai and CACHES_AT_BREAKPOINTS.match(call.model):
            is_conversation = any(message.role == "assistant" for message in call.messages)
            parameters["prompt_cache_options"] = {"mode": "implicit" if is_conversation else "explicit"}
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


def message_params(call: contract.Call, *, marked: bool) -> list[ChatCompletionMessageParam]:
    """Return the messages of a call. With `marked`, a system message that opens them ends a prefix to be cached."""
    params = [message_param(message) for message in call.messages]
    first = call.messages[0]
    if marked and first.role == "system":
        params[0] = {
            "role": "system",
            "content": [{"type": "text", "text": first.content, "prompt_cache_breakpoint": {"mode": "explicit"}}],
        }
    return params


def message_param(message: contract.Message) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}
        case "user":
            return {"role": "user", "content": message.content}


class ChunkStream:
    """Turns the vendor's chunks into deltas and insists on a proper end."""

    def __init__(self, chunks: openai.Stream[ChatCompletionChunk]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[contract.Delta]:
        request_id = self.chunks.response.headers.get("x-request-id", "")
        finish_reason = ""
        with translated_errors(request_id):
            for chunk in self.chunks:
                # Azure opens with a chunk that has no choices; the usage comes in one at the end.
                choice = chunk.choices[0] if chunk.choices else None
                finish_reason = (choice.finish_reason if choice else None) or finish_reason
                if finish_reason == FILTERED:
                    raise contract.ContentFiltered("The answer was filtered", where="answer", request_id=request_id)
                yield contract.Delta(
                    text=clean(choice.delta.content) if choice else "",
                    finish_reason=finish_reason,
                    usage=tokens(chunk.usage) if chunk.usage else None,
                    request_id=request_id,
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


def clean(content: object) -> str:
    """Return a piece of text that can be stored: without NUL characters and lone surrogates. Raises TypeError.

    The SDK hands on what it got, whatever its annotations say.
    """
    if content is None:
        return ""
    if not isinstance(content, str):
        raise TypeError(f"content is {type(content).__name__}")
    return content.replace("\x00", "").encode("utf-8", "replace").decode()


def tokens(usage: CompletionUsage) -> Tokens | None:
    """Return the vendor's usage, or None when it cannot be true.

    A cached figure above the input, which some servers send, is cut to it, and what was written to what is left.
    """
    if not (is_count(usage.prompt_tokens) and is_count(usage.completion_tokens)):
        return None
    details = usage.prompt_tokens_details
    read = details.cached_tokens if details else 0
    written = details.cache_write_tokens if details else 0
    cached = min(read, usage.prompt_tokens) if is_count(read) else 0
    return Tokens(
        input=usage.prompt_tokens,
        cached=cached,
        output=usage.completion_tokens,
        cache_write=min(written, usage.prompt_tokens - cached) if is_count(written) else 0,
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


@contextmanager
def translated_errors(request_id: str = "") -> Iterator[None]:
    """Turn what the SDK and its transport raise into the contract's errors."""
    try:
        yield
    except openai.APITimeoutError as error:
        raise contract.TimedOut("The provider was silent for too long", request_id=request_id) from error
    except openai.APIStatusError as error:
        raise status_error(error) from error
    except openai.APIConnectionError as error:
        kind = contract.Interrupted if request_id else contract.Unavailable
        raise kind("The connection to the provider failed", request_id=request_id) from error
    except openai.APIError as error:
        # Also an error event inside a stream.
        raise contract.Interrupted("The provider reported an error in its answer", request_id=request_id) from error
    except openai.OpenAIError as error:
        raise contract.Misconfigured(type(error).__name__, request_id=request_id) from error
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        # The SDK does not validate what it parses: a wrong shape, size or depth shows as one of these.
        raise contract.Malformed("The provider's answer could not be read", request_id=request_id) from error


def status_error(error: openai.APIStatusError) -> contract.ProviderFailed:
    """Return the contract's error for a vendor's status and code."""
    request_id = error.request_id or ""
    code = error.code or ""
    match error.status_code:
        case 400 if code in FILTERED_PROMPT:
            return contract.ContentFiltered(
                "The prompt was filtered",
                where="prompt",
                categories=filtered_categories(error.body),
                request_id=request_id,
            )
        case 400 if code == "context_length_exceeded":
            return contract.ContextTooLong("The prompt is too long for the model", request_id=request_id)
        case 429 if code == "insufficient_quota":
            return contract.Misconfigured("The provider's account has no credit left", request_id=request_id)
        case 429:
            return contract.RateLimited(
                "The provider is rate limited", request_id=request_id, retry_after=retry_after(error)
            )
        case status if status >= 500 or status in {408, 409}:
            return contract.Unavailable(
                f"The provider answered {status}", request_id=request_id, retry_after=retry_after(error)
            )
        case status:
            return contract.Misconfigured(f"The provider answered {status} {code}".strip(), request_id=request_id)


def retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that the provider asks to wait: `retry-after-ms` is the finer word for it."""
    headers = error.response.headers
    for name, per_second in (("retry-after-ms", 1_000), ("retry-after", 1)):
        try:
            return float(headers[name]) / per_second
        except (KeyError, ValueError):
            continue
    return None


def filtered_categories(body: object) -> tuple[str, ...]:
    """Return the names of the categories that Azure's filter found, from its error body."""
    inner = body.get("innererror") if isinstance(body, dict) else None
    results = inner.get("content_filter_result") if isinstance(inner, dict) else None
    if not isinstance(results, dict):
        return ()
    return tuple(
        sorted(name for name, result in results.items() if isinstance(result, dict) and result.get("filtered"))
    )
