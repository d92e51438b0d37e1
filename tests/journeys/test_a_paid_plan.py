"""From the prices to the end of a plan, in a real browser: our pages, Stripe's pages, and the webhooks between them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
import stripe
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from billing import stripe_client
from tests.browsing import opened
from tests.conftest import PASSWORD
from tests.fakes.stripe_account import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SECRET: Final = "whsec_of_this_test"
GOOD: Final = "4242 4242 4242 4242"
DECLINED: Final = "4000 0000 0000 0002"
ASKS: Final = "4000 0000 0000 3220"
FAILS_LATER: Final = "4000 0000 0000 0341"
EMAIL: Final = "nadia@example.org"
DAY: Final = 86_400


class Walk:
    """One creator's way, on one page."""

    def __init__(self, page: Page, account: Account) -> None:
        self.page = page
        self.account = account

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def pay(self, number: str, button: str, page: Page | None = None) -> None:
        there = page or self.page
        there.get_by_label("Card number").fill(number)
        there.get_by_role("button", name=button, exact=True).click()

    def sees(self, *words: str) -> None:
        """Wait until the page of the plan says it: what a webhook tells may be a moment late."""
        deadline = time.monotonic() + 30
        while True:
            self.page.goto("/app/billing")
            shown = " ".join(self.page.locator("main").inner_text().split())
            if all(each in shown for each in words):
                return
            assert time.monotonic() < deadline, f"{words} is not in: {shown}"
            self.page.wait_for_timeout(200)

    def toast(self, words: str) -> None:
        expect(self.page.locator("#toasts")).to_contain_text(words)

    def wait_days(self, days: int) -> None:
        self.account.control("advance", seconds=days * DAY + 7_200)
        self.account.settle()
        # Who was away for so long logs in again.
        self.page.goto("/login")
        self.page.get_by_label("Email").fill(EMAIL)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Log in")
        self.page.wait_for_url("**/app/")

    def change_to(self, plan: str, button: str | re.Pattern[str]) -> None:
        self.page.goto("/app/billing")
        self.follow("Change plan")
        self.follow(f"Choose {plan}")
        self.page.get_by_role("button", name=button).click()

    def pay_elsewhere(self, link: str, number: str) -> None:
        """Pay an invoice on Stripe's page, in a tab of its own, and come back to ours."""
        with self.page.expect_popup() as told:
            self.follow(link)
        tab = told.value
        self.pay(number, "Pay", tab)
        if number == ASKS:
            tab.get_by_role("button", name="Complete").click()
        expect(tab.get_by_text("This invoice is paid")).to_be_visible()
        tab.close()
        # A browser without a screen has no tab that is hidden.
        with self.page.expect_navigation(url="**/app/billing"):
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def take_card(self, number: str) -> None:
        self.page.goto("/app/billing")
        self.page.get_by_role("button", name=re.compile("Update|Add a card")).last.click()
        self.pay(number, "Save card")
        self.toast("Your payment method is saved.")


@pytest.fixture
def account(settings: Any, monkeypatch: pytest.MonkeyPatch, live_server: Any, eager_workers: None) -> Iterator[Account]:
    """Stripe, whose webhooks come to the site, and by whose clock the site lives."""
    with Account() as one:
        settings.BASE_URL = live_server.url
        settings.STRIPE_TEST_SECRET_KEY = one.key
        settings.STRIPE_API_HOST = one.url
        settings.STRIPE_WEBHOOK_SECRETS = (SECRET,)
        # A form of ours leads on to its pages.
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        allowed = {**directives, "form-action": [*directives["form-action"], one.url]}
        settings.CONTENT_SECURITY_POLICY = {**settings.CONTENT_SECURITY_POLICY, "DIRECTIVES": allowed}
        monkeypatch.setattr(stripe, "api_base", one.url)
        monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(time.time() + offset(one), UTC))
        stripe_client.configure()
        call_command("sync_plans", verbosity=0)
        one.control("deliveries", haste=0.05)
        one.server.register(f"{live_server.url}/api/webhooks/stripe", SECRET)
        yield one
        one.settle()


def offset(account: Account) -> int:
    return int(account.server.world.settings["offset"])


def test_a_plan_from_the_first_look_to_the_end(browser: Browser, live_server: Any, account: Account) -> None:
    context = opened(browser, live_server, None)
    walk = Walk(context.pages[0], account)
    walk.page.set_default_timeout(20_000)

    try_it(walk)
    subscribe(walk)
    upgrade(walk)
    downgrade(walk)
    leave_and_stay(walk)
    fail_and_recover(walk)
    leave(walk)
    context.close()
    user = User.objects.get(email=EMAIL)
    paid = [one.amount_paid for one in account.client.v1.invoices.list({"limit": 100}).data if one.status == "paid"]
    assert user.tier == "free"
    # Of the trial nothing; Starter; to Pro; to Scale; two renewals of Starter.
    assert [bool(amount) for amount in paid[::-1]] == [False, True, True, True, True, True]


def try_it(walk: Walk) -> None:
    """A visitor chooses a plan, signs up, and begins a trial without a card, which then pauses."""
    page = walk.page
    page.goto("/pricing?currency=eur")
    walk.follow("Try Pro")
    page.get_by_label("Name").fill("Nadia")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    for box in page.get_by_role("checkbox").all():
        box.check()
    walk.press("Create my account")
    expect(page.get_by_role("heading", name="Pro monthly")).to_be_visible()
    walk.press("Start the trial")
    walk.press("Start trial")
    walk.toast("You are on Pro.")
    walk.sees("You are on Pro", "Your trial ends on", "Add a card")
    walk.wait_days(15)
    walk.sees("Your plan is paused", "You are on Free")


def subscribe(walk: Walk) -> None:
    """Checkout: a card that is declined, then one whose holder is asked."""
    page = walk.page
    page.goto("/app/billing?currency=eur")
    walk.press("Choose Starter")
    walk.pay(DECLINED, "Subscribe")
    expect(page.get_by_text("Your card was declined")).to_be_visible()
    walk.pay(ASKS, "Subscribe")
    walk.press("Complete")
    walk.toast("You are on Starter.")
    walk.sees("You are on Starter", "Renews on", "€12", "3220")


def upgrade(walk: Walk) -> None:
    """Once with the bank's question, once with a card that just pays."""
    walk.change_to("Pro", re.compile(r"^Pay €[\d.]+ and change$"))
    walk.toast("The payment is not complete.")
    walk.sees("You are on Starter", "Your change to Pro monthly waits for its payment")
    walk.pay_elsewhere("Complete the payment", ASKS)
    walk.sees("You are on Pro", "8,000")
    walk.take_card(GOOD)
    walk.change_to("Scale", re.compile(r"^Pay €[\d.]+ and change$"))
    walk.toast("You are on Scale.")
    walk.sees("You are on Scale", "40,000")


def downgrade(walk: Walk) -> None:
    """Planned, taken back, planned again, and there with the renewal."""
    walk.change_to("Starter", re.compile("^Change on "))
    walk.toast("You change to Starter monthly on")
    walk.sees("You are on Scale", "You change to Starter monthly on")
    walk.press("Keep Scale")
    walk.toast("You keep Scale.")
    walk.change_to("Starter", re.compile("^Change on "))
    walk.wait_days(31)
    walk.sees("You are on Starter", "€12")


def leave_and_stay(walk: Walk) -> None:
    walk.follow("Cancel plan")
    walk.page.get_by_label("Why do you leave?").select_option("too_expensive")
    walk.press("Cancel plan")
    walk.sees("You are on Starter", "The plan ends on")
    walk.press("Keep my plan")
    walk.toast("You keep Starter.")
    walk.sees("You are on Starter", "Renews on")


def fail_and_recover(walk: Walk) -> None:
    """A renewal that fails changes nothing yet, and is paid by hand."""
    walk.take_card(FAILS_LATER)
    walk.wait_days(31)
    walk.sees("You are on Starter", "The last payment failed", "To pay")
    walk.pay_elsewhere("Pay the invoice", GOOD)
    walk.sees("You are on Starter", "Renews on")
    assert "The last payment failed" not in walk.page.locator("main").inner_text()


def leave(walk: Walk) -> None:
    walk.follow("Cancel plan")
    walk.press("Cancel plan")
    walk.sees("The plan ends on")
    walk.wait_days(31)
    walk.sees("You are on Free", "Choose a plan")
