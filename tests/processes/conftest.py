from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import OpenAIServer


@pytest.fixture(scope="package")
def provider_of_the_product() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server
