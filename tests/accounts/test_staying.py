"""Who watches something that lasts may go on for as long as their session or key is good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys, staying
from accounts.models import ApiKey, Session, User
from accounts.sessions import rows
from ai_routing import event_stream
from content import brief, generation
from tests.accounts.sessions.conftest import sign_in
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


def by_key(user: User) -> tuple[Any, Any]:
    key, _secret = api_keys.create(user, name="laptop", now=timezone.now())
    request: Any = RequestFactory().get("/")
    request.auth = key
    return request, ApiKey.objects.filter(pk=key.pk)


def by_token(user: User) -> tuple[Any, Any]:
    return by_row(user, Session.Kind.API)


def by_browser(user: User) -> tuple[Any, Any]:
    return by_row(user, Session.Kind.BROWSER)


def by_row(user: User, kind: Session.Kind) -> tuple[Any, Any]:
    session = rows.start(user, kind, request=None, now=timezone.now())
    request: Any = RequestFactory().get("/")
    if kind == Session.Kind.API:
        request.auth = session
    else:
        request.browser_sid = session.pk
    return request, Session.objects.filter(pk=session.pk)


@pytest.mark.parametrize("way", [by_key, by_token, by_browser])
def test_it_is_asked_anew_each_time(way: Any, alice: User) -> None:
    request, row = way(alice)
    stays_in = staying.of(request)
    assert stays_in()

    now = timezone.now()
    row.update(**({"revoked_at": now} if way is by_key else {"ended_at": now, "ending": "revoked"}))

    assert not stays_in()


@pytest.mark.parametrize("way", [by_key, by_token, by_browser])
def test_time_ends_it_too(way: Any, alice: User) -> None:
    request, row = way(alice)
    stays_in = staying.of(request)

    row.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert not stays_in()


@pytest.mark.parametrize("way", [by_key, by_token, by_browser])
def test_a_closed_account_ends_it_too(way: Any, alice: User) -> None:
    request, _row = way(alice)
    stays_in = staying.of(request)

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert not stays_in()


def test_who_came_with_nothing_may_not_stay() -> None:
    assert not staying.of(HttpRequest())()


class TestStreams:
    """Of a text for which no worker comes: without an end of the session, its stream would never end."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
        monkeypatch.setattr(event_stream, "LOOK_SECONDS", 0.01)

    @pytest.fixture
    def url(self, alice: User, provider: OpenAIServer) -> str:
        asked = generation.request(alice, brief.Brief(prompt="Rain"), now=timezone.now())
        return f"/api/content/generations/{asked.pk}/events"

    def opened(self, client: Any, url: str) -> Iterator[bytes]:
        words: Iterator[bytes] = iter(client.get(url).streaming_content)
        for _ in range(4):
            assert next(words) in {b"retry: 1000\n\n", b": waiting\n\n"}
        return words

    def test_a_browser_that_is_signed_out_elsewhere_reads_no_more(self, alice: User, url: str) -> None:
        client = Client()
        client.force_login(alice)
        words = self.opened(client, url)

        rows.end_all(alice, Session.Ending.REVOKED, now=timezone.now())

        assert list(words) == []

    def test_a_program_whose_session_ends_reads_no_more(self, alice: User, url: str) -> None:
        words = self.opened(sign_in(alice)[0], url)

        rows.end_all(alice, Session.Ending.REVOKED, now=timezone.now())

        assert list(words) == []

    def test_a_key_that_is_revoked_reads_no_more(self, alice: User, url: str) -> None:
        key, secret = api_keys.create(alice, name="laptop", now=timezone.now())
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        words = self.opened(client, url)

        api_keys.revoke(alice, key.pk, now=timezone.now())

        assert list(words) == []
