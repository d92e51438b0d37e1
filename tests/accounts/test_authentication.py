"""Who the API takes a request to come from: the bearer of a key, or the browser's own session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import ApiKey, User

pytestmark = pytest.mark.django_db
# A refused request rolls back the transaction that it finds: whoever goes on after it needs one of their own.
goes_on = pytest.mark.django_db(transaction=True)

SAFE = "/api/usage/"
UNSAFE = "/api/content/generate"
NOT_AN_OBJECT = "[]"


def send(client: APIClient, **headers: str) -> Any:
    """Send an unsafe request that goes no further than its body: 400 says that the door was open."""
    return client.post(UNSAFE, NOT_AN_OBJECT, content_type="application/json", headers=headers)


@pytest.fixture
def secret(alice: User) -> str:
    return api_keys.create(alice, name="test", now=timezone.now())[1]


@pytest.fixture
def browser(alice: User) -> APIClient:
    """Alice's browser, to which CSRF means what it means outside tests."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer  {} "])
def test_the_bearer_of_a_key_is_let_in(scheme: str, secret: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    authorization = scheme.format(secret)

    assert client.get(SAFE, headers={"Authorization": authorization}).status_code == 200
    assert ApiKey.objects.get().last_used_at is not None
    assert send(client, Authorization=authorization).status_code == 400


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hz_forged",
        "Basic YWxpY2U6eA==",
        "Token {}",
        "{}",
        "Bearer {} {}",
        "Bearer é\x7f",
    ],
)
def test_anything_else_is_401_and_says_how_to_come_in(authorization: str, secret: str) -> None:
    response = APIClient().get(SAFE, headers={"Authorization": authorization.format(secret, secret)})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["code"] == "not_authenticated"
    assert secret not in response.content.decode()


def test_a_revoked_key_is_refused_at_once(alice: User, secret: str) -> None:
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get(SAFE).status_code == 200

    api_keys.revoke(alice, ApiKey.objects.get().pk, now=timezone.now() - timedelta(seconds=1))

    assert client.get(SAFE).status_code == 401


def test_a_browser_reads_with_its_session(browser: APIClient) -> None:
    assert browser.get(SAFE).status_code == 200


def test_a_browser_that_writes_needs_the_csrf_token(browser: APIClient) -> None:
    refused = send(browser)

    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"
    assert "CSRF" in refused.json()["detail"]


@goes_on
def test_with_the_token_it_may_write(browser: APIClient) -> None:
    request = RequestFactory().get("/")
    token = get_token(request)
    browser.cookies["csrftoken"] = request.META["CSRF_COOKIE"]

    assert send(browser, **{"X-CSRFToken": token}).status_code == 400
    assert send(browser, **{"X-CSRFToken": "x" * 64}).status_code == 403


def test_a_wrong_key_is_not_forgiven_for_a_good_session(browser: APIClient) -> None:
    assert browser.get(SAFE, headers={"Authorization": "Bearer hz_forged"}).status_code == 401


def test_a_key_counts_before_the_session(bob: User, secret: str) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(bob)

    response = browser.get(SAFE, headers={"Authorization": f"Bearer {secret}"})

    assert response.json()["plan"] == "pro", "it is Alice's account that is read"
    assert send(browser, Authorization=f"Bearer {secret}").status_code == 400


@goes_on
def test_a_deactivated_account_is_out_by_every_door(alice: User, browser: APIClient, secret: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert browser.get(SAFE).status_code == 401
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}").get(SAFE).status_code == 401


def test_a_key_opens_the_api_and_no_page(secret: str) -> None:
    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}").get("/app/posts")

    assert response.status_code == 302
    assert response["Location"].startswith("/login")
