"""What a page tells is taken in without a cookie or a query, and what should not count does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from analytics.collector import body, signing, stream
from tests.analytics.visits import FIREFOX, GOOGLEBOT, PHONE, send, tell, waiting

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_view_is_put_into_the_stream() -> None:
    with time_machine.travel(NOON, tick=False):
        assert tell(view=True, came_from="www.Instagram.com") == 204

    (entry,) = waiting()
    assert (entry.event, entry.version, entry.handle, entry.user_id, entry.at) == (
        "page.viewed",
        1,
        "nadia",
        None,
        NOON,
    )
    assert {**entry.data, "visitor": 0} == {
        "page": "creator",
        "content_id": None,
        "referrer_host": "instagram.com",
        "visitor": 0,
        "device": "desktop",
    }


def test_several_events_come_in_one_request() -> None:
    posts = [signing.post("nadia", number) for number in ("p1", "p2")]
    links = [signing.link("nadia", "bio", "example.org")]

    assert tell(view=True, posts=posts, links=links) == 204

    view, first, second, click = waiting()
    assert [(one.data["page"], one.data["content_id"]) for one in (view, first, second)] == [
        ("creator", None),
        ("post", "p1"),
        ("post", "p2"),
    ]
    assert (click.event, click.data["block_id"], click.data["host"]) == ("link.clicked", "bio", "example.org")
    assert {one.data["visitor"] for one in (view, first, second, click)} == {view.data["visitor"]}
    assert len({one.id for one in waiting()}) == 4


@pytest.mark.django_db
def test_it_asks_postgresql_nothing_and_sets_no_cookie_also_when_somebody_is_signed_in(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    before = client.cookies.output()
    with CaptureQueriesContext(connection) as asked:
        assert tell(client=client) == 204

    assert len(asked) == 0
    assert client.cookies.output() == before
    assert len(waiting()) == 1


def test_nothing_that_leads_to_the_visitor_is_kept() -> None:
    assert tell(headers={"X-Forwarded-For": "203.0.113.7"}) == 204

    kept = str([(key, stream.client().dump(key)) for key in stream.client().keys("*") if "salt" not in key])
    raw = str(waiting())
    assert "203.0.113.7" not in kept + raw
    assert "127.0.0.1" not in kept + raw
    assert "Firefox" not in kept + raw


@pytest.mark.parametrize(
    "headers",
    [
        {"DNT": "1"},
        {"Sec-GPC": "1"},
        {"User-Agent": GOOGLEBOT},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36"},
        {"User-Agent": ""},
    ],
)
def test_robots_and_whoever_does_not_want_it_are_not_counted(headers: dict[str, str]) -> None:
    assert tell(headers=headers) == 204
    assert waiting() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": ""},
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "", "Sec-Fetch-Site": ""},
    ],
)
def test_another_site_cannot_count_visits(headers: dict[str, str]) -> None:
    assert tell(headers=headers) == 403
    assert waiting() == []


def named(**told: Any) -> str:
    return json.dumps({"page": signing.page("nadia"), **told})


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "[]",
        "1",
        '{"a":' * 3_000,
        json.dumps({"view": True}),
        json.dumps({"page": "nadia", "view": True}),
        json.dumps({"page": "page nadia:forged", "view": True}),
        json.dumps({"page": signing.page("nadia")[:-1] + "!", "view": True}),
        json.dumps({"page": signing.post("nadia", "p1"), "view": True}),
        json.dumps({"page": 7, "view": True}),
        named(),
        named(view=False),
        named(view=True, cookie="1"),
        named(posts="p1"),
        named(posts=["p1"]),
        named(posts=[signing.post("bob", "p1")]),
        named(links=[signing.link("bob", "bio", "example.org")]),
        named(links=[signing.post("nadia", "p1")]),
        named(view=True, **{"from": None}),
        named(posts=[signing.post("nadia", number) for number in range(21)]),
        named(view=True, posts=[signing.post("nadia", number) for number in range(20)]),
        "\udcff",
    ],
)
def test_what_no_page_of_ours_says_is_refused(sent: str) -> None:
    assert send(sent.encode(errors="surrogateescape")) == 400
    assert waiting() == []


@pytest.mark.parametrize(
    "host", ["testserver", "", "not a host", "localhost", "a" * 101 + ".com", "<b>.com", "127.0.0.1:80", "é.fr"]
)
def test_what_is_no_host_or_is_ours_counts_as_no_source(host: str) -> None:
    assert tell(view=True, came_from=host) == 204
    assert waiting()[0].data["referrer_host"] == ""


def test_a_long_body_is_not_read() -> None:
    assert send("x" * (body.LONGEST + 1)) == 413


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_only_post_is_answered(method: str) -> None:
    assert getattr(Client(), method)("/collect").status_code == 405


def test_an_address_is_counted_so_often_in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_ADDRESS", 3)

    assert [tell(f"page_{number}") for number in range(5)] == [204, 204, 204, 429, 429]
    assert tell("nadia", headers={"User-Agent": PHONE}) == 429
    assert len(waiting()) == 3


def test_a_page_is_counted_so_often_in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_OF_PAGE", 2)

    assert [tell("nadia") for _ in range(3)] == [204, 204, 429]
    assert tell("alice") == 204
    assert all(0 < stream.client().ttl(key) <= 60 for key in stream.client().keys("*:o*:*"))


@pytest.mark.parametrize(("program", "device"), [(FIREFOX, "desktop"), (PHONE, "phone"), ("Nintendo Switch", "other")])
def test_the_kind_of_device_is_told(program: str, device: str) -> None:
    assert tell(headers={"User-Agent": program}) == 204
    assert waiting()[0].data["device"] == device
