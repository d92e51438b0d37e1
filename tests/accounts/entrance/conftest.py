"""Mails of the entrance, as a worker sends them, and strict templates."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tests.strict_templates import refuse_unknown_variables


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class Mailbox:
    """What was mailed since it was last looked into."""

    def take(self) -> list[EmailMultiAlternatives]:
        found: list[Any] = list(mail.outbox)
        mail.outbox.clear()
        return found

    def only(self) -> EmailMultiAlternatives:
        (found,) = self.take()
        return found


@pytest.fixture
def mailbox(eager_workers: None) -> Mailbox:
    return Mailbox()


def link_in(message: EmailMultiAlternatives) -> str:
    """Return the path of the button's address, which both kinds have, under our own name."""
    html = str(message.alternatives[0][0])
    address = re.search(r'class="button" href="([^"]+)"', html)
    assert address is not None
    assert address[1] in message.body.splitlines()
    assert address[1].startswith(f"{settings.BASE_URL}/")
    return address[1].removeprefix(settings.BASE_URL)


def is_in(client: Client) -> bool:
    return client.get("/app/settings/security").status_code == 200


def without_tokens(page: str) -> str:
    """Return a page without what is new in every one."""
    lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(lines)
