"""Passkeys, with Chromium's own virtual authenticator: add, name, log in, as a second step, show it is you, remove."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, CDPSession, Page, expect

from accounts.models import User
from tests.accounts.entrance.conftest import Look, log_in
from tests.browsing import CORNERS, Corner, tab_to
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

expect.set_options(timeout=20_000)


@pytest.fixture
def device(page: Page) -> CDPSession:
    return with_a_finger(page)


def with_a_finger(page: Page) -> CDPSession:
    """Give the page a device whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def add(page: Page, name: str) -> None:
    log_in(page)
    page.wait_for_url("**/app/")
    page.goto("/app/settings/security")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    # The first one comes with recovery codes.
    page.get_by_role("link", name="Done").click()


def log_out(page: Page) -> None:
    page.goto("/logout")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    page.wait_for_url("**/")


def press(page: Page, role: Any, name: str) -> None:
    tab_to(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


@pytest.mark.usefixtures("device")
def test_one_is_added_named_used_and_removed(page: Page, alice: User) -> None:
    add(page, "Phone")
    expect(page.get_by_text("Phone", exact=True)).to_be_visible()
    expect(page.get_by_text("A password alone does not open your account.")).to_be_visible()

    log_out(page)
    page.goto("/login?next=/app/settings/security")
    page.get_by_role("button", name="Log in with a passkey").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/settings/security")
    expect(page.get_by_text("Last used:")).to_be_visible()

    press(page, "link", "Rename Phone")
    press(page, "button", "Use a passkey")
    tab_to(page, page.get_by_role("textbox", name="Name"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Blue phone")
    press(page, "button", "Save")
    press(page, "link", "Remove Blue phone")
    press(page, "button", "Remove")
    expect(page.get_by_text("Passkey removed.")).to_be_visible()
    assert not Authenticator.objects.exists()


@pytest.mark.usefixtures("device")
def test_it_is_the_second_step_of_a_password(page: Page, alice: User) -> None:
    add(page, "Phone")
    log_out(page)
    log_in(page)
    page.wait_for_url("**/login/second-step")
    # Nothing is open before it.
    page.goto("/app/")
    page.wait_for_url("**/login/second-step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/app/**")


def test_who_has_none_reads_what_went_wrong(page: Page, device: CDPSession, alice: User) -> None:
    device.send("WebAuthn.disable")
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/login")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This browser knows no passkeys.")


def test_a_device_that_refuses_says_so(page: Page, device: CDPSession, alice: User) -> None:
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.goto("/login")
    button = page.get_by_role("button", name="Log in with a passkey")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("was cancelled")
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_a_number_for_an_address_is_explained(page: Page, device: CDPSession, alice: User, live_server: Any) -> None:
    page.goto(f"{live_server.url.replace('localhost', '127.0.0.1')}/login")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("open localhost")


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_everybody_can_use_every_page_about_one(
    browser: Browser, live_server: Any, alice: User, look: Look, corner: Corner
) -> None:
    context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"), **corner.options)
    page = context.new_page()
    with_a_finger(page)
    add(page, "The phone with the long name, of the year before last")
    User.objects.update(locale=corner.language)
    security = "/app/settings/security"
    look(page, security)
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    look(page, f"{security}/passkeys/{passkey}")
    page.locator("[name=name]").fill(" ")
    page.locator("main form").evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    expect(page.locator("[name=name]")).to_have_attribute("aria-invalid", "true")
    look(page, named="passkey without a name")
    look(page, f"{security}/passkeys/{passkey}/remove")
    look(page, "/login/again/passkey")
    context.clear_cookies()
    log_in(page)
    page.wait_for_url("**/login/second-step")
    look(page, named="second step by passkey")
    context.close()
