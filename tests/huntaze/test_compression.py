"""What is text comes compressed to whoever can read that, and the words of a stream do not wait for each other."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from huntaze.compression import CompressionMiddleware

LONG = b"Rain on the window, tea on the sill. " * 40


def answered(make: Callable[[], HttpResponseBase], accepts: str = "gzip, br") -> HttpResponseBase:
    request = RequestFactory().get("/", headers={"accept-encoding": accepts})
    return CompressionMiddleware(lambda _request: make())(request)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "text/css", "text/javascript", "application/json", "image/svg+xml"]
)
def test_text_is_compressed(kind: str) -> None:
    response = answered(lambda: HttpResponse(LONG, content_type=kind))

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == LONG  # type: ignore[attr-defined]
    assert len(response.content) < len(LONG) / 5  # type: ignore[attr-defined]
    assert "Accept-Encoding" in response.headers["Vary"]


def test_whoever_cannot_read_it_gets_the_words() -> None:
    response = answered(lambda: HttpResponse(LONG), accepts="identity")

    assert "Content-Encoding" not in response.headers
    assert response.content == LONG  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["image/webp", "application/zip", "video/mp4", "application/octet-stream"])
def test_what_is_small_already_is_left_alone(kind: str) -> None:
    assert "Content-Encoding" not in answered(lambda: HttpResponse(LONG, content_type=kind)).headers


def test_each_event_of_a_stream_is_sent_by_itself() -> None:
    events = [b"data: 1\n\n", b"data: 2\n\n"]

    response = answered(lambda: StreamingHttpResponse(events, content_type="text/event-stream"))

    assert isinstance(response, StreamingHttpResponse)
    assert "Content-Encoding" not in response.headers
    assert list(response) == events


@pytest.mark.django_db
def test_pages_go_through_it(client: Client) -> None:
    response = client.get("/", headers={"accept-encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert b"Huntaze" in gzip.decompress(response.content)
