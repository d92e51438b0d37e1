"""Where one is signed in, seen and ended: on the page of the settings, and by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import ApiKey, AuditEntry, Session, User
from accounts.sessions import clients, rows
from tests.accounts.sessions.conftest import sign_in
from tests.accounts.sessions.test_browser_sessions import FIREFOX, PAGE, SAFARI, is_in, log_in
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def of(user: User, **fields: Any) -> Session:
    return Session.objects.get(user=user, **fields)


def kinds(user: User) -> set[str]:
    return set(AuditEntry.objects.filter(user=user).values_list("kind", flat=True))


def test_the_page_tells_device_and_place_of_each_and_which_is_this_one(alice: User, bob: User) -> None:
    here = log_in(alice)
    log_in(alice, SAFARI)
    log_in(bob, "curl/8.0")
    sign_in(alice)
    Session.objects.filter(user_agent=SAFARI).update(address="203.0.113.9", country="FR")

    page = here.get(PAGE).text

    assert page.index("This browser") < page.index("Mobile Safari on iOS")
    assert "Firefox on Windows" in page
    assert "203.0.113.9 · FR" in page
    assert "API client" in page
    assert "curl" not in page
    assert str(of(alice, user_agent=FIREFOX).pk) not in page


def test_one_is_ended(alice: User) -> None:
    here, there = log_in(alice), log_in(alice, SAFARI)

    page = here.post(f"{PAGE}/{of(alice, user_agent=SAFARI).pk}/end", follow=True).text

    assert "Session ended." in page
    assert "Safari" not in page
    assert is_in(here)
    assert not is_in(there)
    entry = AuditEntry.objects.get(user=alice, kind="session_ended")
    assert entry.data == {"name": "Mobile Safari on iOS"}


def test_one_of_somebody_else_stays(alice: User, bob: User) -> None:
    here, other = log_in(alice), log_in(bob)

    page = here.post(f"{PAGE}/{of(bob).pk}/end", follow=True).text

    assert "Session ended" not in page
    assert is_in(other)
    assert kinds(bob) == {"sign_in"}


def test_all_others_are_ended(alice: User, bob: User) -> None:
    here, there, other = log_in(alice), log_in(alice, SAFARI), log_in(bob)
    program, _answer = sign_in(alice)

    page = here.post(f"{PAGE}/end", follow=True).text

    assert "2 sessions ended." in page
    assert (is_in(here), is_in(there), is_in(other)) == (True, False, True)
    assert program.get("/api/auth/me").status_code == 401
    assert "There was no other session." in here.post(f"{PAGE}/end", follow=True).text


def test_the_page_asks_no_more_for_thirty_than_for_one(alice: User) -> None:
    here = log_in(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert here.get(PAGE).status_code == 200
        return len(asked)

    queries()
    few = queries()
    for _number in range(30):
        clients.begin(alice, request=HttpRequest(), now=timezone.now())

    assert queries() == few


# --- The API ------------------------------------------------------------------------------------------------------


def test_a_program_sees_and_ends_sessions(program: APIClient, alice: User, bob: User) -> None:
    browser, other = log_in(alice), log_in(bob)
    found = program.get("/api/account/sessions").json()

    assert {(one["kind"], one["device"], one["current"]) for one in found} == {
        ("browser", "Firefox on Windows", False),
        ("api", "Unknown device", True),
    }
    (theirs,) = [one["id"] for one in found if not one["current"]]
    assert program.delete(f"/api/account/sessions/{of(bob).pk}").status_code == 404
    assert program.delete(f"/api/account/sessions/{theirs}").status_code == 204
    assert program.delete(f"/api/account/sessions/{theirs}").status_code == 404
    assert (is_in(browser), is_in(other)) == (False, True)


def test_a_program_ends_all_others(program: APIClient, alice: User) -> None:
    browser = log_in(alice)

    assert program.delete("/api/account/sessions").status_code == 204

    assert not is_in(browser)
    assert program.get("/api/auth/me").status_code == 200


def test_a_key_has_no_session_of_its_own(alice_api: APIClient, alice: User) -> None:
    browser = log_in(alice)

    me = alice_api.get("/api/auth/me").json()

    assert (me["session"], me["csrf_token"], me["key"]["name"]) == (None, None, "test")
    assert alice_api.post("/api/auth/logout").status_code == 403
    assert alice_api.delete("/api/account/sessions").status_code == 204
    assert not is_in(browser)


# --- Keys by the API ----------------------------------------------------------------------------------------------


def test_a_program_makes_and_revokes_keys(program: APIClient, alice: User, bob: User) -> None:
    other, _secret = api_keys.create(bob, name="Bob's", now=timezone.now())
    order = {"name": "feed", "scopes": ["usage"], "expires_in_days": 30}

    made = program.post("/api/account/keys", order, format="json")

    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    secret = made.json()["secret"]
    key = APIClient()
    key.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert key.get("/api/usage/").status_code == 200
    refused = key.get("/api/account/keys")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert refused["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="account"'
    listed = program.get("/api/account/keys")
    assert secret not in listed.text
    assert [one["name"] for one in listed.json()] == ["feed"]
    number = made.json()["key"]["id"]
    assert program.delete(f"/api/account/keys/{other.pk}").status_code == 404
    assert program.delete(f"/api/account/keys/{number}").status_code == 204
    assert key.get("/api/usage/").status_code == 401
    assert kinds(alice) >= {"api_key_created", "api_key_revoked"}


def test_a_key_makes_none_that_can_do_more_or_lives_longer_than_itself(alice: User) -> None:
    now = timezone.now()
    parent, secret = api_keys.create(
        alice, name="parent", scopes=["account", "usage"], expires_at=now + rows.SEEN_EVERY, now=now
    )
    key = APIClient()
    key.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    more = key.post("/api/account/keys", {"name": "more", "scopes": ["usage", "ai"]}, format="json")
    same = key.post("/api/account/keys", {"name": "same", "scopes": ["usage"], "expires_in_days": 90}, format="json")

    assert (more.status_code, more.json()["code"]) == (403, "insufficient_scope")
    assert same.status_code == 201
    assert ApiKey.objects.get(name="same").expires_at == parent.expires_at


def test_there_are_so_many_keys_at_most(program: APIClient, alice: User) -> None:
    for _number in range(api_keys.MOST_KEYS):
        api_keys.create(alice, name="x", now=timezone.now())

    response = program.post("/api/account/keys", {"name": "x", "scopes": ["usage"]}, format="json")

    assert (response.status_code, response.json()["code"]) == (409, "too_many_keys")


def test_a_browser_needs_its_csrf_token_for_it(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.delete("/api/account/sessions").status_code == 403
    token = client.get("/api/auth/me").json()["csrf_token"]
    assert client.delete("/api/account/sessions", headers={"X-CSRFToken": token}).status_code == 204
