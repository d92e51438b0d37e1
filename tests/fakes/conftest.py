from collections.abc import Iterator

import pytest
from openai import AzureOpenAI, OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_server.behaviours import Provider


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def vendor(running: OpenAIServer) -> Iterator[OpenAIServer]:
    yield running
    running.reset()


@pytest.fixture(scope="module")
def clients(running: OpenAIServer) -> Iterator[dict[Provider, OpenAI]]:
    with (
        OpenAI(base_url=running.url, api_key=running.api_key, max_retries=0, timeout=5) as plain,
        AzureOpenAI(
            azure_endpoint=running.azure_url,
            api_key=running.api_key,
            api_version="2024-10-21",
            max_retries=0,
            timeout=5,
        ) as azure,
    ):
        yield {"openai": plain, "azure": azure}


@pytest.fixture
def client(clients: dict[Provider, OpenAI]) -> OpenAI:
    return clients["openai"]
