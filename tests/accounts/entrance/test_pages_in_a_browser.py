"""Every page of getting in, and of the settings about it: accessible, no wider than a phone, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configuration
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts import handles, profiles, sealing, sign_in_links
from accounts.entrance import second_factors
from accounts.models import User
from tests.accounts.entrance.conftest import Look, log_in
from tests.browsing import CORNERS, Corner
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

expect.set_options(timeout=20_000)

SECURITY = "/app/settings/security"
OPEN_PAGES = [
    "/login",
    "/signup",
    "/login/link",
    "/login/link/sent",
    "/login/link/none",
    "/login/reset",
    "/login/reset/sent",
    "/login/reset/1-none",
    "/login/confirm/none",
    "/login/cancelled",
    "/login/closed",
    # What another service answered does not belong to this browser.
    "/login/google/callback?state=forged",
]
OWN_PAGES = [
    "/login/again",
    SECURITY,
    f"{SECURITY}/email",
    f"{SECURITY}/password",
    f"{SECURITY}/app",
    f"{SECURITY}/passkeys/new",
    "/app/settings/connections",
    "/logout",
]
PAGES_WITH_A_SECOND_STEP = [
    SECURITY,
    f"{SECURITY}/codes",
    f"{SECURITY}/codes/new",
    f"{SECURITY}/app/remove",
    "/login/again/code",
]


def second_step(user: User) -> None:
    for kind, data in (
        (Authenticator.Type.TOTP, {"secret": "JBSWY3DPEHPK3PXP"}),
        (Authenticator.Type.RECOVERY_CODES, {"seed": "a" * 80}),
    ):
        sealed = {name: sealing.seal(value, purpose=second_factors.PURPOSE) for name, value in data.items()}
        Authenticator.objects.create(user=user, type=kind, data={**sealed, "used_mask": 0})


def keys(settings: Any) -> None:
    given = {"APPS": [{"client_id": "huntaze", "secret": "secret"}], "OAUTH_PKCE_ENABLED": True}
    settings.SOCIALACCOUNT_PROVIDERS = {"google": given, "github": given}


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_everybody_can_use_every_page_and_it_fits(
    browser: Browser, live_server: Any, alice: User, settings: Any, look: Look, corner: Corner
) -> None:
    keys(settings)
    User.objects.update(locale=corner.language)
    context = browser.new_context(base_url=live_server.url, **corner.options)
    page = context.new_page()
    for path in OPEN_PAGES:
        look(page, path)
    asked = sign_in_links.Asked("secret", "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Browser/1")
    look(page, "/login/link/" + sign_in_links.make(alice, asked, next_url="", now=timezone.now()))
    enter(page)
    for path in OWN_PAGES:
        look(page, path)
    second_step(alice)
    for path in PAGES_WITH_A_SECOND_STEP:
        look(page, path)
    context.clear_cookies()
    log_in(page)
    page.wait_for_url("**/login/second-step")
    look(page, "/login/second-step")
    context.close()


def enter(page: Page) -> None:
    """Log in, and show once more that it is Alice."""
    log_in(page)
    page.wait_for_url("**/app/")
    page.goto(f"/login/again?next={SECURITY}")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(SECURITY) and "next=" not in url)


def test_an_unconfirmed_address_is_told_and_mended_by_keyboard(page: Page, alice: User, eager_workers: None) -> None:
    User.objects.update(email_verified_at=None)
    log_in(page)
    page.wait_for_url("**/app/")
    notice = page.locator("#address-notice")
    expect(notice).to_contain_text("Confirm your address")
    notice.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send the mail again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("has a link that confirms it")).to_be_visible()
    assert Axe().run(page).violations_count == 0


def test_a_page_of_a_creator_shows_once_the_address_is_confirmed(page: Page, alice: User) -> None:
    handles.take(alice, "alice_b")
    profile = profiles.of(alice)
    profile.bio = "Rain."
    profile.save()
    User.objects.update(email_verified_at=None)
    assert page.request.get("/@alice_b").status == 404
    User.objects.update(email_verified_at=timezone.now() - timedelta(days=1))
    assert page.request.get("/@alice_b").status == 200


def test_the_address_of_a_link_is_in_no_referrer(page: Page, alice: User) -> None:
    asked = sign_in_links.Asked("secret", "192.0.2.7", "Browser/1")
    token = sign_in_links.make(alice, asked, next_url="", now=timezone.now())
    response = page.goto(f"/login/link/{token}")
    assert response is not None
    assert response.headers["referrer-policy"] == configuration.SECURE_REFERRER_POLICY == "same-origin"
