"""After any month, the figures are what the books say: invoices, the ledger, posts, and the events counted one by one.

In whatever order things happen, late, twice, while rollups run, die, run again, and days are made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Sum
from djstripe.models import Customer, Invoice
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from psycopg.types.json import Jsonb

from accounts.models import User
from ai_routing import ledger, reprice
from ai_routing.attempts import Attempt
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from analytics import events, figures
from analytics.models import DailyFigure, Event, FanFigures, FanMonth, HourlyFigure, PlatformFigure
from analytics.rollups import backfilling, running
from content.history import saving
from content.history.drafts import Draft
from content.models import Content
from tests import database
from tests.ai_routing import sample
from tests.analytics import rolling
from tests.analytics.rollups import plain

NOW: Final = datetime(2026, 11, 28, 9, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
FIRST, LAST = date(2026, 10, 20), date(2026, 12, 2)
ZONES: Final = ("Pacific/Auckland", "America/St_Johns")
FANS: Final = [str(UUID(int=number)) for number in range(3)]

# Any minute of the month before, so that most of what comes is late.
times = st.integers(0, 30 * 24 * 60).map(lambda minutes: NOW - minutes * MINUTE)
who = st.integers(0, 1)
money = st.integers(1, 100_000)
currencies = st.sampled_from(["eur", "usd"])


class Crash(BaseException):
    """The worker dies."""


class Month(RuleBasedStateMachine):
    """Two creators in two time zones, their books, and a rollup that anything may happen to."""

    def __init__(self) -> None:
        super().__init__()
        database.empty()
        self.users = [
            User.objects.create_user(f"creator{number}@example.org", time_zone=zone)
            for number, zone in enumerate(ZONES)
        ]
        self.paid: Counter[str] = Counter()
        self.earned: Counter[tuple[int, str]] = Counter()
        self.earnings: list[tuple[int, datetime, dict[str, Any]]] = []
        self.keys: list[tuple[int, str]] = []
        self.slow: list[psycopg.Connection] = []

    @initialize()
    def the_month_begins(self) -> None:
        self.roll_up(50)

    @rule(user=who, at=times)
    def write_a_post(self, user: int, at: datetime) -> None:
        self.keys.append((user, uuid4().hex))
        saving.begin(self.users[user], Draft(body="Rain"), key=self.keys[-1][1], now=at)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def offer_a_post_again(self, data: st.DataObject) -> None:
        user, key = data.draw(st.sampled_from(self.keys[-5:]))
        saving.begin(self.users[user], Draft(body="Rain"), key=key, now=NOW)

    @rule(user=who, at=times, tokens=st.integers(1, 5000), wrong=st.one_of(st.none(), st.decimals(0, 99, places=6)))
    def ask_a_model(self, user: int, at: datetime, tokens: int, wrong: Decimal | None) -> None:
        """At the right price, or at one that is found to be wrong later."""
        attempt = Attempt(sample.OPENAI, LedgerEntry.Outcome.COMPLETED, tokens=Tokens(tokens, 0, tokens))
        subject = ledger.Subject(
            self.users[user].pk,
            plan="pro",
            purpose="content",
            reference=uuid4(),
            task_type="chatbot",
            language="en",
            complexity=2,
            critical=False,
            tier="economy",
            reason="Short.",
            prompt_version="v1",
        )
        real = ledger.cost
        with patch.object(ledger, "cost", lambda one, *, now: real(one, now=now) if wrong is None else wrong):
            account = ledger.drawn_up(
                subject, [attempt], kept=0, telling=0, embedded=None, escalated=False, credits=1, now=at
            )
        ledger.insert(account.rows)

    @rule()
    def price_anew(self) -> None:
        reprice.since(NOW - 40 * DAY, now=NOW)

    @rule(user=who, at=times, amount=money, currency=currencies)
    def pay_an_invoice(self, user: int, at: datetime, amount: int, currency: str) -> None:
        with transaction.atomic():
            data = {"amount_paid": amount, "currency": currency}
            customer, _is_new = Customer.objects.get_or_create(id="cus_1", defaults={"livemode": False})
            invoice = Invoice.objects.create(
                id=f"in_{uuid4().hex}", livemode=False, customer=customer, stripe_data=data
            )
            events.record(
                "invoice.paid",
                user_id=self.users[user].pk,
                data={
                    "invoice": invoice.id,
                    "currency": currency,
                    "amount_minor": amount,
                    "total_minor": amount,
                    "tax_minor": 0,
                    "plan": "pro",
                    "interval": "month",
                    "reason": "subscription_cycle",
                    "period_starts_at": at.isoformat(),
                    "period_ends_at": (at + 30 * DAY).isoformat(),
                },
                now=at,
            )

    @rule(user=who, at=times, net=money, currency=currencies, fan=st.sampled_from([*FANS, None]))
    def earn(self, user: int, at: datetime, net: int, currency: str, fan: str | None) -> None:
        fields: dict[str, Any] = {
            "fan_id": fan,
            "currency": currency,
            "gross_minor": net + 20,
            "fee_minor": 20,
            "net_minor": net,
        }
        data = rolling.earned(self.users[user], at, **fields)
        self.earned[user, currency] += net
        self.earnings.append((user, at, data))

    @precondition(lambda self: self.earnings)
    @rule(data=st.data())
    def take_an_earning_back(self, data: st.DataObject) -> None:
        user, at, earning = self.earnings.pop(data.draw(st.integers(0, len(self.earnings) - 1)))
        rolling.earned(self.users[user], at, what="removed", **earning)
        self.earned[user, earning["currency"]] -= earning["net_minor"]

    @precondition(lambda self: self.earnings)
    @rule(data=st.data(), at=times, is_mistake=st.booleans())
    def refund(self, data: st.DataObject, at: datetime, is_mistake: bool) -> None:
        """An earning that a refund stands against is taken back no more, or the refund was a mistake."""
        user, _at, earning = self.earnings.pop(data.draw(st.integers(0, len(self.earnings) - 1)))
        rolling.earned(self.users[user], at, what="refunded", **earning)
        if is_mistake:
            amounts = {name: -earning[name] for name in ("gross_minor", "fee_minor", "net_minor")}
            rolling.earned(self.users[user], at, what="refunded", **earning | amounts)
        else:
            self.earned[user, earning["currency"]] -= earning["net_minor"]

    @rule(user=who, at=times, visitor=st.integers(1, 3), content=st.sampled_from([None, "a", "b"]))
    def look(self, user: int, at: datetime, visitor: int, content: str | None) -> None:
        rolling.viewed(self.users[user], at, visitor=visitor, content_id=content)

    @rule(user=who, at=times, fan=st.sampled_from(FANS))
    def follow(self, user: int, at: datetime, fan: str) -> None:
        rolling.followed(self.users[user], fan, at)

    @precondition(lambda self: len(self.slow) < 3)
    @rule(user=who, at=times)
    def begin_something_long(self, user: int, at: datetime) -> None:
        """Another process records an event, and does not commit it yet."""
        settings_ = connection.settings_dict
        other = psycopg.connect(
            dbname=settings_["NAME"],
            host=settings_["HOST"],
            port=settings_["PORT"] or None,
            user=settings_["USER"] or None,
        )
        other.execute(
            "INSERT INTO analytics_events (user_id, event, data, created_at) VALUES (%s, 'fan.unfollowed', %s, %s)",
            [self.users[user].pk, Jsonb({"fan_id": FANS[0]}), at],
        )
        self.slow.append(other)

    @precondition(lambda self: self.slow)
    @rule(is_kept=st.booleans())
    def end_it(self, is_kept: bool) -> None:
        other = self.slow.pop(0)
        if is_kept:
            other.commit()
        other.close()

    @rule(at_most=st.integers(1, 50))
    def roll_up(self, at_most: int) -> None:
        running.run_all(lambda: NOW, at_most=at_most, wait=True)

    @rule(statements=st.integers(1, 14), at_most=st.integers(1, 50))
    def roll_up_and_die(self, statements: int, at_most: int) -> None:
        dying_after(statements, lambda: running.run(now=NOW, at_most=at_most))

    @rule(start=st.dates(FIRST, LAST), days=st.integers(0, 20), user=st.one_of(st.none(), who))
    def make_days_anew(self, start: date, days: int, user: int | None) -> None:
        backfilling.days(start, start + days * DAY, now=NOW, user=None if user is None else self.users[user])

    @rule(statements=st.integers(1, 30), day=st.dates(FIRST, LAST))
    def make_a_day_anew_and_die(self, statements: int, day: date) -> None:
        dying_after(statements, lambda: backfilling.days(day, day, now=NOW))

    def teardown(self) -> None:
        while self.slow:
            self.end_it(is_kept=True)
        rolling.roll_up(now=NOW)
        self.the_books_agree()
        self.the_figures_are_the_events()
        backfilling.days(FIRST, LAST, now=NOW)
        self.the_figures_are_the_events()

    def the_books_agree(self) -> None:
        invoices = Counter[str]()
        for invoice in Invoice.objects.order_by("pk"):
            invoices[invoice.stripe_data["currency"]] += invoice.stripe_data["amount_paid"]
        assert {one.currency: one.amount for one in figures.platform_total("invoice.paid", FIRST, LAST)} == invoices

        spent = LedgerEntry.objects.aggregate(cost=Sum("cost_micro_usd"))["cost"] or Decimal(0)
        assert sum(one.amount for one in figures.platform_total("ai.cost", FIRST, LAST)) == spent

        for number, user in enumerate(self.users):
            posts = sum(one.count for one in figures.total(user, "content.created", FIRST, LAST))
            assert posts == Content.objects.filter(user=user).count()
            earned = {one.currency: one.amount for one in figures.total(user, "earning.net", FIRST, LAST)}
            for currency in ("eur", "usd"):
                assert earned.get(currency, 0) == self.earned[number, currency]

    def the_figures_are_the_events(self) -> None:
        rows = list(Event.objects.order_by("id"))
        people = {user.pk: user for user in self.users}
        amounts = ("count", "amount")
        keys = ("metric", "dimension", "currency")
        daily = DailyFigure.objects.order_by("pk").values_list("user_id", "day", *keys, *amounts)
        assert sums(daily) == plain.by_day(rows, people)
        hourly = HourlyFigure.objects.order_by("pk").values_list("user_id", "hour", *keys, *amounts)
        assert sums(hourly) == plain.by_hour(rows)
        platform = PlatformFigure.objects.order_by("pk").values_list("day", *keys, *amounts)
        assert sums(platform) == plain.by_day_of_everybody(rows)
        known = FanFigures.objects.order_by("pk").values_list(
            "user_id", "fan", "first_paid_at", "last_paid_at", "payments", "first_followed_at"
        )
        assert {(user, str(fan)): tuple(rest) for user, fan, *rest in known} == plain.fans(rows)
        paid = FanMonth.objects.aggregate(payments=Sum("payments"))["payments"] or 0
        assert paid == sum(payments for _first, _last, payments, _followed in plain.fans(rows).values())


def sums(rows: Any) -> plain.Sums:
    return {tuple(key): (count, amount) for *key, count, amount in rows}


def dying_after(statements: int, act: Callable[[], object]) -> None:
    """Do something, and die before its statement of that number, if it comes so far."""
    left = iter(range(statements))

    def until_then(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(left, None) is None:
            raise Crash
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(until_then):
            act()
    except Crash:
        pass


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_after_any_month_the_figures_are_what_the_books_say() -> None:
    run_state_machine_as_test(
        Month,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            database=None,
            # A month of statements takes minutes to make smaller; what failed is told by its steps.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
