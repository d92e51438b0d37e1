"""Tokens that were forged, cut short, expired or taken from elsewhere let nobody in; new keys sign nobody out."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.sessions import clients, cookies, keys, rows, tokens
from huntaze import jwt_settings

pytestmark = pytest.mark.django_db

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def pair(alice: User) -> clients.Pair:
    return clients.begin(alice, request=HttpRequest(), now=timezone.now())


def me(token: str) -> Any:
    client = APIClient()
    client.cookies[cookies.ACCESS] = token
    return client.get("/api/auth/me")


def claims(pair: clients.Pair, **changed: Any) -> dict[str, Any]:
    found = jwt.decode(pair.access, options={"verify_signature": False})
    return {name: value for name, value in {**found, **changed}.items() if value is not None}


def signed(values: dict[str, Any], **header: Any) -> str:
    name, key = next(iter(keys.ring().items()))
    return jwt.encode(values, header.pop("key", key), algorithm="HS256", headers={"kid": name, **header})


def part(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def assert_refused(token: str) -> None:
    response = me(token)
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_authenticated"
    assert response["WWW-Authenticate"]


def test_a_good_token_lets_its_owner_in(pair: clients.Pair, alice: User) -> None:
    body = me(pair.access).json()

    assert body["user"]["email"] == alice.email
    assert body["session"]["id"] == str(pair.session.pk)
    assert me(signed(claims(pair))).status_code == 200


def test_it_says_no_more_than_it_must(pair: clients.Pair) -> None:
    assert claims(pair).keys() == {"iss", "aud", "sub", "sid", "iat", "exp"}


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": "1"},
        {"sub": "x"},
        {"sid": "01a204c8-6688-75d8-977f-377bf46ef8d5"},
        {"sid": "x"},
        {"sid": 7},
        {"exp": 1},
        {"aud": "refresh"},
        {"iss": "somebody"},
        {"exp": None},
        {"sub": None},
        {"sid": None},
        {"iat": None},
        {"aud": None},
        {"iss": None},
    ],
    ids=str,
)
def test_claims_that_are_wrong_or_missing_are_refused(changed: dict[str, Any], pair: clients.Pair) -> None:
    assert_refused(signed(claims(pair, **changed)))


def test_a_token_of_another_person_does_not_open_the_session(pair: clients.Pair, bob: User) -> None:
    assert_refused(signed(claims(pair, sub=str(bob.pk))))


def test_no_signature_is_refused(pair: clients.Pair) -> None:
    name = next(iter(keys.ring()))
    for algorithm in ("none", "None", "NONE", ""):
        unsigned = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': name})}.{part(claims(pair))}."
        assert_refused(unsigned)
        assert_refused(unsigned + pair.access.rpartition(".")[2])


def test_a_wrong_key_is_refused(pair: clients.Pair) -> None:
    assert_refused(signed(claims(pair), key=b"x" * 32))
    assert_refused(signed(claims(pair), kid="unknown"))
    assert_refused(signed(claims(pair), kid="../../etc/passwd"))
    without = jwt.encode(claims(pair), next(iter(keys.ring().values())), algorithm="HS256")
    assert_refused(without)


def test_another_algorithm_is_refused(pair: clients.Pair) -> None:
    name, key = next(iter(keys.ring().items()))
    assert_refused(jwt.encode(claims(pair), key * 2, algorithm="HS512", headers={"kid": name}))
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert_refused(jwt.encode(claims(pair), private, algorithm="RS256", headers={"kid": name}))
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # The old confusion: what everybody may know of a key pair, taken for a secret. PyJWT itself would not write it.
    body = f"{part({'alg': 'HS256', 'kid': name})}.{part(claims(pair))}"
    signature = base64.urlsafe_b64encode(hmac.digest(public, body.encode(), "sha256")).rstrip(b"=").decode()
    assert_refused(f"{body}.{signature}")


@pytest.mark.parametrize("length", [1, 10, -1, -20])
def test_what_is_cut_short_is_refused(length: int, pair: clients.Pair) -> None:
    assert_refused(pair.access[:length])


@pytest.mark.parametrize("garbage", ["x", "..", "a.b.c", "é", "{}", "x" * 5_000, "null", "hz_abc"])
def test_garbage_is_refused(garbage: str, db: None) -> None:
    assert_refused(garbage)


def test_a_changed_letter_is_refused(pair: clients.Pair) -> None:
    head, body, signature = pair.access.split(".")
    assert_refused(f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}")
    assert_refused(f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")


def test_a_refresh_token_is_no_pass(pair: clients.Pair) -> None:
    assert_refused(pair.refresh)


def test_it_expires(pair: clients.Pair) -> None:
    with time_machine.travel(timezone.now() + tokens.LIFE - timedelta(seconds=5)):
        assert me(pair.access).status_code == 200
    with time_machine.travel(timezone.now() + tokens.LIFE + timedelta(seconds=5)):
        assert_refused(pair.access)


def test_a_session_that_ended_takes_its_token_along_at_once(pair: clients.Pair) -> None:
    assert me(pair.access).status_code == 200

    rows.end(pair.session, Session.Ending.REVOKED, now=timezone.now())

    assert_refused(pair.access)


def test_a_browsers_session_has_no_token(alice: User) -> None:
    session = rows.start(alice, Session.Kind.BROWSER, request=None, now=timezone.now())

    assert_refused(tokens.access(session, now=timezone.now()))


def test_a_closed_account_is_out_at_once(pair: clients.Pair, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert_refused(pair.access)


def test_a_new_password_ends_it_however_it_was_set(pair: clients.Pair, alice: User) -> None:
    alice.set_password("another long sentence")
    alice.save()

    assert_refused(pair.access)
    assert rows.of(alice, now=timezone.now()) == []


def test_another_cookie_does_not_help_a_bad_one(pair: clients.Pair, alice: User) -> None:
    client = APIClient()
    client.force_login(alice)
    assert client.get("/api/auth/me").status_code == 200
    client.cookies[cookies.ACCESS] = "x"

    assert client.get("/api/auth/me").status_code == 401


def test_nothing_of_a_token_is_logged(pair: clients.Pair, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        me(pair.access)
        me(pair.access[:-3])

    assert pair.access[-30:-3] not in caplog.text


# --- Keys ---------------------------------------------------------------------------------------------------------


def test_a_new_key_signs_and_the_old_one_still_verifies(alice: User, settings: Any) -> None:
    settings.JWT_KEYS = [("old", OLD)]
    before = clients.begin(alice, request=HttpRequest(), now=timezone.now())

    settings.JWT_KEYS = [("new", NEW), ("old", OLD)]
    after = clients.renew(before.refresh, request=HttpRequest(), now=timezone.now())

    assert me(before.access).status_code == 200
    assert jwt.get_unverified_header(after.access)["kid"] == "new"
    settings.JWT_KEYS = [("new", NEW)]
    assert me(after.access).status_code == 200
    assert_refused(before.access)


def test_a_key_that_took_the_name_of_another_verifies_nothing(alice: User, settings: Any) -> None:
    settings.JWT_KEYS = [("key", OLD)]
    before = clients.begin(alice, request=HttpRequest(), now=timezone.now())

    settings.JWT_KEYS = [("key", NEW)]

    assert_refused(before.access)


def test_without_keys_of_their_own_they_go_with_the_secret_key(alice: User, settings: Any) -> None:
    pair = clients.begin(alice, request=HttpRequest(), now=timezone.now())

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key, long enough for everybody"  # of this test

    assert me(pair.access).status_code == 200
    # Once it was seen under the new key, the old one is no longer needed but for the token's own signature.
    renewed = clients.renew(pair.refresh, request=HttpRequest(), now=timezone.now())
    settings.SECRET_KEY_FALLBACKS = []
    assert me(renewed.access).status_code == 200
    assert_refused(pair.access)


def test_the_derived_key_is_not_the_secret_key(settings: Any) -> None:
    (key,) = keys.ring().values()

    assert settings.SECRET_KEY.encode() not in key
    assert len(key) == 32


def test_keys_are_read_from_the_environment() -> None:
    assert jwt_settings.named([f"new:{NEW}", f" old:{OLD}:with:colons"]) == [
        ("new", NEW),
        ("old", f"{OLD}:with:colons"),
    ]


@pytest.mark.parametrize("entries", [["short:x"], [OLD], [f":{OLD}"], [""], [f"a:{OLD}", f"a:{NEW}"]])
def test_what_is_no_key_stops_the_start(entries: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="HUNTAZE_JWT_KEYS") as stopped:
        jwt_settings.named(entries)
    assert OLD not in str(stopped.value)
