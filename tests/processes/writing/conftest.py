"""One product for all that kill what writes: each test waits until whoever was killed is back, and leaves it whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.processes.product import Product


@pytest.fixture(scope="package")
def product(provider_of_the_product: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), provider_of_the_product)
    try:
        running.up()
        running.wait_until(running.is_quiet, seconds=120)
        yield running
    finally:
        running.stack.close()
