"""A sign-up and the event that tells of it are one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from analytics import events
from analytics.models import Event
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Dora",
    "email": "Dora@Example.org",
    "password1": PASSWORD,
    "time_zone": "Europe/Paris",
    "adult": "on",
    "terms": "on",
}


def test_a_sign_up_is_recorded(client: Client) -> None:
    response = client.post("/signup", FORM, headers={"Accept-Language": "fr"})

    assert response.status_code == 302, response.content
    user = User.objects.get(email="dora@example.org")
    event = Event.objects.get()
    assert (event.event, event.user_id) == ("account.signed_up", user.pk)
    assert event.data == {"role": "creator", "locale": "fr", "method": "form"}


def test_without_the_event_there_is_no_account(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise events.InvalidEvent

    monkeypatch.setattr(events, "check", refuse)

    with pytest.raises(events.InvalidEvent):
        client.post("/signup", FORM)

    assert not User.objects.exists()
