"""Who opens the operators' pages, and what they read there."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from tests.conftest import person

REPORT = "/admin/ai_routing/ledgerentry/report/"
CSV = f"{REPORT}csv/"
OVERRIDES = "/admin/ai_routing/routingoverride/"
BREAKERS = f"{OVERRIDES}breakers/"
PROMPTS = "/admin/ai_routing/promptrecord/"


def staff(*permissions: str) -> Client:
    user = person("staff@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    """Return the words of a page as a reader has them."""
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("&nbsp;", " ").split())
