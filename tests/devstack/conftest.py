import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.devstack.stacks import Stack


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    one = Stack(tmp_path / "stack")
    yield one
    one.close()


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    def wait(is_so: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "it did not come about in time"
            time.sleep(0.05)

    return wait
