"""What accounts write into their audit log is an event as well, in the same transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import api_keys
from accounts.models import ApiKey, AuditEntry, User
from analytics import events
from analytics.models import Event
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def told(name: str) -> list[tuple[int | None, dict[str, Any]]]:
    return list(Event.objects.filter(event=name).values_list("user_id", "data"))


def test_who_logs_in_by_a_page_or_as_a_program_is_recorded(client: Client, alice: User) -> None:
    assert client.post("/login", {"login": alice.email, "password": PASSWORD}).status_code == 302
    told_by_api = client.post("/api/auth/login", {"email": alice.email, "password": PASSWORD}, "application/json")

    assert told_by_api.status_code == 200
    methods = {data["method"] for user, data in told("account.logged_in") if user == alice.pk}
    assert methods == {"password", "api"}
    assert len(told("account.logged_in")) == 2


def test_a_wrong_password_is_no_log_in(client: Client, alice: User) -> None:
    client.post("/login", {"login": alice.email, "password": "something else"})
    assert told("account.logged_in") == []


def test_keys_are_recorded_with_what_they_open(alice: User) -> None:
    key, _ = api_keys.create(alice, name="laptop", scopes=["ai"], now=timezone.now())
    assert api_keys.revoke(alice, key.pk, now=timezone.now())
    assert not api_keys.revoke(alice, key.pk, now=timezone.now())

    assert told("api_key.created") == [(alice.pk, {"scopes": ["ai"]})]
    assert told("api_key.revoked") == [(alice.pk, {})]


@pytest.mark.django_db(transaction=True)
def test_without_the_event_nothing_happened(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise events.InvalidEvent

    monkeypatch.setattr(events, "check", refuse)
    with pytest.raises(events.InvalidEvent):
        api_keys.create(alice, name="laptop", now=timezone.now())
    assert not ApiKey.objects.exists()
    assert not AuditEntry.objects.filter(kind="api_key_created").exists()
