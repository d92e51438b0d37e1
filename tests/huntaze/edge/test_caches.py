"""Which caches the settings name, and what each is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from huntaze.edge import caches, cloudfront, http_purge
from huntaze.edge.failing import NotForgotten


class Node(HTTPServer):
    """A cache that notes what it is asked, and answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), Door)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Door(BaseHTTPRequestHandler):
    server: Node

    def do_PURGE(self) -> None:
        self.server.asked.append((self.headers["X-Purge-Key"], self.headers["Surrogate-Key"]))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    running = [Node(), Node()]
    for node in running:
        threading.Thread(target=node.serve_forever, args=(0.05,)).start()
    yield running
    for node in running:
        node.shutdown()
        node.server_close()


def test_nothing_stands_in_front_by_itself() -> None:
    assert caches.read((), "") is None


@pytest.mark.parametrize(
    ("addresses", "key"),
    [
        (("http://127.0.0.1:6081",), ""),
        (("cloudfront://E1", "cloudfront://E2"), "key"),
        (("cloudfront://E1", "http://127.0.0.1:6081"), "key"),
        (("varnish:6081",), "key"),
    ],
)
def test_what_cannot_work_is_refused(addresses: tuple[str, ...], key: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        caches.read(addresses, key)


def test_every_node_is_told_in_requests_of_a_hundred(nodes: list[Node]) -> None:
    cache = caches.read(tuple(node.url for node in nodes), "key")
    assert isinstance(cache, http_purge.HttpPurge)
    tags = [f"@creator{number}" for number in range(150)]
    cache.forget(tags)
    for node in nodes:
        assert node.asked == [("key", " ".join(tags[:100])), ("key", " ".join(tags[100:]))]


def test_one_that_fails_does_not_keep_the_other_from_hearing(nodes: list[Node]) -> None:
    nodes[0].status = 503
    cache = http_purge.HttpPurge(("http://127.0.0.1:9", *(node.url for node in nodes)), "key")
    with pytest.raises(NotForgotten, match=r"127\.0\.0\.1:9.*503"):
        cache.forget(["@nadia"])
    assert nodes[1].asked == [("key", "@nadia")]


@pytest.mark.parametrize(
    ("tags", "paths"),
    [
        (["@nadia"], ["/@nadia*"]),
        (["@lea", "@nadia"], ["/@lea*", "/@nadia*"]),
        ([f"@creator{number}" for number in range(6)], ["/@*"]),
        (["site"], sorted(cloudfront.OURS)),
        (["@nadia", "page"], sorted([*cloudfront.OURS, "/@*"])),
        ([], []),
    ],
)
def test_amazon_is_told_addresses_few_enough_to_take(tags: list[str], paths: list[str]) -> None:
    assert cloudfront.paths(tags) == paths
    # As many as it works on at a time, of two sweeps.
    assert sum(path.endswith("*") for path in paths) <= 7
