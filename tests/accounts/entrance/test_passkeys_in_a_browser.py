"""Passkeys, with Chromium's own virtual authenticator: add, name, log in, as a second step, show it is you, remove."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.accounts.entrance.conftest import log_in
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

expect.set_options(timeout=20_000)


@pytest.fixture
def device(page: Page) -> CDPSession:
    """A device with a finger that always agrees."""
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

    page.get_by_role("link", name="Rename Phone").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("textbox", name="Name").fill("Blue phone")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Blue phone").click()
    page.get_by_role("button", name="Remove").click()
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
