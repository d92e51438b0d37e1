"""Google and GitHub, played by a real OpenID provider that insists on PKCE: sign up, log in, connect, disconnect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.google import views as google
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from huntaze import content_policy
from tests.accounts.entrance.conftest import Look, Mailbox, link_in, log_in
from tests.browsing import CORNERS, Corner, tab_to
from tests.conftest import PASSWORD
from tests.fakes import identity_server
from tests.fakes.identity_server import IdentityServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[IdentityServer]:
    with identity_server.running() as server:
        yield server


@pytest.fixture(autouse=True)
def configured(elsewhere: IdentityServer, settings: Any, monkeypatch: pytest.MonkeyPatch, eager_workers: None) -> None:
    keys = {"APPS": [{"client_id": "huntaze", "secret": "secret"}], "OAUTH_PKCE_ENABLED": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"google": keys, "github": keys}
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": content_policy.directives(shown_from="data:", sent_to="data:", led_to=[elsewhere.url])
    }
    monkeypatch.setattr(google, "ID_TOKEN_ISSUER", elsewhere.url)
    for adapter, name, path in (
        (google.GoogleOAuth2Adapter, "authorize_url", "/google/auth"),
        (google.GoogleOAuth2Adapter, "access_token_url", "/oauth2/token"),
        (GitHubOAuth2Adapter, "authorize_url", "/login/oauth/authorize"),
        (GitHubOAuth2Adapter, "access_token_url", "/oauth2/token"),
        (GitHubOAuth2Adapter, "profile_url", "/user"),
        (GitHubOAuth2Adapter, "emails_url", "/user/emails"),
    ):
        monkeypatch.setattr(adapter, name, elsewhere.url + path)


def go(page: Page, provider: str, sub: str) -> None:
    page.goto("/login")
    page.get_by_role("button", name=f"Continue with {provider}").click()
    agree(page, sub)


def agree(page: Page, sub: str) -> None:
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


@pytest.mark.parametrize("provider", ["Google", "GitHub"])
def test_a_newcomer_signs_up_and_logs_in_again(page: Page, elsewhere: IdentityServer, provider: str) -> None:
    before = elsewhere.verified()
    elsewhere.knows("nadia", name="Nadia", email="nadia@example.org", email_verified=True)
    go(page, provider, "nadia")
    page.wait_for_url("**/signup/other")
    expect(page.get_by_label("Email")).to_have_value("nadia@example.org")
    page.get_by_label("Name").fill("Nadia")
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/app/welcome")

    user = User.objects.get()
    assert (user.email, user.name, user.has_confirmed_address) == ("nadia@example.org", "Nadia", True)
    assert not user.has_usable_password()
    page.context.clear_cookies()
    go(page, provider, "nadia")
    page.wait_for_url("**/app/")
    assert User.objects.count() == 1
    assert elsewhere.verified() == before + 2
    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.get().extra_data.keys() <= {"email", "name", "login", "sub", "id"}


def test_a_newcomer_signs_up_and_sets_a_password_by_keyboard_alone(page: Page, elsewhere: IdentityServer) -> None:
    elsewhere.knows("keys", email="keys@example.org", email_verified=True)
    go(page, "GitHub", "keys")
    page.wait_for_url("**/signup/other")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Nadia")
    for box in ("I am 18 or older", "I agree to the terms"):
        tab_to(page, page.get_by_label(box))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Create my account"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/welcome")

    page.goto("/app/settings/security")
    tab_to(page, page.get_by_role("link", name="Set a password"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/password/set")
    for label in ("New password", "The new password again"):
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Password set.")).to_be_visible()
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_everybody_can_use_every_page_of_a_newcomer(
    browser: Browser, live_server: Any, elsewhere: IdentityServer, look: Look, corner: Corner
) -> None:
    elsewhere.knows("look", name="Nadia", email="look@example.org", email_verified=True)
    ours = live_server.url.replace("127.0.0.1", "localhost")
    page = browser.new_page(base_url=ours, **corner.options)
    page.goto("/login")
    page.locator("form[action$='/login/google'] button").click()
    agree(page, "look")
    page.wait_for_url("**/signup/other")
    look(page, "/signup/other")
    send_anyway(page, name="", email="none")
    look(page, named="signup-other-wrong")
    page.locator("[name=name]").fill("Nadia")
    page.locator("[name=email]").fill("look@example.org")
    page.locator("[name=adult]").check()
    page.locator("[name=terms]").check()
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/welcome")

    look(page, "/app/settings/security")
    look(page, "/app/settings/connections")
    page.locator("main form button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, named="connections-only-way-in")
    look(page, "/app/settings/security/password/set")
    send_anyway(page, password1="short", password2="other")
    look(page, named="password-set-wrong")
    page.context.close()


def send_anyway(page: Page, **fields: str) -> None:
    """Send what the browser itself would refuse, and wait for what we say to it."""
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("main form").evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    expect(page.locator("main [aria-invalid=true]").first).to_be_visible()


@pytest.mark.parametrize("provider", ["Google", "GitHub"])
def test_nobody_gets_in_because_an_address_is_the_same(
    page: Page, elsewhere: IdentityServer, alice: User, provider: str
) -> None:
    elsewhere.knows("other", name="Alice", email=alice.email, email_verified=True)
    go(page, provider, "other")
    page.wait_for_url("**/login/link/sent")
    assert not SocialAccount.objects.exists()
    message = Mailbox().only()
    assert message.to == [alice.email]
    # Whoever reads Alice's mail is Alice: in, and where the account is connected.
    page.goto(link_in(message))
    page.wait_for_url("**/app/settings/connections")


@pytest.mark.parametrize("known", [True, False])
def test_an_address_that_they_have_not_confirmed_is_a_claim(
    page: Page, elsewhere: IdentityServer, alice: User, known: bool
) -> None:
    email = alice.email if known else "nobody@example.org"
    elsewhere.knows("claim", name="Stranger", email=email, email_verified=False)
    go(page, "Google", "claim")
    page.wait_for_url("**/signup/other")
    page.get_by_label("Name").fill("Stranger")
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_url("**/app/welcome")
    assert not User.objects.get(name="Stranger").has_confirmed_address
    (message,) = mail.outbox
    assert message.to == [email]


def test_an_account_is_connected_and_disconnected(page: Page, elsewhere: IdentityServer, alice: User) -> None:
    elsewhere.knows("studio", name="Studio", email="studio@example.org", email_verified=True)
    log_in(page)
    page.wait_for_url("**/app/")
    page.goto("/app/settings/connections")
    page.get_by_role("button", name="Connect GitHub").click()
    agree(page, "studio")
    # A change of how one logs in: show once more that it is you.
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Account connected.")).to_be_visible()
    assert SocialAccount.objects.get().user == alice
    assert [message.subject for message in mail.outbox] == ["Account connected"]

    page.get_by_role("button", name="Disconnect GitHub").click()
    expect(page.get_by_text("Account disconnected.")).to_be_visible()
    assert not SocialAccount.objects.exists()


def test_who_says_no_is_told_what_else_there_is(page: Page, elsewhere: IdentityServer) -> None:
    page.goto("/login")
    page.get_by_role("button", name="Continue with Google").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()


@pytest.mark.parametrize("state", ["", "forged", "x" * 300])
def test_a_state_that_we_did_not_give_is_refused(client: Client, state: str) -> None:
    response = client.get("/login/google/callback", {"code": "code", "state": state})
    assert response.status_code == 401
    assert "That did not work" in response.text
    assert not User.objects.exists()


def test_a_state_of_another_browser_is_refused(client: Client, elsewhere: IdentityServer) -> None:
    other = Client()
    where = other.post("/login/google", {"process": "login"}).headers["Location"]
    state = where.partition("state=")[2].partition("&")[0]
    assert client.get("/login/google/callback", {"code": "code", "state": state}).status_code == 401


def test_it_leads_nowhere_else(client: Client, elsewhere: IdentityServer) -> None:
    response = client.post("/login/google", {"process": "login", "next": "https://elsewhere.example/"})
    assert response.headers["Location"].startswith(f"{elsewhere.url}/google/auth?")
    assert "elsewhere.example" not in str(client.session["socialaccount_states"])
