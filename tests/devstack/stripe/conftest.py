from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.stripe_account import Account, Inbox


@pytest.fixture
def account() -> Iterator[Account]:
    with Account() as one:
        yield one


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as one:
        yield one
