from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_script_without_a_session_is_told_and_not_led_to_a_page(client: Client, headers: dict[str, str]) -> None:
    response = client.get("/app/posts", headers=headers)

    assert response.status_code == 401
    assert response.text == ""


def test_a_person_without_a_session_is_led_to_the_log_in(client: Client) -> None:
    response = client.get("/app/posts", headers={"Sec-Fetch-Dest": "document"})

    assert response.headers["Location"] == "/login?next=/app/posts"


def test_a_script_of_who_is_logged_in_gets_its_answer(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.get("/app/notifications/panel", headers={"HX-Request": "true"}).status_code == 200
