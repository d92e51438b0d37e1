"""Huntaze behind a real cache: what is kept, what never is, and how soon a change is seen."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest
from django.conf import settings as configuration
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import get_language_from_request

from accounts import handles, profiles
from accounts.models import PageChange, User
from accounts.sessions import cookies
from content.media import signing
from huntaze.edge import caches, changes, tasks
from huntaze.edge_settings import Edge
from tests.access_rows import ROWS
from tests.access_world import of_alice
from tests.fans.test_public import publish
from tests.huntaze.edge.varnish import PURGE_KEY, Varnish, languages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

SECRET: Final = "a-word-of-her-own@example.org"
"""On every page of Alice's own, and on no public one."""


@pytest.fixture
def varnish(live_server: Any, tmp_path: Any, settings: Any) -> Iterator[Varnish]:
    with Varnish(tmp_path, live_server.url) as running:
        settings.EDGE = Edge((running.url,), PURGE_KEY)
        yield running


@pytest.fixture
def visitor(varnish: Varnish) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=varnish.url, timeout=30) as client:
        yield client


@pytest.fixture
def nadia(alice: User) -> User:
    handles.take(alice, "nadia")
    profile = profiles.of(alice)
    profile.bio = "Rain, tea and photographs."
    profile.save()
    publish(alice)
    return alice


def session_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def hit(response: httpx2.Response) -> bool:
    return response.headers["X-Cache"] == "HIT"


class TestHits:
    def test_a_page_is_made_once_for_all_who_see_the_same(self, visitor: httpx2.Client, nadia: User) -> None:
        first = visitor.get("/@nadia", headers={"Accept-Language": "en-GB,en;q=0.8", "Cookie": "sidebar=folded; a=b"})
        assert not hit(first)
        for headers in (
            {"Accept-Language": "en"},
            {"Accept-Language": "de-DE,en;q=0.5,fr;q=0.2", "Cookie": "_ga=GA1.2.3"},
            {"Accept-Language": "ja", "User-Agent": "another"},
            {"Cookie": "language=en; theme=none"},
            {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/app/"},
        ):
            other = visitor.get("/@nadia?utm_source=mail&fbclid=1&utm_campaign=x", headers=headers)
            assert hit(other), headers
            assert other.content == first.content

    def test_each_language_and_theme_has_its_own(self, visitor: httpx2.Client, nadia: User) -> None:
        seen = set()
        for headers in (
            {"Accept-Language": "en"},
            {"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"},
            {"Accept-Language": "en", "Cookie": "theme=dark"},
            {"Accept-Language": "en", "Cookie": "x=1; theme=light; y=2"},
            {"Accept-Language": "en", "Cookie": "language=fr; theme=dark"},
        ):
            assert not hit(visitor.get("/@nadia", headers=headers)), headers
            page = visitor.get("/@nadia", headers=headers)
            assert hit(page)
            seen.add(page.text)
        assert len(seen) == 5

    def test_an_address_that_names_its_language_is_one_page_for_all(self, visitor: httpx2.Client) -> None:
        for language in languages():
            visitor.get(f"/pricing?lang={language}", headers={"Accept-Language": "en"})
            for headers in ({"Accept-Language": "fr"}, {"Cookie": "language=en"}):
                page = visitor.get(f"/pricing?lang={language}", headers=headers)
                assert hit(page)
                assert page.headers["Content-Language"] == language

    def test_the_rules_know_our_languages(self) -> None:
        assert sorted(languages()) == sorted(code for code, _name in configuration.LANGUAGES)

    @pytest.mark.parametrize(
        "accepted",
        ["", "fr", "FR-ca", "en-US,en;q=0.9,fr;q=0.8", "de,fr;q=0.7,en;q=0.3", "frr", "tlh, fr-CH;q=0.4", "*"],
    )
    def test_it_chooses_the_language_that_we_would(self, visitor: httpx2.Client, accepted: str, rf: Any) -> None:
        expected = get_language_from_request(rf.get("/", headers={"Accept-Language": accepted}))
        assert visitor.get("/pricing", headers={"Accept-Language": accepted}).headers["Content-Language"] == expected

    def test_head_ranges_and_encodings_are_of_the_same_page(self, visitor: httpx2.Client) -> None:
        plain = visitor.get("/pricing", headers={"Accept-Encoding": "identity"})
        head = visitor.head("/pricing", headers={"Accept-Encoding": "identity"})
        assert hit(head)
        assert head.headers["Content-Length"] == str(len(plain.content))
        packed = visitor.get("/pricing", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.content == plain.content
        part = visitor.get("/pricing", headers={"Accept-Encoding": "identity", "Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, plain.content[10:20])
        again = visitor.get("/pricing", headers={"If-None-Match": plain.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_the_browser_asks_again_each_time(self, visitor: httpx2.Client) -> None:
        said = visitor.get("/pricing").headers["Cache-Control"]
        assert "max-age=0" in said

    def test_many_at_once_have_it_made_once(
        self, varnish: Varnish, nadia: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = []
        read = handles.find

        def slow(handle: str) -> Any:
            made.append(handle)
            time.sleep(1)
            return read(handle)

        monkeypatch.setattr(handles, "find", slow)
        answers: list[int] = []
        crowd = [
            threading.Thread(target=lambda: answers.append(httpx2.get(f"{varnish.url}/@nadia", timeout=30).status_code))
            for _ in range(30)
        ]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert answers == [200] * 30
        assert made == ["nadia"]


class TestWhatIsPrivate:
    def test_nothing_of_anybody_is_ever_kept(
        self, visitor: httpx2.Client, nadia: User, charlie: User, bob: User, provider: Any
    ) -> None:
        arguments = {**of_alice(nadia), "<str:handle>": "alice"}
        paths = sorted({path for route in ROWS if (path := filled(route, arguments))})
        assert len(paths) > 100
        User.objects.filter(pk=nadia.pk).update(email=SECRET)
        owner = session_of(nadia)
        private = []
        for path in paths:
            first = visitor.get(path, headers=owner)
            assert not hit(first), path
            assert not hit(visitor.get(path, headers=owner)), path
            if SECRET in first.text:
                private.append(path)
        assert len(private) > 20
        for who in (session_of(charlie), session_of(bob), {}):
            for path in paths:
                answer = visitor.get(path, headers=who)
                assert SECRET not in answer.text, path
                assert not (hit(answer) and who), path

    def test_a_key_in_the_header_goes_past(self, visitor: httpx2.Client, nadia: User) -> None:
        for _ in range(2):
            assert not hit(visitor.get("/pricing", headers={"Authorization": "Bearer hz_none"}))

    @pytest.mark.parametrize("name", ["sessionid", "__Host-sessionid", "messages", cookies.ACCESS, cookies.REFRESH])
    def test_a_cookie_of_ones_own_goes_past(self, visitor: httpx2.Client, name: str) -> None:
        visitor.get("/pricing")
        assert not hit(visitor.get("/pricing", headers={"Cookie": f"theme=dark; {name}=none"}))

    def test_an_answer_with_a_cookie_is_not_kept(self, visitor: httpx2.Client) -> None:
        for _ in range(2):
            answer = visitor.get("/login")
            assert "csrftoken" in answer.headers.get("Set-Cookie", "")
            assert not hit(answer)
            visitor.cookies.clear()

    def test_who_is_logged_in_gets_their_own_page_and_leaves_the_shared_one(
        self, visitor: httpx2.Client, nadia: User
    ) -> None:
        shared = visitor.get("/@nadia")
        own = visitor.get("/@nadia", headers=session_of(nadia))
        assert own.text != shared.text
        assert "no-store" in own.headers["Cache-Control"]
        again = visitor.get("/@nadia")
        assert hit(again)
        assert again.text == shared.text

    def test_a_post_for_followers_is_in_no_kept_page(self, visitor: httpx2.Client, nadia: User) -> None:
        publish(nadia, "For followers alone.", audience="followers")
        for _ in range(2):
            assert "For followers alone." not in visitor.get("/@nadia").text

    def test_media_addresses_are_good_for_as_long_as_the_page_may_be_shown(self) -> None:
        # A page is fresh for five minutes and shown for five more while it is made anew.
        assert signing.WINDOW.total_seconds() > 600

    @pytest.mark.parametrize("path", ["/@nobody_here", "/@NADIA", "/nowhere", "/app/", "/login", "/api/usage/"])
    def test_errors_and_redirects_are_not_kept(self, visitor: httpx2.Client, nadia: User, path: str) -> None:
        for _ in range(2):
            answer = visitor.get(path)
            assert answer.status_code != 200 or path == "/login"
            assert not hit(answer)

    def test_a_page_that_is_not_there_yet_is_there_as_soon_as_it_is(self, visitor: httpx2.Client, bob: User) -> None:
        assert visitor.get("/@bob_here").status_code == 404
        handles.take(bob, "bob_here")
        publish(bob)
        assert visitor.get("/@bob_here").status_code == 200


class TestPoison:
    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Forwarded-Host": "evil.example"},
            {"X-Forwarded-Server": "evil.example"},
            {"Forwarded": "host=evil.example"},
            {"X-Original-URL": "/login"},
            {"X-HTTP-Method-Override": "POST"},
            {"X-Forwarded-Prefix": "/evil.example"},
            {"Referer": "https://evil.example/"},
            {"HX-Request": "true", "HX-Current-URL": "https://evil.example/"},
            {"Cookie": "theme=evil.example; language=evil.example"},
            {"User-Agent": "evil.example"},
        ],
    )
    def test_what_is_not_in_the_key_is_not_in_the_page(
        self, visitor: httpx2.Client, nadia: User, headers: dict[str, str]
    ) -> None:
        visitor.get("/@nadia", headers=headers)
        seen = visitor.get("/@nadia")
        assert hit(seen)
        assert seen.status_code == 200
        assert "evil.example" not in seen.text
        assert "evil.example" not in str(seen.headers)

    def test_another_host_is_another_page(self, visitor: httpx2.Client, nadia: User) -> None:
        assert visitor.get("/@nadia", headers={"Host": "evil.example"}).status_code == 400
        assert visitor.get("/@nadia").status_code == 200

    def test_the_scheme_is_in_the_key(self, visitor: httpx2.Client, nadia: User) -> None:
        visitor.get("/@nadia", headers={"X-Forwarded-Proto": "http"})
        assert not hit(visitor.get("/@nadia", headers={"X-Forwarded-Proto": "https"}))

    def test_a_body_with_a_get_changes_nothing(self, visitor: httpx2.Client, nadia: User) -> None:
        visitor.request("GET", "/@nadia", content=b"lang=fr")
        assert visitor.get("/@nadia").headers["Content-Language"] == "en"

    @pytest.mark.parametrize("headers", [{}, {"X-Purge-Key": "guess", "Surrogate-Key": "page"}])
    def test_nobody_else_may_purge(self, visitor: httpx2.Client, nadia: User, headers: dict[str, str]) -> None:
        visitor.get("/@nadia")
        assert visitor.request("PURGE", "/@nadia", headers=headers).status_code == 403
        assert hit(visitor.get("/@nadia"))

    @pytest.mark.parametrize("tags", ["", ".*", "a|b", "@nadia)|(x"])
    def test_tags_are_words(self, visitor: httpx2.Client, nadia: User, tags: str) -> None:
        visitor.get("/@nadia")
        answer = visitor.request("PURGE", "/", headers={"X-Purge-Key": PURGE_KEY, "Surrogate-Key": tags})
        assert answer.status_code == 400
        assert hit(visitor.get("/@nadia"))


class TestForgetting:
    def test_a_change_is_seen_within_a_second(
        self, visitor: httpx2.Client, nadia: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The worker's part, without the way through the queue: tests/processes has that.
        monkeypatch.setattr(tasks, "nudge", lambda countdown=0.0: tasks.purge_changed_pages())
        for address in ("/@nadia", "/@nadia?lang=fr", "/pricing"):
            visitor.get(address)
        visitor.get("/@nadia", headers={"Cookie": "theme=dark"})
        began = time.monotonic()
        with transaction.atomic():
            row = publish(nadia, "Fresh from the press.")
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(body="Fresher still.")
        assert "Fresher still." in visitor.get("/@nadia").text
        assert time.monotonic() - began < 1
        assert "Fresher still." in visitor.get("/@nadia?lang=fr").text
        assert "Fresher still." in visitor.get("/@nadia", headers={"Cookie": "theme=dark"}).text
        assert hit(visitor.get("/pricing"))

    def test_a_page_alone_is_forgotten_and_its_namesake_stays(
        self, visitor: httpx2.Client, nadia: User, bob: User
    ) -> None:
        handles.take(bob, "nadia_too")
        publish(bob)
        visitor.get("/@nadia_too")
        cache = caches.configured()
        assert cache
        cache.forget(["@nadia"])
        assert hit(visitor.get("/@nadia_too"))
        cache.forget(["page"])
        assert not hit(visitor.get("/@nadia_too"))

    def test_a_cache_that_is_away_hears_of_it_later(self, nadia: User, settings: Any) -> None:
        settings.EDGE = Edge(("http://127.0.0.1:9",), PURGE_KEY)
        now = timezone.now()
        assert changes.spread(caches.configured(), now=now) == 0
        assert PageChange.objects.filter(tag="@nadia", due_at__gt=now).exists()


class TestAway:
    def test_pages_are_shown_while_we_fail(
        self, visitor: httpx2.Client, nadia: User, monkeypatch: pytest.MonkeyPatch, varnish: Varnish
    ) -> None:
        monkeypatch.setattr("accounts.public_pages.SHARED_SECONDS", 1)
        shown = visitor.get("/@nadia").text
        time.sleep(2)
        monkeypatch.setattr(handles, "find", lambda _handle: 1 / 0)
        for _ in range(3):
            answer = visitor.get("/@nadia")
            assert (answer.status_code, answer.text) == (200, shown)
        assert visitor.get("/@lea_unseen").status_code == 500
        monkeypatch.undo()
        publish(nadia, "We are back.")
        give_up_at = time.monotonic() + 10
        while "We are back." not in visitor.get("/@nadia").text:
            assert time.monotonic() < give_up_at
            time.sleep(0.2)


def filled(route: str, arguments: dict[str, str]) -> str:
    for name, value in arguments.items():
        route = route.replace(name, value)
    # Streams have no end here, where no worker writes what they wait for; they say no-store as all the others do.
    left_out = "<" in route or route.startswith(("logout", "admin/^")) or route.endswith("/events")
    return "" if left_out else quote(f"/{route}", safe="/@.")


def test_every_public_page_is_in_the_rules(varnish: Varnish) -> None:
    named = re.findall(r'req\.url !~ "([^"]+)"', varnish.rules.read_text())
    for path in (
        "/",
        "/pricing",
        "/legal/terms",
        "/legal/privacy",
        "/legal/imprint",
        "/robots.txt",
        "/sitemap.xml",
        "/@nadia",
    ):
        assert any(re.match(each, path) for each in named), path
    for path in ("/app/", "/login", "/api/usage/", "/pricing/x", "/calendar/x.ics", "/language", "/@nadia/follow"):
        assert not any(re.match(each, path) for each in named), path
