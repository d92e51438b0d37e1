"""The headers of what no view answers; of all that one does, `test_access` asks. Production's policy is as strict."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from huntaze import content_policy
from huntaze.answer_headers import AnswerHeadersMiddleware
from tests.answer_headers import assert_complete, assert_strict, over_https


@pytest.fixture(autouse=True)
def https(settings: Any) -> None:
    over_https(settings)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "/static/favicon.svg",
        "/static/js/frame.js",
        "/static/none.js",
        "/healthz",
        "/readyz",
        "/nowhere",
        "/api/nowhere",
        "/admin/jsi18n/",
        "//evil.example/",
        "/app/%ff",
    ],
)
def test_what_no_view_of_ours_answers(url: str, client: Client) -> None:
    with closing(client.get(url, secure=True)) as response:
        assert_complete(response, url)


@pytest.mark.django_db
def test_the_way_to_https(client: Client) -> None:
    response = client.get("/login")

    assert response.status_code == 301
    assert response.headers["Location"] == "https://testserver/login"
    assert_complete(response, "redirect", secure=False)


@pytest.mark.django_db
def test_a_host_that_is_not_ours(client: Client) -> None:
    response = client.get("/", secure=True, headers={"host": "evil.example"})

    assert response.status_code == 400
    assert_complete(response, "host")


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/login", "/api/auth/me"])
def test_a_crash(url: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_arguments: object, **_more: object) -> HttpResponse:
        raise ZeroDivisionError("none of your business")

    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", crash)
    client.raise_request_exception = False

    response = client.get(url, secure=True)

    assert response.status_code == 500
    assert b"none of your business" not in response.content
    assert_complete(response, url)


@pytest.mark.django_db
def test_a_form_without_its_token() -> None:
    response = Client(enforce_csrf_checks=True).post("/login", secure=True)

    assert response.status_code == 403
    assert_complete(response, "csrf")


def test_what_is_said_already_stays(settings: Any) -> None:
    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"})

    response = AnswerHeadersMiddleware(answer)(HttpRequest())

    assert response.headers["Content-Security-Policy"] == "default-src 'self'"


def test_the_policy_of_production() -> None:
    directives = content_policy.directives(
        shown_from="https://cdn.example", sent_to="https://s3.example", led_to=["https://accounts.example"]
    )

    assert_strict("; ".join(f"{name} {' '.join(words)}" for name, words in directives.items()), "production")
    # What nobody asked for is 'none' by default-src: plugins, frames, workers.
    assert not {"object-src", "frame-src", "child-src", "worker-src"} & directives.keys()
