"""The plans side by side, at `/pricing`. What they include and cost stands in `billing.plans`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Tier, User
from accounts.public_pages import Page, public_page
from billing import changes, checkout, plans
from billing.models import Subscription
from billing.pages import choosing
from billing.plans import Currency, Interval, Plan
from billing.provider import Order
from huntaze.templatetags.measures import count, gigabytes

WHO_IT_IS_FOR: Final = {
    Tier.FREE: _("To find out whether it writes for you."),
    Tier.STARTER: _("For one creator who posts most days."),
    Tier.PRO: _("For a creator who lives from it, on several channels."),
    Tier.SCALE: _("For teams, agencies and programs of your own."),
}
RECOMMENDED: Final = Tier.PRO


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the plans; `before` is the one that a creator pays for, or tries."""

    is_visitor: bool = False
    is_creator: bool = False
    is_first: bool = False
    before: Order | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """What the button of a plan says, and where it leads; with `is_order`, it buys the plan there and then."""

    label: str
    url: str
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan at the price of the chosen currency and interval, in minor units, and the way to it."""

    plan: Plan
    currency: Currency
    interval: Interval
    way: Way

    @property
    def monthly(self) -> int:
        return self.plan.monthly_price(self.currency, self.interval)

    @property
    def whole(self) -> int:
        return self.plan.price(self.currency, self.interval)

    @property
    def is_free(self) -> bool:
        return self.whole == 0

    @property
    def saved(self) -> int:
        """What a year costs less than twelve single months."""
        return 12 * self.plan.price(self.currency, Interval.MONTH) - self.plan.price(self.currency, Interval.YEAR)

    @property
    def words(self) -> str | Promise:
        return WHO_IT_IS_FOR[self.plan.tier]

    @property
    def recommended(self) -> bool:
        return self.plan.tier == RECOMMENDED


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the comparison: what is compared, and what each plan has of it."""

    label: str | Promise
    values: list[str]
    help: str | Promise = ""


COMPARED: Final[list[tuple[str | Promise, str | Promise, Callable[[Plan], str]]]] = [
    (
        _("AI credits a month"),
        _("A short post on an economy model takes one credit. A text that fails or is blocked takes none."),
        lambda plan: count(plan.credits),
    ),
    (
        _("of which on premium models"),
        _("For words that must be right: Huntaze chooses the model, and says why."),
        lambda plan: count(plan.premium_credits),
    ),
    (_("Brand voices"), _("How you write, learned from your own texts."), lambda plan: count(plan.voices)),
    (
        _("Campaigns a month"),
        _("An order to the AI team, from a brief to your calendar."),
        lambda plan: count(plan.campaigns),
    ),
    (_("Media library"), "", lambda plan: gigabytes(plan.storage_bytes)),
    (_("API requests a minute"), "", lambda plan: count(plan.requests_per_minute)),
]
EVERY_PLAN: Final[list[str | Promise]] = [
    _("Every channel, with a preview and its limits"),
    _("Calendar, queue and reminders"),
    _("Your own public page"),
    _("The AI team and the assistant"),
    _("What each text cost, and which model wrote it"),
    _("A label for AI texts, where the channel wants one"),
    _("API, and the OpenAI protocol"),
    _("Export of your posts"),
]


@public_page
def pricing(request: HttpRequest) -> HttpResponse:
    currency, interval = choosing.currency(request.GET), choosing.interval(request.GET)
    reader = reader_of(request)
    offers = [
        Offer(plan, currency, interval, way(reader, plan.tier, interval, currency)) for plan in plans.PLANS.values()
    ]
    shown = {
        "page": Page(
            _("Pricing"),
            _("Start free, with no card. Four plans, in euros or dollars, by the month or the year."),
            reverse("pricing"),
        ),
        "offers": offers,
        "currency": currency.value,
        "yearly": interval == Interval.YEAR,
        "currencies": choosing.currencies(reverse("pricing"), Currency, currency, interval),
        "intervals": choosing.intervals(reverse("pricing"), currency, interval),
        "lines": [
            Line(label, [value(plan) for plan in plans.PLANS.values()], words) for label, words, value in COMPARED
        ],
        "every_plan": EVERY_PLAN,
        "trial_days": checkout.TRIAL_DAYS if reader.is_visitor or reader.is_first else 0,
    }
    return render(request, "front/pricing.html", shown)


def reader_of(request: HttpRequest) -> Reader:
    user = request.user
    if not isinstance(user, User):
        return Reader(is_visitor=True)
    if user.role != Role.CREATOR:
        return Reader()
    row = Subscription.objects.filter(user=user).exists()
    return Reader(is_creator=True, is_first=not row, before=changes.present(user) if row else None)


def way(reader: Reader, tier: Tier, interval: Interval, currency: Currency) -> Way:
    """Return what leads to a plan: a visitor signs up first, a creator buys it or changes to it."""
    if reader.is_visitor:
        return to_sign_up(tier, interval, currency)
    if tier == Tier.FREE or not reader.is_creator:
        return Way(gettext("Open Huntaze"), reverse("app-home"))
    if reader.before is None:
        label = gettext("Try %(plan)s") if reader.is_first else gettext("Choose %(plan)s")
        return Way(label % {"plan": tier.label}, reverse("billing:subscribe"), is_order=True)
    if (reader.before.tier, reader.before.interval) == (tier, interval):
        return Way(gettext("Your plan"), reverse("billing:billing"))
    confirm = reverse("billing:confirm", args=[tier.value, interval.value])
    return Way(gettext("Change to %(plan)s") % {"plan": tier.label}, confirm)


def to_sign_up(tier: Tier, interval: Interval, currency: Currency) -> Way:
    page = reverse("account_signup")
    if tier == Tier.FREE:
        return Way(pgettext("short", "Start free"), page)
    query = urlencode({"plan": tier.value, "interval": interval.value, "currency": currency.value})
    there = f"{reverse('billing:choose')}?{query}"
    return Way(gettext("Try %(plan)s") % {"plan": tier.label}, f"{page}?{urlencode({'next': there})}")
