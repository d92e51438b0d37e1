"""Compresses what is text, for readers on slow lines; a CDN passes pages that belong to one person through as they are."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXT: Final = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """Django's, which hides the length of secrets, but for pictures, which are small already, and event streams.

    Compressed, the words of a stream would wait for each other.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if kind.startswith(TEXT) and not kind.startswith("text/event-stream"):
            return super().process_response(request, response)
        return response
