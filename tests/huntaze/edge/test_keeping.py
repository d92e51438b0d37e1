"""No cache may keep what belongs to somebody, whatever the view says. `tests/test_access.py` asks at every address."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts import public_pages
from huntaze.edge.keeping import KeepingMiddleware

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/nowhere", "/@nobody_here", "/static/nowhere.css", "/pricing/", "/api/nowhere"])
def test_what_is_not_there_is_kept_by_nobody(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer hz_none"},
        {"Cookie": "sessionid=over"},
        {"Cookie": "theme=dark; __Host-hz_access=none"},
        {"Cookie": "messages=none"},
    ],
)
def test_whoever_shows_who_they_are_gets_nothing_that_is_kept(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/pricing", headers=headers).headers["Cache-Control"] == "private, no-store"


def answered(said: str, status: int = 200, cookie: str = "", **request: Any) -> HttpResponse:
    def view(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse(status=status, headers={"Cache-Control": said} if said else {})
        if cookie:
            response.set_cookie(cookie, "x")
        response.headers["Surrogate-Key"] = "page"
        return response

    answer = KeepingMiddleware(view)(RequestFactory().get("/", **request))
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 410, 429, 500, 502, 503])
@pytest.mark.parametrize("said", ["", "public, max-age=60", "private, max-age=60"])
def test_redirects_and_errors_are_kept_by_nobody(status: int, said: str) -> None:
    response = answered(said, status)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Surrogate-Key" not in response.headers


def test_an_answer_that_sets_a_cookie_is_kept_by_nobody() -> None:
    assert answered("public, s-maxage=300", cookie="csrftoken").headers["Cache-Control"] == "private, no-store"


def test_what_says_nothing_is_kept_by_nobody() -> None:
    assert answered("").headers["Cache-Control"] == "private, no-store"


def test_what_is_public_is_left_as_it_is() -> None:
    response = answered("public, s-maxage=300")
    assert response.headers["Cache-Control"] == "public, s-maxage=300"
    assert response.headers["Surrogate-Key"] == "page"


class TestPublicPages:
    def test_head_says_what_get_says(self, client: Client) -> None:
        got, head = client.get("/pricing"), client.head("/pricing")
        assert head.content == b""
        for name in ("Cache-Control", "Vary", "Surrogate-Key", "Content-Language"):
            assert got.headers[name] == head.headers[name]

    def test_one_that_is_fresh_still_says_how_long(self, client: Client) -> None:
        tag = client.get("/pricing").headers["ETag"]
        response = client.get("/pricing", headers={"If-None-Match": tag})
        assert response.status_code == 304
        assert "s-maxage=300" in response.headers["Cache-Control"]

    def test_each_encoding_is_a_page_of_its_own(self, client: Client) -> None:
        plain = client.get("/pricing")
        packed = client.get("/pricing", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert "Accept-Encoding" in packed.headers["Vary"]
        # Weak: the bytes are others, the page is the same.
        assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"

    def test_it_varies_by_what_it_depends_on(self, client: Client) -> None:
        assert set(client.get("/pricing").headers["Vary"].split(", ")) == {
            "Accept-Language",
            "Cookie",
            "Accept-Encoding",
        }

    def test_an_address_that_names_its_language_does_not_ask_the_browser(self, client: Client) -> None:
        response = client.get("/pricing?lang=fr", headers={"Accept-Language": "en"})
        assert response.headers["Content-Language"] == "fr"
        assert set(response.headers["Vary"].split(", ")) == {"Cookie", "Accept-Encoding"}
        assert "Accept-Language" in client.get("/pricing?lang=de").headers["Vary"]

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]
    )
    def test_no_other_header_changes_it(self, client: Client, header: str) -> None:
        planted = client.get("/pricing", headers={header: "evil.example"})
        assert planted.content == client.get("/pricing").content
        assert b"evil.example" not in planted.content

    @pytest.mark.parametrize(
        ("path", "tag"),
        [("/", "site"), ("/legal/terms", "site"), ("/@Nadia", "@nadia"), ("/@nadia/posts/1", "@nadia")],
    )
    def test_its_tags_are_all_and_its_owner(self, path: str, tag: str) -> None:
        assert public_pages.tags(path) == ("page", tag)
