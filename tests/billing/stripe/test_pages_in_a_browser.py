"""The pages of the plan in each of its states, in a real browser: accessible, in both themes, widths and languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Tier, User
from billing import changes, stripe_mirror, stripe_papers
from billing.models import Subscription
from billing.plans import Interval
from billing.provider import PaymentDeclined
from tests.billing.stripe.subscriber import Subscriber
from tests.browsing import opened
from tests.conftest import person
from tests.fakes.stripe_account import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

LOOKS: Final[list[tuple[Any, int, str]]] = [
    ("light", 1440, "en"), ("dark", 390, "en"), ("light", 390, "fr"), ("dark", 1440, "fr"),
]  # fmt: skip


def running(who: Subscriber) -> None:
    coupon = who.v1.coupons.create({"percent_off": 25, "duration": "forever"})
    code = who.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"})
    who.subscribe(Tier.PRO, discounts=[{"promotion_code": code.id}])


def trying(who: Subscriber) -> None:
    who.v1.customers.update(who.customer, {"invoice_settings": {"default_payment_method": ""}})
    who.subscribe(Tier.STARTER, trial_period_days=14)


def planned(who: Subscriber) -> None:
    who.subscribe(Tier.PRO, Interval.YEAR)
    changes.make(who.user, Tier.PRO, Interval.MONTH, at=who.now, now=who.now)


def ending(who: Subscriber) -> None:
    who.subscribe(Tier.SCALE)
    changes.cancel(who.user, feedback=None, now=who.now)


def waiting(who: Subscriber) -> None:
    who.subscribe(Tier.PRO)
    who.card("pm_card_threeDSecure2Required")
    with pytest.raises(PaymentDeclined):
        changes.make(who.user, Tier.SCALE, Interval.YEAR, at=who.now, now=who.now)


def failing(who: Subscriber) -> None:
    who.subscribe(Tier.PRO)
    who.card("pm_card_chargeCustomerFail")


def owing(who: Subscriber) -> None:
    """A renewal that failed, in the week before."""
    failing(who)
    who.account.control("advance", seconds=31 * 86_400 + 7_200)
    who.look()
    Subscription.objects.filter(user=who.user).update(unpaid_since=timezone.now())


STATES: Final[dict[str, tuple[Callable[[Subscriber], None], list[str]]]] = {
    "running": (
        running,
        [
            "", "/change", "/change?interval=year", "/change/scale/month", "/change/starter/month", "/cancel",
            "/invoices",
        ],
    ),
    "trying": (trying, ["", "/change/scale/year"]),
    "planned": (planned, ["", "/change"]),
    "ending": (ending, [""]),
    "waiting": (waiting, [""]),
    "closed": (failing, [""]),
    # The last one: time passes for everybody.
    "owing": (owing, [""]),
}  # fmt: skip


@pytest.fixture
def people(subscriber: Subscriber, account: Account) -> dict[str, User]:
    """Somebody in each of the states, and Bob, who has no plan."""
    found = {"": subscriber.user}
    for name, (begin, _) in STATES.items():
        who = Subscriber(account, person(f"{name}@example.org", name=name.title()))
        begin(who)
        found[name] = who.user
    close(Subscriber(account, found["closed"]))
    return found


def close(who: Subscriber) -> None:
    """Let the days be over in which a renewal could have been paid."""
    long_ago = timezone.now() - timedelta(days=15)
    stripe_mirror.fetch(who.customer, now=timezone.now())
    stripe_papers.fetch(who.customer)
    Subscription.objects.filter(user=who.user).update(unpaid_since=long_ago, access="read_only")
    User.objects.filter(pk=who.user.pk).update(tier="free", read_only_since=timezone.now())


def look(context: BrowserContext, path: str) -> dict[str, list[str]]:
    page: Page = context.pages[0]
    page.goto(f"/app/billing{path}")
    expect(page.locator("#coming .skeleton")).to_have_count(0, timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"
    return {
        violation["id"]: [node["html"] for node in violation["nodes"]]
        for violation in Axe().run(page).response["violations"]
    }


def test_everybody_can_use_every_page_in_each_state(
    browser: Browser, live_server: Any, account: Account, people: dict[str, User]
) -> None:
    pages = {
        "": ["", "/choose?plan=pro&interval=year&currency=eur"],
        **{name: paths for name, (_, paths) in STATES.items()},
    }
    found = {}
    for theme, width, language in LOOKS:
        User.objects.update(locale=language)
        for name, user in people.items():
            context = opened(browser, live_server, user, color_scheme=theme, viewport={"width": width, "height": 900})
            for path in pages[name]:
                found[theme, width, language, name, path] = look(context, path)
            context.close()
        account.control("faults", kind="api_500", times=1000)
        context = opened(
            browser, live_server, people["running"], color_scheme=theme, viewport={"width": width, "height": 900}
        )
        for path in ("", "/change/scale/month"):
            found[theme, width, language, "away", path] = look(context, path)
        context.close()
        account.control("deliveries", clear=True)
    assert {where: violations for where, violations in found.items() if violations} == {}
