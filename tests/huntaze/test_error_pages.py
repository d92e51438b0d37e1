"""What stands at an address that went wrong."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from huntaze import error_pages


@pytest.mark.django_db
def test_programs_get_a_problem_and_people_a_page(client: Client) -> None:
    assert client.get("/api/no/such/thing").json()["code"] == "not_found"
    assert client.get("/api/no/such/thing")["Content-Type"] == "application/problem+json"
    assert client.get("/no/such/page")["Content-Type"].startswith("text/html")
    assert client.get("/no/such/page").status_code == 404


@pytest.mark.parametrize(
    ("handler", "status", "code"),
    [
        (error_pages.bad_request, 400, "invalid_request"),
        (error_pages.permission_denied, 403, "permission_denied"),
        (error_pages.page_not_found, 404, "not_found"),
    ],
)
def test_each_handler_has_a_stable_code(handler: object, status: int, code: str) -> None:
    assert callable(handler)
    response = handler(RequestFactory().get("/api/x"), Exception("said nowhere"))

    assert response.status_code == status
    assert f'"code": "{code}"'.encode() in response.content
    assert b"said nowhere" not in response.content


def test_a_crash_is_told_without_its_words() -> None:
    response = error_pages.server_error(RequestFactory().get("/api/x"))

    assert response.status_code == 500
    assert b'"code": "server_error"' in response.content


def test_a_crash_on_a_page_needs_neither_database_nor_session() -> None:
    response = error_pages.server_error(RequestFactory().get("/app/posts"))

    assert response.status_code == 500
    assert b"<html" in response.content
