"""The page that shows every component: there where it is switched on, whole, and with all components."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as configuration
from django.test import Client

from accounts.models import User
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db
COMPONENTS = configuration.BASE_DIR / "templates" / "components"


def test_it_is_off_unless_switched_on(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get("/app/_components").status_code == 404


@pytest.mark.parametrize("path", ["/app/_components", "/app/_components?toasts"])
def test_every_component_renders(
    path: str, client: Client, alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_unknown_variables(monkeypatch)
    settings.COMPONENT_GALLERY = True
    client.force_login(alice)

    response = client.get(path)

    assert response.status_code == 200
    # Nothing that a component should have read stands in the page as it was written.
    assert not re.search(r"</?c-|{%|{{", response.text)
    assert ('action="/app/_components"' in response.text.partition('id="toasts"')[2]) == ("toasts" in path)
