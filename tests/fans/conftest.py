"""A creator with a public page, and templates that know every variable."""

from __future__ import annotations

import pytest

from accounts import handles, profiles
from accounts.models import User
from tests.strict_templates import refuse_unknown_variables


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def nadia(alice: User) -> User:
    """Alice, with a page that says who she is."""
    alice.name = "Nadia"
    alice.save()
    handles.take(alice, "nadia")
    profile = profiles.of(alice)
    profile.bio = "Rain, tea and photographs."
    profile.save()
    return alice
