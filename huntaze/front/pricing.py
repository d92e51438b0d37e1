"""The plans side by side, at `/pricing`. What they include and cost stands in `billing.plans`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier
from accounts.public_pages import Page, public_page
from billing import plans
from billing.plans import Currency, Interval, Plan
from huntaze.templatetags.measures import count, gigabytes

E = TypeVar("E", bound=StrEnum)

WHO_IT_IS_FOR: Final = {
    Tier.FREE: _("To find out whether it writes for you."),
    Tier.STARTER: _("For one creator who posts most days."),
    Tier.PRO: _("For a creator who lives from it, on several channels."),
    Tier.SCALE: _("For teams, agencies and programs of your own."),
}
RECOMMENDED: Final = Tier.PRO


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan at the price of the chosen currency and interval, in minor units."""

    plan: Plan
    currency: Currency
    interval: Interval

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
class Choice:
    """A link to the same page with another currency or interval."""

    label: str | Promise
    url: str
    chosen: bool


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
    currency = chosen(Currency, request.GET.get("currency"), Currency.EUR if get_language() == "fr" else Currency.USD)
    interval = chosen(Interval, request.GET.get("interval"), Interval.MONTH)
    offers = [Offer(plan, currency, interval) for plan in plans.PLANS.values()]
    shown = {
        "page": Page(
            _("Pricing"),
            _("Start free, with no card. Four plans, in euros or dollars, by the month or the year."),
            reverse("pricing"),
        ),
        "offers": offers,
        "currency": currency.value,
        "yearly": interval == Interval.YEAR,
        "currencies": [Choice(each.value.upper(), address(each, interval), each == currency) for each in Currency],
        "intervals": [
            Choice(label, address(currency, each), each == interval)
            for each, label in ((Interval.MONTH, _("Monthly")), (Interval.YEAR, _("Yearly")))
        ],
        "lines": [
            Line(label, [value(plan) for plan in plans.PLANS.values()], words) for label, words, value in COMPARED
        ],
        "every_plan": EVERY_PLAN,
    }
    return render(request, "front/pricing.html", shown)


def chosen(kind: type[E], asked: str | None, otherwise: E) -> E:
    return next((member for member in kind if member.value == asked), otherwise)


def address(currency: Currency, interval: Interval) -> str:
    query = urlencode({"currency": currency.value, "interval": interval.value})
    return f"{reverse('pricing')}?{query}#plans"
