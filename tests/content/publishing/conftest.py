from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from accounts.models import CreatorProfile, User
from content.models import Publication
from tests.content import states

DUE = datetime(2027, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def scheduled(alice: User) -> Callable[..., Publication]:
    """Return a function that stores a publication of Alice's, due at DUE; its post is a new one unless it is given."""
    CreatorProfile.objects.get_or_create(user=alice, defaults={"handle": "alice"})
    return partial(store, alice)


def store(user: User, channel: str = "instagram", **fields) -> Publication:
    content = fields.pop("content", None) or states.post(user, state="scheduled")
    values = {"due_at": DUE, "attempt_at": fields.get("due_at", DUE), "created_at": DUE, **fields}
    return Publication.objects.create(user=user, content=content, channel=channel, **values)
