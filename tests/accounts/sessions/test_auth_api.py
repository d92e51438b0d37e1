"""An API client signs in, renews its tokens, and signs out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import Morsel
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp_auth
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, Session, User
from accounts.sessions import clients, cookies, rows
from tests.accounts.sessions.conftest import sign_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

UNSAFE = "/api/content/generate"


def kinds(user: User | None) -> list[str]:
    return list(AuditEntry.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_a_sign_in_sets_two_cookies_that_scripts_cannot_read(alice: User) -> None:
    client, response = sign_in(alice)

    body = response.json()
    assert body["user"]["email"] == "alice@example.org"
    assert body["session"]["kind"] == "api"
    assert body["session"]["current"] is True
    assert body["expires_in"] == 900
    access, refresh = response.cookies[cookies.ACCESS], response.cookies[cookies.REFRESH]
    for cookie in (access, refresh):
        assert cookie["httponly"] is True
        assert cookie["secure"] is True
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]
        # Nothing but a cookie carries it.
        assert cookie.value not in response.text
    assert (access["path"], access["max-age"]) == ("/", 900)
    assert refresh["path"] == "/api/auth/"
    assert "no-store" in response["Cache-Control"]
    assert client.get("/api/auth/me").json()["user"]["name"] == "Alice"
    assert client.get("/api/usage/").status_code == 200


def test_it_is_written_down(alice: User) -> None:
    sign_in(alice)

    assert kinds(alice) == ["sign_in"]
    alice.refresh_from_db()
    assert alice.last_login is not None


def test_its_tokens_are_nowhere_in_the_database(alice: User) -> None:
    _client, response = sign_in(alice)

    stored = str(Session.objects.values().get())
    assert response.cookies[cookies.ACCESS].value not in stored
    assert response.cookies[cookies.REFRESH].value not in stored


def test_it_does_not_touch_the_browsers_session(alice: User) -> None:
    _client, response = sign_in(alice)

    assert "sessionid" not in response.cookies


# --- Refused ------------------------------------------------------------------------------------------------------


def test_nobody_learns_who_has_an_account(alice: User, bob: User) -> None:
    bob.set_unusable_password()
    bob.save()
    answers = [
        APIClient().post("/api/auth/login", {"email": email, "password": "wrong"}, format="json")
        for email in (alice.email, bob.email, "nobody@example.org")
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "wrong_credentials"
    assert all(not answer.cookies for answer in answers)
    assert [kinds(user) for user in (alice, bob, None)] == [["sign_in_failed"]] * 3


def test_a_closed_account_is_told_to_who_has_its_password_alone(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    right, wrong = sign_in(alice)[1], sign_in(alice, password="wrong")[1]

    assert (right.status_code, right.json()["code"]) == (403, "account_closed")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    assert not Session.objects.exists()


def test_tries_are_counted_by_account_with_those_of_the_page(alice: User, client: Client) -> None:
    for number in range(10):
        client.post("/login", {"login": alice.email, "password": "wrong"}, REMOTE_ADDR=f"203.0.113.{number}")

    _client, response = sign_in(alice)

    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert int(response["Retry-After"]) > 0


def test_tries_are_counted_by_address(db: None) -> None:
    client = APIClient()

    answers = [
        client.post("/api/auth/login", {"email": f"{number}@example.org", "password": "wrong"}, format="json")
        for number in range(31)
    ]

    assert {answer.status_code for answer in answers[:30]} == {401}
    assert answers[30].status_code == 429


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "alice@example.org"},
        {"email": "x", "password": "x"},
        {"email": "alice@example.org", "pasword": "x"},
    ],
)
def test_a_body_that_is_not_valid_is_refused(body: dict[str, str], db: None) -> None:
    response = APIClient().post("/api/auth/login", body, format="json")

    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")


def test_a_page_of_another_site_cannot_sign_a_browser_in(alice: User) -> None:
    body = {"email": alice.email, "password": PASSWORD}
    client = Client()

    as_form = client.post("/api/auth/login", body)
    as_text = client.post("/api/auth/login", '{"email": "alice@example.org"}', content_type="text/plain")
    elsewhere = client.post(
        "/api/auth/login", body, content_type="application/json", headers={"Origin": "https://evil.example"}
    )
    at_home = client.post(
        "/api/auth/login", body, content_type="application/json", headers={"Origin": "http://testserver"}
    )

    assert (as_form.status_code, as_text.status_code, elsewhere.status_code) == (415, 415, 403)
    assert at_home.status_code == 200


# --- A second step ------------------------------------------------------------------------------------------------


@pytest.fixture
def app(alice: User) -> str:
    """Alice's authenticator app; the value is its secret."""
    secret: str = totp_auth.generate_totp_secret()
    totp_auth.TOTP.activate(alice, secret)
    return secret


def code_of(secret: str) -> str:
    counter = next(iter(totp_auth.yield_hotp_counters_from_time()))
    return str(totp_auth.format_hotp_value(totp_auth.hotp_value(secret, counter)))


def test_a_password_alone_does_not_pass_a_second_step(alice: User, app: str) -> None:
    without, wrong = sign_in(alice)[1], sign_in(alice, code="000000")[1]

    assert (without.status_code, without.json()["code"]) == (401, "code_required")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "code_wrong")
    assert not without.cookies
    assert not Session.objects.exists()
    assert kinds(alice) == ["code_failed"]
    # Whoever does not know the password does not learn of the second step.
    assert sign_in(alice, password="wrong", code="000000")[1].json()["code"] == "wrong_credentials"


def test_with_its_code_it_does_and_a_code_is_good_once(alice: User, app: str) -> None:
    code = code_of(app)

    client, right = sign_in(alice, code=code)
    again = sign_in(alice, code=code)[1]

    assert right.status_code == 200
    assert client.get("/api/auth/me").status_code == 200
    assert (again.status_code, again.json()["code"]) == (401, "code_wrong")


def test_codes_are_counted(alice: User, app: str) -> None:
    answers = [sign_in(alice, code="000000")[1].status_code for _number in range(12)]

    assert answers[0] == 401
    assert answers[-1] == 429


def test_who_has_only_a_passkey_is_told_what_to_do(alice: User) -> None:
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Phone"})

    problem = sign_in(alice)[1].json()

    assert problem["code"] == "code_required"
    assert "passkey" in problem["detail"]


# --- CSRF ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", UNSAFE),
        ("post", "/api/auth/logout"),
        ("post", "/api/auth/refresh"),
        ("delete", "/api/account/sessions"),
    ],
)
def test_nothing_is_done_without_the_csrf_token(method: str, path: str, program: APIClient) -> None:
    token = program.defaults.pop("HTTP_X_CSRFTOKEN")

    for wrong in ({}, {"X-CSRFToken": "x" * 32}, {"X-CSRFToken": token[:-1]}):
        response = getattr(program, method)(path, {}, format="json", headers=wrong)
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert program.get("/api/auth/me").status_code == 200


def test_it_is_done_with_the_token_of_the_sign_in_or_of_me(program: APIClient) -> None:
    assert program.post(UNSAFE, {}, format="json").status_code == 400
    program.defaults["HTTP_X_CSRFTOKEN"] = program.get("/api/auth/me").json()["csrf_token"]
    assert program.post(UNSAFE, {}, format="json").status_code == 400


def test_a_csrf_token_from_before_the_sign_in_is_worth_nothing_after_it(alice: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    planted = client.get("/login").cookies["csrftoken"].value
    client.post("/api/auth/login", {"email": alice.email, "password": PASSWORD}, format="json")

    response = client.post(UNSAFE, {}, format="json", headers={"X-CSRFToken": planted})

    assert response.status_code == 403


# --- Renewing -----------------------------------------------------------------------------------------------------


def cookie(client: APIClient, name: str) -> Morsel[str]:
    return client.cookies[name]


def renew(client: APIClient, token: str | None = None) -> Any:
    if token is not None:
        client.cookies[cookies.REFRESH] = token
    return client.post("/api/auth/refresh")


def test_tokens_are_renewed_and_the_old_refresh_token_is_used_up(program: APIClient) -> None:
    old = cookie(program, cookies.REFRESH).value
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert program.get("/api/auth/me").status_code == 401
        program.defaults["HTTP_X_CSRFTOKEN"] = renew(program).json()["csrf_token"]

        assert program.get("/api/auth/me").status_code == 200
        assert cookie(program, cookies.REFRESH).value != old
        session = Session.objects.get()
        assert (session.refresh_number, session.ended_at) == (1, None)
        assert session.expires_at == session.last_seen_at + rows.IDLE[Session.Kind.API]


def test_a_refresh_token_that_comes_twice_ends_the_session_for_everybody(program: APIClient, alice: User) -> None:
    stolen = cookie(program, cookies.REFRESH).value
    renew(program)
    newest = cookie(program, cookies.REFRESH).value
    assert program.get("/api/auth/me").status_code == 200

    response = renew(program, stolen)

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    session = Session.objects.get()
    assert session.ending == Session.Ending.REUSED
    assert program.get("/api/auth/me").status_code == 401
    assert renew(program, newest).status_code == 401
    assert kinds(alice) == ["sign_in", "token_reused"]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_come_at_once_one_is_the_second(alice: User) -> None:
    pair = clients.begin(alice, request=HttpRequest(), now=timezone.now())

    def once(_number: int) -> str:
        try:
            clients.renew(pair.refresh, request=HttpRequest(), now=timezone.now())
        except clients.SessionOver as refused:
            return type(refused).__name__
        else:
            return "renewed"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(once, range(2)))

    assert answers == ["TokenReused", "renewed"]
    assert Session.objects.get().ending == Session.Ending.REUSED


def test_only_a_token_that_was_ours_can_end_a_session(program: APIClient) -> None:
    good = cookie(program, cookies.REFRESH).value

    for bad in ("", "x", good[:-2], cookie(program, cookies.ACCESS).value):
        assert renew(program, bad).status_code == 401

    assert Session.objects.get().ended_at is None
    assert renew(program, good).status_code == 200


def test_a_session_is_over_after_a_month_without_a_sign_of_life_and_after_three_in_any_case(program: APIClient) -> None:
    start = timezone.now()
    with time_machine.travel(start + timedelta(days=31)):
        assert renew(program).status_code == 401
    for day in (29, 58, 87):
        with time_machine.travel(start + timedelta(days=day)):
            assert renew(program).status_code == 200
    with time_machine.travel(start + timedelta(days=91)):
        assert renew(program).status_code == 401


def test_a_new_password_uses_the_refresh_token_up(program: APIClient, alice: User) -> None:
    alice.set_password("another long sentence")
    alice.save()

    assert renew(program).status_code == 401


# --- Signing out --------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_and_takes_the_cookies_away(program: APIClient, alice: User) -> None:
    access, refresh = cookie(program, cookies.ACCESS).value, cookie(program, cookies.REFRESH).value

    response = program.post("/api/auth/logout")

    assert response.status_code == 204
    for name, path in ((cookies.ACCESS, "/"), (cookies.REFRESH, "/api/auth/")):
        assert (response.cookies[name].value, response.cookies[name]["path"]) == ("", path)
        assert response.cookies[name]["max-age"] == 0
    assert Session.objects.get().ending == Session.Ending.SIGNED_OUT
    assert kinds(alice) == ["sign_in", "sign_out"]
    # Whoever kept the tokens has nothing in hand.
    program.cookies[cookies.ACCESS] = access
    assert program.get("/api/auth/me").status_code == 401
    assert renew(program, refresh).status_code == 401


def test_a_browser_signs_out_by_it_too(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.post("/api/auth/logout").status_code == 204
    assert client.get("/api/auth/me").status_code == 401
    assert Session.objects.get().ending == Session.Ending.SIGNED_OUT
