"""Money adds up whatever the tokens, prices and courses are: rows, bills, worst cases and corrections."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from ai_routing import catalogue, ledger, prices, prompts, reprice, tokens, worst_case
from ai_routing.attempts import Attempt, Kind, Outcome
from ai_routing.caching.embedding import Embedded
from ai_routing.catalogue import Deployment, Provider
from ai_routing.jobs import Job, Route
from ai_routing.models import Cache, LedgerEntry
from ai_routing.prices import Price, Tokens
from ai_routing.providers.contract import Message
from billing import budgets
from tests.ai_routing import sample

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DAY = NOW.date()
MODELS = ["gpt-4o-mini", "gpt-4o", "gpt-4.1", "gpt-5", "gpt-5.6-luna", "gpt-6-luna", "gpt-6-sol", "gpt-6.1-sol"]
WRITE_IS_DEARER = ["gpt-5.6-luna", "gpt-6-luna", "gpt-6-sol", "gpt-6.1-sol"]
DEPLOYMENTS = [Deployment(provider, model) for provider in (Provider.AZURE, Provider.OPENAI) for model in MODELS]
STRANGE = [Deployment(Provider.OPENAI, "house-model"), Deployment(Provider.LOCAL, "smollm2-135m")]
SUBJECT = ledger.Subject(
    user_id=1,
    plan="pro",
    purpose="content",
    reference=UUID(int=1),
    task_type="chatbot",
    language="en",
    complexity=3,
    critical=False,
    tier="economy",
    reason="Ordinary.",
    prompt_version="writer.en.v1",
)


def price_of(deployment: Deployment, on: date = DAY) -> Price:
    found = prices.of(deployment, on=on)
    assert found is not None
    return found


@st.composite
def usages(draw: st.DrawFn, most_input: int = 200_000, most_output: int = 20_000) -> Tokens:
    whole = draw(st.integers(0, most_input))
    cached = draw(st.integers(0, whole))
    written = draw(st.integers(0, whole - cached))
    return Tokens(whole, cached, draw(st.integers(0, most_output)), written)


# --- Prices ----------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(deployment=st.sampled_from(DEPLOYMENTS), used=usages())
def test_a_call_costs_its_formula_to_the_last_digit_at_the_list_price(deployment: Deployment, used: Tokens) -> None:
    price = price_of(deployment)
    write = price.input if price.cache_write is None else price.cache_write

    cost = price.cost(used)

    assert isinstance(cost, Decimal)
    assert Fraction(cost) == (
        (used.input - used.cached - used.cache_write) * Fraction(price.input)
        + used.cached * Fraction(price.cached)
        + used.cache_write * Fraction(write)
        + used.output * Fraction(price.output)
    )
    assert price.cost_uncached(used) == price.cost(Tokens(used.input, output=used.output)) >= 0


@pytest.mark.parametrize("model", WRITE_IS_DEARER)
def test_a_write_of_the_newer_models_is_dearer_than_reading_afresh(model: str) -> None:
    price = price_of(Deployment(Provider.OPENAI, model))

    assert price.cache_write is not None
    assert price.cache_write > price.input


@settings(max_examples=200, deadline=None)
@given(deployment=st.sampled_from(DEPLOYMENTS), used=usages())
def test_a_budget_is_charged_what_the_ledger_says_without_rounding(deployment: Deployment, used: Tokens) -> None:
    cost = price_of(deployment).cost(used)

    assert budgets.to_charge(cost) == budgets.to_reserve(cost) == cost


# --- Worst cases -----------------------------------------------------------------------------------------------------


PROMPT = sample.prompt()
SIZE = tokens.in_messages(PROMPT.messages)


def route(names: tuple[str, ...], escalation: tuple[str, ...] = ()) -> Route:
    return Route(tier="any", rule="any", reason="any", deployments=names, complexity=5, escalation=escalation)


@settings(max_examples=300, deadline=None)
@given(
    names=st.lists(st.sampled_from(DEPLOYMENTS), min_size=1, max_size=4, unique=True),
    used=usages(SIZE, PROMPT.max_output_tokens),
)
def test_the_worst_case_covers_every_usage_of_every_deployment_writes_to_the_cache_included(
    names: list[Deployment], used: Tokens
) -> None:
    asked = tuple(map(str, names))
    most = worst_case.credits(PROMPT, route(asked), now=NOW)
    dearest = worst_case.dearest(worst_case.costs(PROMPT, asked, now=NOW))

    for deployment in names:
        cost = price_of(deployment).cost(used)
        assert cost <= dearest
        assert prices.credits(cost) <= most


@pytest.mark.parametrize("model", MODELS)
def test_the_worst_case_is_reached(model: str) -> None:
    """Else more would be set aside than can ever be used."""
    price = price_of(Deployment(Provider.OPENAI, model))
    written = SIZE if price.cache_write is not None else 0
    whole = Tokens(SIZE, output=PROMPT.max_output_tokens, cache_write=written)

    assert worst_case.costs(PROMPT, (f"openai:{model}",), now=NOW) == [price.cost(whole)]


@settings(max_examples=200, deadline=None)
@given(
    own=st.lists(st.sampled_from(DEPLOYMENTS), min_size=1, max_size=3, unique=True),
    escalation=st.lists(st.sampled_from(DEPLOYMENTS), max_size=3, unique=True),
    first=usages(SIZE, PROMPT.max_output_tokens),
    second=usages(SIZE, PROMPT.max_output_tokens),
)
def test_what_is_set_aside_in_money_covers_a_draft_and_its_escalation(
    own: list[Deployment], escalation: list[Deployment], first: Tokens, second: Tokens
) -> None:
    job = Job(user=User(pk=1), purpose="content", prompt=PROMPT, text="text")
    most = worst_case.micro_usd(job, route(tuple(map(str, own)), tuple(map(str, escalation))), now=NOW)

    dear = max(price_of(deployment).cost(first) for deployment in own)
    dear += max((price_of(deployment).cost(second) for deployment in escalation), default=Decimal(0))
    assert dear <= most


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=2_000), limit=st.integers(1, 4_096))
def test_the_worst_case_of_a_clients_own_messages_counts_all_of_them(text: str, limit: int) -> None:
    prompt = prompts.verbatim([Message("user", text)], max_output_tokens=limit, temperature=0.0)
    [most] = worst_case.costs(prompt, ("openai:gpt-4o",), now=NOW)

    assert most is not None
    assert most == tokens.in_messages(prompt.messages) * Decimal("2.5") + limit * 10


# --- Rows and bills --------------------------------------------------------------------------------------------------


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[Attempt], int | None]:
    """Return the attempts of a completion, and which of them is the answer."""
    number = draw(st.integers(1, 6))
    kept = draw(st.none() | st.integers(0, number - 1))
    attempts = []
    for index in range(number):
        ended_well = index == kept
        attempts.append(
            Attempt(
                deployment=draw(st.sampled_from([*DEPLOYMENTS, *STRANGE])),
                outcome=Outcome.COMPLETED if ended_well else draw(st.sampled_from(list(Outcome))),
                kind=Kind.CALL if ended_well else draw(st.sampled_from([Kind.CALL, Kind.DRAFT])),
                tokens=draw(usages()),
                latency_ms=draw(st.integers(0, 90_000)),
                # A text from the cache is the only attempt of its completion.
                cache=draw(st.sampled_from(Cache)) if ended_well and number == 1 else Cache.NONE,
            )
        )
    return attempts, kept


@st.composite
def lookups(draw: st.DrawFn) -> Embedded | None:
    if draw(st.booleans()):
        return None
    model = draw(st.sampled_from(["text-embedding-3-small", "house-embedding"]))
    used = Tokens(input=draw(st.integers(0, 8_192)))
    return Embedded((1.0,), used, Deployment(Provider.OPENAI, model), draw(st.integers(0, 2_000)), Outcome.COMPLETED)


@settings(max_examples=300, deadline=None)
@given(course=courses(), embedded=lookups(), credits=st.integers(0, 100))
def test_a_bill_is_the_sum_of_its_rows_and_the_baseline_stands_on_the_answer_alone(
    course: tuple[list[Attempt], int | None], embedded: Embedded | None, credits: int
) -> None:
    attempts, kept = course
    rows = [
        ledger.entry(SUBJECT, attempt, number=number + 1, answers=number == kept, now=NOW)
        for number, attempt in enumerate(attempts)
    ]
    calls = list(rows)
    if embedded is not None:
        rows.insert(0, ledger.embedding_entry(SUBJECT, embedded, now=NOW))
    answer = attempts[-1 if kept is None else kept]

    bill = ledger.bill_of(rows, answer=answer, credits=credits, escalated=False)

    assert (bill.tokens.input, bill.tokens.cached, bill.tokens.output, bill.tokens.cache_write) == tuple(
        sum(getattr(row, f"{name}_tokens") for row in calls) for name in ("input", "cached", "output", "cache_write")
    )
    assert bill.latency_ms == sum(row.latency_ms for row in rows)
    assert (bill.attempts, bill.credits, bill.model) == (len(attempts), credits, answer.deployment.model)
    known = [row.cost_micro_usd for row in rows if row.cost_micro_usd is not None]
    assert bill.cost_micro_usd == (sum(known) if len(known) == len(rows) else None)
    assert ledger.spent(attempts, embedded, now=NOW) == sum(known)
    assert all(cost >= 0 for cost in known)
    for number, row in enumerate(calls):
        if number != kept:
            assert row.baseline_micro_usd == row.baseline_cached_micro_usd == 0
        elif row.baseline_micro_usd is not None and row.baseline_cached_micro_usd is not None:
            assert row.baseline_micro_usd >= 0
            assert row.baseline_cached_micro_usd >= 0
            assert bill.baseline_micro_usd == row.baseline_micro_usd
        else:
            assert row.provider == "local" or row.model == "house-model"
            assert bill.baseline_micro_usd is None
    if attempts[0].cache is not Cache.NONE:
        assert calls[0].cost_micro_usd == 0


# --- Corrections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(alice: User) -> None:
    """Calls of every kind, as the ledger has them at the list price."""
    subject = ledger.Subject(**{**{name: getattr(SUBJECT, name) for name in SUBJECT.__slots__}, "user_id": alice.pk})
    used = Tokens(input=1_337, cached=1_024, output=97, cache_write=128)
    luna = Deployment(Provider.OPENAI, "gpt-6-luna")
    answers = [
        Attempt(sample.AZURE, Outcome.INTERRUPTED, tokens=used),
        Attempt(sample.OPENAI, Outcome.COMPLETED, tokens=used),
    ]
    ledger.insert(
        ledger.drawn_up(subject, answers, kept=1, embedded=None, escalated=False, credits=1, now=NOW, telling=-1).rows
    )
    hit = Attempt(luna, Outcome.COMPLETED, tokens=Tokens(1_000, output=50), cache=Cache.EXACT)
    ledger.insert(
        ledger.drawn_up(subject, [hit], kept=0, embedded=None, escalated=False, credits=0, now=NOW, telling=-1).rows
    )
    looked_up = Embedded(
        (1.0,), Tokens(9), Deployment(Provider.OPENAI, "text-embedding-3-small"), 20, Outcome.COMPLETED
    )
    answer = Attempt(luna, Outcome.COMPLETED, tokens=used)
    ledger.insert(
        ledger.drawn_up(
            subject, [answer], kept=0, embedded=looked_up, escalated=False, credits=1, now=NOW, telling=-1
        ).rows
    )
    assert catalogue.BASELINE_MODEL == "gpt-4o"


AMOUNTS = st.decimals(min_value=0, max_value=100, places=3).map(str)
PRICE_LISTS = st.dictionaries(
    st.sampled_from(["gpt-4o-mini", "gpt-4o", "gpt-6-luna", "text-embedding-3-small"]),
    st.fixed_dictionaries({"input": AMOUNTS, "cached": AMOUNTS, "output": AMOUNTS}, optional={"cache_write": AMOUNTS}),
)


@pytest.mark.usefixtures("rows")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=st.lists(PRICE_LISTS, min_size=1, max_size=3), dry_run=st.booleans())
def test_after_any_run_of_corrections_the_sums_are_those_of_the_last_prices(
    lists: list[dict[str, Any]], dry_run: bool, settings: Any
) -> None:
    """Each example goes on from the corrections of those before it, as a ledger does over the years."""
    for number, price_list in enumerate(lists):
        settings.AI_PRICE_OVERRIDES = price_list
        if dry_run:
            before = LedgerEntry.objects.count()
            reprice.since(NOW, now=NOW, dry_run=True)
            assert LedgerEntry.objects.count() == before
        reprice.since(NOW, now=NOW + timedelta(days=number))

        for row in LedgerEntry.objects.exclude(kind="correction"):
            assert_worth_its_price(row)
        assert reprice.since(NOW, now=NOW).corrected == 0
    settled = LedgerEntry.objects.filter(kind="correction")
    assert not settled.exclude(credits=0, input_tokens=0, output_tokens=0).exists()


def assert_worth_its_price(row: LedgerEntry) -> None:
    """Hold a row together with its corrections against the prices of now."""
    deployment = Deployment(Provider(row.provider), row.model)
    used = Tokens(row.input_tokens, row.cached_tokens, row.output_tokens, row.cache_write_tokens)
    added = row.corrections.aggregate(cost=Sum("cost_micro_usd"), baseline=Sum("baseline_micro_usd"))
    cost = (row.cost_micro_usd or Decimal(0)) + (added["cost"] or Decimal(0))
    assert cost == (Decimal(0) if row.cache != Cache.NONE else price_of(deployment).cost(used))
    baseline = (row.baseline_micro_usd or Decimal(0)) + (added["baseline"] or Decimal(0))
    is_answer = row.kind == "call" and row.outcome == "completed"
    assert baseline == (price_of(Deployment(Provider.OPENAI, "gpt-4o")).cost_uncached(used) if is_answer else 0)
    assert baseline >= 0
