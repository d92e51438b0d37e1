import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest
from openai import AzureOpenAI, OpenAI

from tests.fakes.asking import HELLO, MODEL, ask, raw, stream, text_of
from tests.fakes.openai_server import BehaviourInvalid, Fault, NotSeen, OpenAIServer, Outcome, refusing_url
from tests.fakes.openai_server.behaviours import Provider


def test_early_disconnect_is_recorded_with_what_was_sent(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(text="one two" + " three" * 98, chunk_delay=0.03)
    chunks = stream(client)
    seen = [next(chunks) for _ in range(3)]
    chunks.close()
    [request] = vendor.wait_for(lambda requests: requests[0].client_disconnected, timeout=2)
    assert text_of(seen) == "one two"
    assert request.sent_text.startswith("one two")
    assert 2 <= request.chunks_sent < 100


def test_complete_answer_is_no_disconnect(vendor: OpenAIServer, client: OpenAI) -> None:
    list(stream(client))
    [request] = vendor.wait_for(lambda requests: requests[0].outcome is not Outcome.ANSWERING)
    assert request.outcome is Outcome.COMPLETE
    with pytest.raises(NotSeen):
        vendor.wait_for(lambda requests: requests[0].client_disconnected, timeout=0.05)


def test_request_is_recorded_with_its_key_masked(vendor: OpenAIServer, clients: dict[Provider, OpenAI]) -> None:
    for provider_client in clients.values():
        ask(provider_client, max_tokens=7)
    plain, azure = vendor.requests
    assert plain.headers["authorization"] == "Bearer ***cdef"
    assert azure.headers["api-key"] == "***cdef"
    assert (plain.provider, azure.provider) == ("openai", "azure")
    assert azure.path == f"/openai/deployments/{MODEL}/chat/completions?api-version=2024-10-21"
    assert plain.body["max_tokens"] == 7
    assert vendor.api_key not in json.dumps([plain.as_json(), azure.as_json()])


def test_wrong_key_is_refused(vendor: OpenAIServer) -> None:
    with (
        OpenAI(base_url=vendor.url, api_key="sk-other", max_retries=0) as plain,
        AzureOpenAI(azure_endpoint=vendor.azure_url, api_key="other", api_version="2024-10-21", max_retries=0) as azure,
    ):
        for client in (plain, azure):
            with pytest.raises(openai.AuthenticationError):
                ask(client)


def test_azure_needs_a_key_and_an_api_version(vendor: OpenAIServer) -> None:
    path, body = (
        f"/openai/deployments/{MODEL}/chat/completions",
        json.dumps({"messages": [{"role": "user", "content": "hi"}]}),
    )
    key, version = {"api-key": vendor.api_key}, "?api-version=2024-10-21"
    statuses = []
    for headers, query in (({}, version), (key, ""), (key, version)):
        connection = http.client.HTTPConnection(vendor.root_url.removeprefix("http://"), timeout=5)
        connection.request("POST", path + query, body, headers)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses == [401, 404, 200]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ("no json", None),
        ({"model": MODEL, "messages": []}, "messages"),
        ({"model": MODEL, "messages": [{"role": "robot", "content": "hi"}]}, "messages.[0].role"),
        ({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "n": 2}, "n"),
        ({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 0}, "max_tokens"),
        ({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "stream_options": {}}, "stream_options"),
    ],
)
def test_requests_that_the_vendor_refuses(vendor: OpenAIServer, body: Any, param: str | None) -> None:
    status, received = raw(vendor, "openai", body)
    assert (status, json.loads(received)["error"]["param"]) == (400, param)


def test_unknown_model_and_long_prompt_are_refused_unscripted(vendor: OpenAIServer, client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "hi"}])
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, " cat" * 127_000, max_tokens=1_000)
    assert refused.value.code == "context_length_exceeded"


def test_scripts_wait_for_the_request_that_meets_them(vendor: OpenAIServer, clients: dict[Provider, OpenAI]) -> None:
    vendor.script(Fault.SERVER_ERROR, provider="azure", times=None)
    vendor.script(text="for gpt-4o", model="gpt-4o")
    vendor.script(text="twice", containing="please", times=2)
    assert ask(clients["openai"]).choices[0].message.content not in ("for gpt-4o", "twice")
    assert [ask(clients["openai"], "Yes please").choices[0].message.content == "twice" for _ in range(3)] == [
        True,
        True,
        False,
    ]
    for _ in range(3):
        with pytest.raises(openai.InternalServerError):
            ask(clients["azure"])
    vendor.reset()
    assert ask(clients["azure"]).choices[0].finish_reason == "stop"


def test_marker_in_the_prompt_is_a_fault_for_the_models_it_names(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI]
) -> None:
    prompt = f"{HELLO} [[fault:unavailable retry_after=2 provider=azure]]"
    with pytest.raises(openai.InternalServerError) as refused:
        ask(clients["azure"], prompt)
    assert refused.value.response.headers["retry-after"] == "2"
    assert "fault" not in (ask(clients["openai"], prompt).choices[0].message.content or "fault")
    with pytest.raises(openai.BadRequestError, match="Unknown fault 'hagn'"):
        ask(clients["openai"], "[[fault:hagn]]")


def test_misspelt_scripts_are_refused(vendor: OpenAIServer) -> None:
    for settings in ({"fault": "hagn"}, {"chunk_size": 0}, {"first_byte_delay": -1}, {"provider": "local"}):
        with pytest.raises(BehaviourInvalid):
            vendor.script(**settings)


def test_connection_is_kept_for_the_next_request(vendor: OpenAIServer) -> None:
    connection = http.client.HTTPConnection(vendor.root_url.removeprefix("http://"), timeout=5)
    ports = set()
    for streamed in (False, True, False):
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "stream": streamed})
        connection.request("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {vendor.api_key}"})
        assert connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


def test_refusing_url_refuses() -> None:
    with refusing_url() as url, OpenAI(base_url=url, api_key="key", max_retries=0) as client:
        with pytest.raises(openai.APIConnectionError) as failed:
            ask(client)
        assert not isinstance(failed.value, openai.APITimeoutError)


@pytest.mark.timeout(30)
def test_two_hundred_streams_at_once(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(
        times=None, chunk_size=8, chunk_delay=0.05, first_byte_delay=0.5, text="Two hundred at once, each complete."
    )
    started = time.monotonic()
    with ThreadPoolExecutor(200) as pool:
        streams = list(pool.map(lambda number: list(stream(client, f"Stream {number}")), range(200)))
    elapsed = time.monotonic() - started
    assert [text_of(chunks) for chunks in streams] == ["Two hundred at once, each complete."] * 200
    assert {chunks[-1].usage is not None for chunks in streams} == {True}
    # One after the other they would take 150 seconds.
    assert elapsed < 15
    requests = vendor.wait_for(lambda requests: all(request.outcome is not Outcome.ANSWERING for request in requests))
    assert [request.outcome for request in requests] == [Outcome.COMPLETE] * 200


@pytest.mark.timeout(30)
def test_stop_ends_three_hundred_hanging_answers() -> None:
    threads = set(threading.enumerate())
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "[[fault:hang]]"}]}).encode()
    with OpenAIServer() as server:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {server.api_key}\r\n"
        request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
        host, _, port = server.root_url.removeprefix("http://").partition(":")
        connections = [socket.create_connection((host, int(port))) for _ in range(300)]
        for connection in connections:
            connection.sendall(request)
        requests = server.wait_for(lambda requests: len(requests) == 300)
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert {request.outcome for request in requests} == {Outcome.SERVER_STOPPED}
    for connection in connections:
        connection.close()
    assert set(threading.enumerate()) <= threads


def test_reset_ends_answers_under_way_and_spares_idle_connections(vendor: OpenAIServer, client: OpenAI) -> None:
    ask(client)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(ask, client, "[[fault:hang]]")
        [_, request] = vendor.wait_for(lambda requests: len(requests) == 2 and requests[1].fault == Fault.HANG)
        vendor.reset()
        assert isinstance(hanging.exception(timeout=2), openai.APIConnectionError)
    # The client may see the end before the server has written it down.
    vendor.wait_for(lambda _requests: request.outcome is not Outcome.ANSWERING)
    assert request.outcome is Outcome.SERVER_STOPPED
    assert vendor.requests == []


@pytest.fixture
def process() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "tests.fakes.openai_server", "--model", MODEL]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield running, running.stdout.readline().strip()
        running.kill()


def control(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(url.removeprefix("http://").removesuffix("/v1"), timeout=5)
    connection.request(method, f"/__control/{path}", json.dumps(body))
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


@pytest.mark.timeout(30)
def test_process_of_its_own_is_scripted_over_http(process: tuple["subprocess.Popen[str]", str]) -> None:
    running, url = process
    with OpenAI(base_url=url, api_key="sk-fake-0123456789abcdef", max_retries=0) as client:
        assert control(url, "POST", "script", [{"fault": "server_error"}, {"text": "scripted", "times": 2}]) == (
            200,
            {"waiting": 2},
        )
        with pytest.raises(openai.InternalServerError):
            ask(client)
        assert ask(client).choices[0].message.content == "scripted"
        assert ask(client, " cat" * 1100).choices[0].message.content == "scripted"
        assert control(url, "POST", "clock", {"advance": 301})[0] == 200
        usage = ask(client, " cat" * 1100).usage
        assert usage is not None
        assert usage.prompt_tokens_details is not None
        assert usage.prompt_tokens_details.cached_tokens == 0
        _, seen = control(url, "GET", "requests")
        assert [request["status"] for request in seen["requests"]] == [500, 200, 200, 200]
        assert seen["requests"][0]["headers"]["authorization"] == "Bearer ***cdef"
        assert control(url, "POST", "reset") == (200, {})
        assert control(url, "GET", "requests") == (200, {"requests": []})
        assert control(url, "POST", "script", {"fautl": "hang"})[0] == 400
        assert control(url, "POST", "clock", {"now": 1_000.5}) == (200, {})
        assert control(url, "POST", "clock", {})[0] == 400
        assert control(url, "GET", "script")[0] == 404

        with pytest.raises(openai.APITimeoutError):
            ask(client.with_options(timeout=0.1), "[[fault:hang]]")
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=5) == 0


@pytest.mark.timeout(30)
def test_taken_port_is_one_clear_line(vendor: OpenAIServer) -> None:
    port = vendor.root_url.rpartition(":")[2]
    command = [sys.executable, "-m", "tests.fakes.openai_server", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}")
    assert ended.stderr.count("\n") == 1


PATCHED = """
from gevent import monkey
monkey.patch_all()
import sys, time, gevent
from openai import APITimeoutError, OpenAI
from tests.fakes.openai_server import Fault, OpenAIServer, Outcome

def ask(client, prompt):
    chunks = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], stream=True
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

with OpenAIServer() as server:
    client = OpenAI(base_url=server.url, api_key=server.api_key, max_retries=0)
    server.script(text="one two three", chunk_delay=0.1, times=50)
    started = time.monotonic()
    answers = [gevent.spawn(ask, client, "hi") for _ in range(50)]
    gevent.joinall(answers, raise_error=True)
    assert {answer.value for answer in answers} == {"one two three"}
    assert time.monotonic() - started < 5, "the streams waited for each other"
    server.script(Fault.HANG)
    try:
        ask(client.with_options(timeout=0.1), "hi")
    except APITimeoutError:
        server.wait_for(lambda requests: requests[-1].client_disconnected)
    hanging = gevent.spawn(ask, client, "[[fault:hang]]")
    last = server.wait_for(lambda requests: requests[-1].fault == Fault.HANG and not requests[-1].client_disconnected)[-1]
    assert client.models.list().data, "and its connection stays open until the stop"
assert last.outcome is Outcome.SERVER_STOPPED
hanging.kill()
assert "django" not in sys.modules
print("fine")
"""


@pytest.mark.timeout(30)
def test_works_where_gevent_has_patched_the_process() -> None:
    command = [sys.executable, "-W", "error", "-c", PATCHED]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("fine\n", "", 0)
