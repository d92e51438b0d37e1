"""The front page, sign-up, log-in and log-out, settings, and the switches for theme and language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configuration
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from accounts import api_keys
from accounts.models import ApiKey, User
from analytics.models import Event
from tests.conftest import PASSWORD
from tests.strict_templates import refuse_unknown_variables

SIGN_UP = {
    "name": "Nadia",
    "email": "Nadia@Example.org",
    "password1": "a rainy day in lyon",
    "adult": "on",
    "terms": "on",
    "time_zone": "Europe/Paris",
}
LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


class TestPolicy:
    @pytest.mark.parametrize("path", ["/", "/login", "/signup", "/nowhere"])
    def test_every_page_carries_the_policy(self, client: Client, path: str, db: None) -> None:
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


class TestSignUp:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_makes_a_creator_and_tells_of_it(self, client: Client, language: str, db: None) -> None:
        response = client.post("/signup", SIGN_UP, headers={"Accept-Language": language})

        assert response.headers["Location"] == "/app/welcome"
        user = User.objects.get()
        assert (user.email, user.name, user.role) == ("nadia@example.org", "Nadia", "creator")
        assert (user.locale, user.time_zone) == (language, "Europe/Paris")
        event = Event.objects.get(event="account.signed_up")
        assert (event.event, event.user_id) == ("account.signed_up", user.pk)
        assert event.data == {"role": "creator", "locale": language, "method": "form"}
        assert client.get("/app/create").status_code == 200

    def test_an_unknown_time_zone_is_left_out(self, client: Client, db: None) -> None:
        client.post("/signup", {**SIGN_UP, "time_zone": "Moon/Tranquility"})
        assert User.objects.get().time_zone == "UTC"

    def test_every_error_stands_at_its_field(self, client: Client, db: None) -> None:
        page = client.post("/signup", {"name": "", "email": "nobody", "password1": "short"}).text
        for field in ("id_name", "id_email", "id_password1", "id_adult", "id_terms"):
            assert f'id="{field}_error"' in page
            assert re.search(rf'aria-describedby="(?:{field}_helptext )?{field}_error"', page)
        assert page.count('aria-invalid="true"') == 5

    def test_it_passes_on_where_the_visitor_wanted_to_go(self, client: Client, db: None) -> None:
        page = client.get("/signup?next=/app/posts").text
        assert 'name="next" value="/app/posts"' in page
        response = client.post("/signup", {**SIGN_UP, "next": "/app/posts"})
        assert response.headers["Location"] == "/app/posts"


class TestLogIn:
    def test_it_leads_to_the_app(self, client: Client, alice: User) -> None:
        response = client.post("/login", {"login": "Alice@Example.org", "password": PASSWORD})
        assert response.headers["Location"] == "/app/"

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_wrong_password_is_told_above_the_fields(self, client: Client, alice: User, language: str) -> None:
        response = client.post(
            "/login", {"login": alice.email, "password": "wrong"}, headers={"Accept-Language": language}
        )
        assert response.status_code == 200
        assert 'role="alert"' in response.text

    def test_an_inactive_account_reads_why(self, client: Client, alice: User) -> None:
        alice.is_active = False
        alice.save()
        response = client.post("/login", {"login": alice.email, "password": PASSWORD}, follow=True)
        assert "This account is closed" in response.text

    def test_too_many_tries_wear_our_clothes(self, client: Client, settings: Any, alice: User) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
        client.get("/login")
        client.post("/login", {"login": alice.email, "password": "wrong"})
        response = client.post("/login", {"login": alice.email, "password": "wrong"})
        assert response.status_code == 429
        assert "Too many tries in a short time" in response.text

    @pytest.mark.parametrize("name", ["account_confirm_login_code", "mfa_trust", "google_login_by_token"])
    def test_no_other_page_of_allauth_has_an_address(self, name: str) -> None:
        with pytest.raises(NoReverseMatch):
            reverse(name)


class TestLogOut:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_opening_the_address_asks_first(self, alice_client: Client, alice: User, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get("/logout").text
        assert ("Se déconnecter" if language == "fr" else "Log out?") in page
        assert alice_client.get("/app/create").status_code == 200

    def test_it_ends_the_session(self, alice_client: Client) -> None:
        assert alice_client.post("/logout").headers["Location"] == "/"
        assert alice_client.get("/app/create").status_code == 302


class TestWhoMayEnter:
    PATHS = ["/app/settings", "/app/create", "/app/posts"]

    @pytest.mark.parametrize("path", PATHS)
    def test_a_visitor_is_led_to_the_log_in_and_back(self, client: Client, path: str, db: None) -> None:
        assert client.get(path).headers["Location"] == f"/login?next={path}"

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("who", ["charlie", "operator"])
    def test_who_is_no_creator_reads_what_to_do(
        self, client: Client, path: str, who: str, request: pytest.FixtureRequest
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        response = client.get(path)
        assert response.status_code == 403
        assert "This part is for creators" in response.text
        assert f'action="{reverse("account_logout")}"' in response.text

    @pytest.mark.parametrize("path", PATHS)
    def test_pages_of_an_account_stay_out_of_every_cache(self, alice_client: Client, path: str) -> None:
        kept = alice_client.get(path).headers["Cache-Control"]
        assert "private" in kept
        assert "no-store" in kept


class TestLanguageAndTheme:
    def test_the_cookie_goes_before_the_browser(self, client: Client, db: None) -> None:
        client.post("/language", {"language": "fr", "next": "/login"})
        response = client.get("/login", headers={"Accept-Language": "en"})
        assert response.headers["Content-Language"] == "fr"

    def test_a_creators_row_goes_before_the_cookie(self, alice_client: Client, alice: User) -> None:
        alice_client.cookies[configuration.LANGUAGE_COOKIE_NAME] = "en"
        User.objects.update(locale="fr")
        assert 'lang="fr"' in alice_client.get("/app/create").text

    def test_switching_the_language_stays_on_the_page(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post("/language", {"language": "fr", "next": "/app/posts?before=1"})
        assert response.headers["Location"] == "/app/posts?before=1"
        alice.refresh_from_db()
        assert alice.locale == "fr"

    def test_the_theme_is_in_the_first_bytes(self, alice_client: Client, alice: User) -> None:
        alice_client.post("/theme", {"theme": "dark", "next": "/app/create"})
        alice.refresh_from_db()
        assert alice.theme == "dark"
        assert 'data-theme="dark"' in alice_client.get("/app/create").text

    def test_the_theme_outlives_the_session(self, alice_client: Client) -> None:
        alice_client.post("/theme", {"theme": "dark", "next": "/app/create"})
        alice_client.post("/logout")
        assert 'data-theme="dark"' in alice_client.get("/").text

    def test_a_cookie_cannot_write_into_the_page(self, client: Client, db: None) -> None:
        client.cookies["theme"] = '"><script>'
        assert 'data-theme="system"' in client.get("/").text

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
    def test_it_leads_nowhere_else(self, client: Client, target: str, db: None) -> None:
        assert client.post("/theme", {"theme": "dark", "next": target}).headers["Location"] == "/"

    @pytest.mark.parametrize(("path", "field"), [("/theme", "theme"), ("/language", "language")])
    def test_an_unknown_choice_is_refused(self, client: Client, path: str, field: str, db: None) -> None:
        response = client.post(path, {field: "pink"})
        assert response.status_code == 400
        assert "That request made no sense to us" in response.text

    def test_times_are_the_readers_own(self, alice_client: Client, alice: User) -> None:
        User.objects.update(time_zone="Pacific/Auckland")
        alice_client.get("/app/settings")
        assert timezone.get_current_timezone_name() == "UTC"

    def test_a_zone_that_the_system_forgot_breaks_nothing(self, alice_client: Client, alice: User) -> None:
        User.objects.update(time_zone="Atlantis/Capital")
        page = alice_client.get("/app/settings/preferences").text
        assert '<option value="Atlantis/Capital" selected>' in page


KEY = {"expires": "90", "scopes": ["usage", "content:read"]}


class TestApiKeys:
    def test_the_secret_is_shown_once(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post("/app/settings/keys", {**KEY, "name": "Newsletter"})
        key = ApiKey.objects.get()
        secret = response.text.partition('id="secret">')[2].partition("<")[0]
        assert api_keys.authenticate(secret, now=timezone.now()) == key
        assert key.scopes == ["content:read", "usage"]
        assert key.expires_at == key.created_at + timedelta(days=90)
        assert "no-store" in response.headers["Cache-Control"]
        page = alice_client.get("/app/settings/keys").text
        assert secret not in page
        assert "Newsletter" in page
        assert key.prefix in page

    def test_it_needs_a_name(self, alice_client: Client) -> None:
        assert alice_client.post("/app/settings/keys", {**KEY, "name": ""}).status_code == 422
        assert not ApiKey.objects.exists()

    @pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"expires": "7"}, {"expires": ""}])
    def test_it_needs_a_scope_and_an_end_that_there_are(self, alice_client: Client, wrong: dict[str, Any]) -> None:
        assert alice_client.post("/app/settings/keys", {**KEY, "name": "x", **wrong}).status_code == 422
        assert not ApiKey.objects.exists()

    def test_it_may_be_valid_until_it_is_revoked(self, alice_client: Client) -> None:
        page = alice_client.post("/app/settings/keys", {**KEY, "name": "x", "expires": "0"}).text
        assert ApiKey.objects.get().expires_at is None
        assert "valid until it is revoked" in page

    def test_there_are_so_many_at_most(self, alice_client: Client, alice: User) -> None:
        for _number in range(api_keys.MOST_KEYS):
            api_keys.create(alice, name="x", now=timezone.now())
        response = alice_client.post("/app/settings/keys", {**KEY, "name": "one more"})
        assert response.status_code == 422
        assert "You have 20 keys" in response.text

    def test_a_revoked_key_is_gone(self, alice_client: Client, alice: User) -> None:
        key, secret = api_keys.create(alice, name="Newsletter", now=timezone.now())
        page = alice_client.post(f"/app/settings/keys/{key.pk}/revoke", follow=True).text
        assert "Key revoked" in page
        assert key.prefix not in page
        with pytest.raises(api_keys.InvalidApiKey):
            api_keys.authenticate(secret, now=timezone.now())

    def test_a_key_of_another_creator_stays(self, alice_client: Client, bob: User) -> None:
        key, _secret = api_keys.create(bob, name="Bob's", now=timezone.now())
        page = alice_client.post(f"/app/settings/keys/{key.pk}/revoke", follow=True).text
        assert "Key revoked" not in page
        key.refresh_from_db()
        assert key.revoked_at is None

    def test_a_name_is_shown_as_text(self, alice_client: Client) -> None:
        page = alice_client.post("/app/settings/keys", {**KEY, "name": '"><img src=x onerror=alert(1)>'}).text
        assert "<img" not in page


class TestErrorPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_not_found(self, client: Client, language: str, db: None) -> None:
        response = client.get("/nowhere", headers={"Accept-Language": language})
        assert response.status_code == 404
        assert ("Il n’y a rien ici" if language == "fr" else "There is nothing here") in response.text

    def test_a_form_without_its_token(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True)
        response = client.post("/theme", {"theme": "dark"})
        assert response.status_code == 403
        assert "The form was open for too long" in response.text


def test_the_language_of_one_request_is_not_the_next_ones(client: Client, db: None) -> None:
    client.get("/", headers={"Accept-Language": "fr"})
    client.get("/", headers={"Accept-Language": "en"})
    assert translation.get_language() == "en"
