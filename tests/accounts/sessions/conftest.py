from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import PASSWORD


def sign_in(user: User, **more: str) -> tuple[APIClient, Any]:
    """Sign in as an API client to which CSRF means what it means outside tests; return it with the answer."""
    client = APIClient(enforce_csrf_checks=True)
    response = client.post("/api/auth/login", {"email": user.email, "password": PASSWORD, **more}, format="json")
    if response.status_code == 200:
        client.defaults["HTTP_X_CSRFTOKEN"] = response.json()["csrf_token"]
    return client, response


@pytest.fixture
def program(alice: User) -> APIClient:
    """An API client that Alice signed in."""
    return sign_in(alice)[0]
