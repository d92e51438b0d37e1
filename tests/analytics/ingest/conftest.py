from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.analytics.visits import forget_all


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    forget_all()
    yield
    forget_all()
