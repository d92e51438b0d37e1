import json
import time
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.shared import ErrorObject

from tests.fakes.asking import HELLO, MODEL, PROVIDERS, ask, raw, stream, text_of
from tests.fakes.openai_server import Fault, OpenAIServer, Outcome
from tests.fakes.openai_server.behaviours import Provider

ERRORS: list[tuple[Fault, type[openai.APIStatusError], int, str | None, str | None]] = [
    (Fault.BAD_KEY, openai.AuthenticationError, 401, "invalid_api_key", "401"),
    (Fault.MODEL_NOT_FOUND, openai.NotFoundError, 404, "model_not_found", "DeploymentNotFound"),
    (Fault.RATE_LIMITED, openai.RateLimitError, 429, "rate_limit_exceeded", "429"),
    (Fault.INSUFFICIENT_QUOTA, openai.RateLimitError, 429, "insufficient_quota", "insufficient_quota"),
    (Fault.SERVER_ERROR, openai.InternalServerError, 500, None, "InternalServerError"),
    (Fault.UNAVAILABLE, openai.InternalServerError, 503, None, "ServiceUnavailable"),
    (Fault.PROMPT_FILTERED, openai.BadRequestError, 400, "invalid_prompt", "content_filter"),
    (Fault.CONTEXT_TOO_LONG, openai.BadRequestError, 400, "context_length_exceeded", "context_length_exceeded"),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("fault", "kind", "status", "code", "azure_code"), ERRORS)
def test_error_answers(
    vendor: OpenAIServer,
    clients: dict[Provider, OpenAI],
    fault: Fault,
    kind: type[openai.APIStatusError],
    status: int,
    code: str | None,
    azure_code: str | None,
    streamed: bool,
) -> None:
    expected_codes: dict[Provider, str | None] = {"openai": code, "azure": azure_code}
    for provider, expected in expected_codes.items():
        vendor.script(fault)
        with pytest.raises(kind) as refused:
            clients[provider].chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": HELLO}], stream=streamed
            )
        assert (refused.value.status_code, refused.value.code) == (status, expected)
        assert refused.value.request_id == vendor.requests[-1].id


def test_azure_content_filter_says_what_was_filtered(vendor: OpenAIServer, clients: dict[Provider, OpenAI]) -> None:
    vendor.script(Fault.PROMPT_FILTERED)
    with pytest.raises(openai.BadRequestError) as refused:
        ask(clients["azure"])
    assert isinstance(refused.value.body, dict)
    inner = refused.value.body["innererror"]
    assert inner["code"] == "ResponsibleAIPolicyViolation"
    assert [name for name, verdict in inner["content_filter_result"].items() if verdict["filtered"]] == ["sexual"]


def test_rate_limit_tells_when_to_come_back_and_the_client_obeys(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(Fault.RATE_LIMITED, retry_after=1.5)
    with pytest.raises(openai.RateLimitError) as refused:
        ask(client)
    assert refused.value.response.headers["retry-after"] == "2"
    assert refused.value.response.headers["retry-after-ms"] == "1500"

    vendor.script(Fault.RATE_LIMITED, retry_after=0.2)
    ask(client.with_options(max_retries=1))
    first, second = vendor.requests[-2:]
    assert (first.status, second.status) == (429, 200)
    assert (second.received_at - first.received_at).total_seconds() >= 0.2


@pytest.mark.parametrize("ask_in_a_way", [ask, stream])
def test_slow_first_byte_and_hang_are_time_outs(vendor: OpenAIServer, client: OpenAI, ask_in_a_way: Any) -> None:
    hasty = client.with_options(timeout=0.3)
    for fault in (Fault.SLOW_FIRST_BYTE, Fault.HANG):
        vendor.script(fault)
        with pytest.raises(openai.APITimeoutError):
            ask_in_a_way(hasty)
    requests = vendor.wait_for(lambda requests: [request.client_disconnected for request in requests] == [True, True])
    assert [(request.fault, request.chunks_sent, request.status) for request in requests] == [
        (Fault.SLOW_FIRST_BYTE, 0, None),
        (Fault.HANG, 0, None),
    ]


def test_slow_first_byte_answers_in_the_end(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(Fault.SLOW_FIRST_BYTE, first_byte_delay=0.2)
    started = time.monotonic()
    assert ask(client).choices[0].finish_reason == "stop"
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("fault", "kind", "whole_kind"),
    [
        (Fault.CONNECTION_DROPPED, openai.APIConnectionError, openai.APIConnectionError),
        (Fault.HANG_MID_STREAM, openai.APITimeoutError, openai.APITimeoutError),
        (Fault.CUT_MID_STREAM, openai.APIConnectionError, openai.APIConnectionError),
        (Fault.ERROR_MID_STREAM, openai.APIError, openai.InternalServerError),
        # The package lets the decoder's own error through.
        (Fault.MALFORMED_JSON, json.JSONDecodeError, json.JSONDecodeError),
    ],
)
def test_half_answers(
    vendor: OpenAIServer, client: OpenAI, fault: Fault, kind: type[Exception], whole_kind: type[Exception]
) -> None:
    hasty = client.with_options(timeout=0.3 if fault is Fault.HANG_MID_STREAM else 5)
    received: list[ChatCompletionChunk] = []
    vendor.script(fault, after_chunks=2, text="one two three four")
    with pytest.raises(kind):
        received.extend(stream(hasty))
    vendor.script(fault)
    with pytest.raises(whole_kind):
        ask(hasty)
    assert vendor.requests[0].sent_text == ("" if fault is Fault.CONNECTION_DROPPED else "one two")


def test_stream_that_ends_early_looks_complete_save_for_its_finish_reason(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(Fault.STREAM_ENDS_EARLY, after_chunks=2, text="one two three")
    chunks = list(stream(client))
    assert text_of(chunks) == "one two"
    assert all(choice.finish_reason is None for chunk in chunks for choice in chunk.choices)
    assert vendor.wait_for(lambda requests: requests[0].outcome is Outcome.CUT)


def test_answers_without_usage_or_text_and_filtered_ones(vendor: OpenAIServer, client: OpenAI) -> None:
    for fault in (Fault.MISSING_USAGE, Fault.EMPTY_ANSWER, Fault.COMPLETION_FILTERED):
        vendor.script(fault, times=2, text="one two three four", after_chunks=2)
        whole, chunks = ask(client), list(stream(client))
        expected = {
            Fault.MISSING_USAGE: "one two three four",
            Fault.EMPTY_ANSWER: "",
            Fault.COMPLETION_FILTERED: "one two",
        }
        reason = "content_filter" if fault is Fault.COMPLETION_FILTERED else "stop"
        assert whole.choices[0].message.content == text_of(chunks) == expected[fault]
        assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == reason
        assert whole.choices[0].finish_reason == reason
        assert (whole.usage is None) == (chunks[-1].usage is None) == (fault is Fault.MISSING_USAGE)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.HANG, Fault.CONNECTION_DROPPED)])
def test_everything_sent_fits_the_published_schema(
    vendor: OpenAIServer, fault: Fault, provider: Provider, streamed: bool
) -> None:
    vendor.script(fault, first_byte_delay=0, text="one two three four five")
    body = {"model": MODEL, "messages": [{"role": "user", "content": HELLO}], "stream": streamed}
    if streamed:
        body["stream_options"] = {"include_usage": True}
    status, received = raw(vendor, provider, body, timeout=0.3 if fault is Fault.HANG_MID_STREAM else 5)

    if status != 200:
        check_error(provider, json.loads(received))
    elif not streamed:
        whole = fault not in (
            Fault.MALFORMED_JSON,
            Fault.HANG_MID_STREAM,
            Fault.CUT_MID_STREAM,
            Fault.STREAM_ENDS_EARLY,
        )
        assert whole or received.startswith(b'{"id"')
        if whole:
            ChatCompletion.model_validate(json.loads(received), strict=True)
    else:
        check_stream(fault, provider, received)


def check_error(provider: Provider, body: dict[str, Any]) -> None:
    if provider == "openai":
        ErrorObject.model_validate(body["error"], strict=True)
        assert set(body["error"]) == {"message", "type", "param", "code"}
    else:
        assert isinstance(body["error"]["message"], str)
        assert isinstance(body["error"]["code"], str)


def check_stream(fault: Fault, provider: Provider, received: bytes) -> None:
    events = [line.removeprefix(b"data: ") for line in received.split(b"\n\n") if line]
    cut_short = fault in (Fault.HANG_MID_STREAM, Fault.CUT_MID_STREAM, Fault.STREAM_ENDS_EARLY)
    assert (events[-1] != b"[DONE]") == cut_short
    texts = 0
    for event in events if cut_short else events[:-1]:
        if fault is Fault.MALFORMED_JSON and event == events[-2]:
            continue
        data = json.loads(event)
        if "error" in data:
            assert fault is Fault.ERROR_MID_STREAM
            check_error(provider, data)
            continue
        chunk = ChatCompletionChunk.model_validate(data, strict=True)
        texts += any(choice.delta.content for choice in chunk.choices)
    mid_answer = cut_short or fault in (Fault.ERROR_MID_STREAM, Fault.MALFORMED_JSON, Fault.COMPLETION_FILTERED)
    assert texts == (0 if fault is Fault.EMPTY_ANSWER else 3 if mid_answer else 5)
