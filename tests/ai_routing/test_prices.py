"""What tokens cost: list prices, the formula, the baseline and credits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ai_routing import catalogue, prices
from ai_routing.catalogue import Deployment, Provider
from ai_routing.prices import Price, Tokens

DAY = date(2026, 11, 22)
MINI = Deployment(Provider.OPENAI, "gpt-4o-mini")
LARGE = Deployment(Provider.AZURE, "gpt-4o")
LOCAL = Deployment(Provider.LOCAL, "smollm2-135m")
UNKNOWN = Deployment(Provider.OPENAI, "no-such-model")
USAGE = Tokens(input=1_100, cached=1_024, output=150)


def price_of(deployment: Deployment, on: date = DAY) -> Price:
    found = prices.of(deployment, on=on)
    assert found is not None
    return found


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE])
@pytest.mark.parametrize(
    ("model", "usd_per_million"),
    [("gpt-4o-mini", ("0.15", "0.075", "0.60")), ("gpt-4o", ("2.50", "1.25", "10"))],
)
def test_list_prices_in_usd_per_million_tokens(
    provider: Provider, model: str, usd_per_million: tuple[str, str, str]
) -> None:
    assert price_of(Deployment(provider, model)) == Price(*map(Decimal, usd_per_million))


@pytest.mark.parametrize(
    ("deployment", "micro_usd", "uncached_micro_usd"),
    [
        # 76 · 0.15 + 1,024 · 0.075 + 150 · 0.60, and 1,100 · 0.15 + 150 · 0.60
        (MINI, "178.2", "255"),
        # 76 · 2.50 + 1,024 · 1.25 + 150 · 10, and 1,100 · 2.50 + 150 · 10
        (LARGE, "2970", "4250"),
        (LOCAL, "0", "0"),
    ],
    ids=str,
)
def test_the_cost_of_a_usual_call_by_hand(deployment: Deployment, micro_usd: str, uncached_micro_usd: str) -> None:
    price = price_of(deployment)

    assert price.cost(USAGE) == Decimal(micro_usd)
    assert price.cost_uncached(USAGE) == Decimal(uncached_micro_usd)


def test_prices_carry_their_dates() -> None:
    o3 = Deployment(Provider.OPENAI, "o3")

    assert price_of(o3, date(2025, 6, 9)).output == 40
    assert price_of(o3, date(2025, 6, 10)).output == 8


WRITERS = [key for key in catalogue.RETIREMENTS if "embedding" not in key[1]]


@pytest.mark.parametrize(("provider", "model"), WRITERS, ids=":".join)
def test_a_cached_token_of_a_known_model_is_never_dearer(provider: Provider, model: str) -> None:
    price = price_of(Deployment(provider, model))

    assert 0 < price.cached <= price.input <= price.output
    assert price.cache_write is None or price.cache_write >= price.input


def test_the_vendor_s_replacement_of_each_model_has_a_price() -> None:
    for (provider, _), retirement in catalogue.RETIREMENTS.items():
        if retirement.replacement:
            assert price_of(Deployment(provider, retirement.replacement)).input > 0


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE])
@pytest.mark.parametrize(
    ("model", "usd_per_million"),
    [
        ("gpt-5.6-luna", ("0.2", "0.02", "1.2", "0.25")),
        ("gpt-6-luna", ("0.1", "0.01", "0.5", "0.125")),
        ("gpt-6.1-terra", ("1", "0.05", "5", "1.25")),
    ],
)
def test_newer_models_have_a_price_for_what_is_written_to_the_cache(
    provider: Provider, model: str, usd_per_million: tuple[str, str, str, str]
) -> None:
    assert price_of(Deployment(provider, model)) == Price(*map(Decimal, usd_per_million))


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE])
@pytest.mark.parametrize(
    ("model", "usd_per_million"),
    [("text-embedding-3-small", "0.02"), ("text-embedding-3-large", "0.13"), ("text-embedding-ada-002", "0.1")],
)
def test_a_vector_costs_what_was_read_for_it(provider: Provider, model: str, usd_per_million: str) -> None:
    price = price_of(Deployment(provider, model))

    assert price.cost(Tokens(input=1_000_000)) == Decimal(usd_per_million) * 1_000_000
    assert price.output == 0


def test_a_write_to_the_cache_by_hand() -> None:
    luna = price_of(Deployment(Provider.OPENAI, "gpt-6-luna"))

    # 100 · 0.10 + 1,024 · 0.125 + 150 · 0.50, then 100 · 0.10 + 1,024 · 0.01 + 150 · 0.50
    assert luna.cost(Tokens(input=1_124, output=150, cache_write=1_024)) == Decimal("213")
    assert luna.cost(Tokens(input=1_124, output=150, cached=1_024)) == Decimal("95.24")
    # A model without such a price: as if nothing had been written.
    written = Tokens(input=1_124, output=150, cache_write=1_024)
    assert price_of(LARGE).cost(written) == price_of(LARGE).cost_uncached(written) == Decimal(4_310)


def test_a_price_from_the_settings_may_name_that_of_a_write(settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {"x": {"input": "1", "cached": "0.1", "output": "2", "cache_write": 1.25}}

    assert price_of(Deployment(Provider.OPENAI, "x")).cache_write == Decimal("1.25")


def test_a_model_without_a_cache_price_bills_cached_tokens_like_the_others() -> None:
    price = price_of(Deployment(Provider.OPENAI, "gpt-4"))

    assert price.cached == price.input == 30


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.AZURE])
@pytest.mark.parametrize("model", ["gpt-4o-mini", "no-such-model"])
def test_a_price_from_the_settings_goes_first(provider: Provider, model: str, settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {model: {"input": "0.2", "cached": "0.1", "output": "0.8"}}

    assert price_of(Deployment(provider, model)) == Price(Decimal("0.2"), Decimal("0.1"), Decimal("0.8"))


def test_a_price_written_as_a_number_keeps_its_digits(settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {"gpt-4o-mini": {"input": 0.15, "cached": 0.075, "output": 1}}

    assert price_of(MINI) == Price(Decimal("0.15"), Decimal("0.075"), Decimal(1))


def test_the_local_model_is_free_whatever_the_settings_say(settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {LOCAL.model: {"input": "1", "cached": "1", "output": "1"}}

    assert price_of(LOCAL) == prices.FREE


def test_an_unknown_model_has_no_price_and_so_no_baseline() -> None:
    assert prices.of(UNKNOWN, on=DAY) is None
    assert prices.baseline(UNKNOWN, on=DAY) is None


def test_the_baseline_is_gpt_4o_and_there_is_none_for_the_local_model() -> None:
    assert prices.baseline(MINI, on=DAY) == Price(Decimal("2.5"), Decimal("1.25"), Decimal(10))
    assert prices.baseline(LARGE, on=DAY) == price_of(LARGE)
    assert prices.baseline(LOCAL, on=DAY) is None


@pytest.mark.parametrize(
    ("micro_usd", "credits"),
    [
        (None, 1),
        ("0", 1),
        ("0.000001", 1),
        ("999.999999", 1),
        ("1000", 1),
        ("1000.000001", 2),
        ("2000", 2),
        ("12345", 13),
        ("1E+9", 1_000_000),
    ],
)
def test_credits_are_rounded_up_and_an_answer_takes_one_at_least(micro_usd: str | None, credits: int) -> None:
    charged = prices.credits(None if micro_usd is None else Decimal(micro_usd))

    assert charged == credits
    assert type(charged) is int


@st.composite
def some_prices(draw: st.DrawFn) -> Price:
    """Prices in steps of a hundred-thousandth of a USD per million tokens; cached tokens at a share of the others."""
    per_million = st.decimals(min_value=0, max_value=1_000, places=5)
    whole = draw(per_million)
    cached = draw(st.decimals(min_value=0, max_value=whole, places=5))
    write = draw(st.none() | st.decimals(min_value=whole, max_value=2 * whole, places=5))
    return Price(input=whole, cached=cached, output=draw(per_million), cache_write=write)


@st.composite
def some_tokens(draw: st.DrawFn) -> Tokens:
    count = st.integers(0, 2_000_000)
    whole = draw(count)
    cached = draw(st.integers(0, whole))
    return Tokens(input=whole, cached=cached, output=draw(count), cache_write=draw(st.integers(0, whole - cached)))


@hypothesis_settings(max_examples=500, deadline=None)
@given(price=some_prices(), tokens=some_tokens())
def test_a_cost_is_the_formula_to_the_last_digit(price: Price, tokens: Tokens) -> None:
    cost = price.cost(tokens)

    assert isinstance(cost, Decimal)
    assert cost >= 0
    assert cost.as_tuple().exponent == -6
    assert Fraction(cost) == (
        (tokens.input - tokens.cached - tokens.cache_write) * Fraction(price.input)
        + tokens.cached * Fraction(price.cached)
        + tokens.cache_write * Fraction(price.input if price.cache_write is None else price.cache_write)
        + tokens.output * Fraction(price.output)
    )


@hypothesis_settings(max_examples=500, deadline=None)
@given(price=some_prices(), tokens=some_tokens(), more=st.integers(0, 1_000_000))
def test_more_tokens_never_cost_less_and_cached_ones_never_more(price: Price, tokens: Tokens, more: int) -> None:
    cost = price.cost(tokens)

    assert price.cost(replace(tokens, output=tokens.output + more)) >= cost
    assert price.cost(replace(tokens, input=tokens.input + more)) >= cost
    assert price.cost(replace(tokens, input=tokens.input + more, cached=tokens.cached + more)) >= cost
    assert price.cost(replace(tokens, input=tokens.input + more, cache_write=tokens.cache_write + more)) >= cost
    assert price.cost(replace(tokens, cache_write=0)) <= min(cost, price.cost_uncached(tokens))
    assert price.cost(replace(tokens, cached=0, cache_write=0)) == price.cost_uncached(tokens)


@hypothesis_settings(max_examples=500, deadline=None)
@given(price=some_prices(), one=some_tokens(), other=some_tokens())
def test_two_calls_cost_the_sum_of_both(price: Price, one: Tokens, other: Tokens) -> None:
    both = Tokens(
        one.input + other.input,
        one.cached + other.cached,
        one.output + other.output,
        one.cache_write + other.cache_write,
    )

    assert price.cost(both) == price.cost(one) + price.cost(other)


@hypothesis_settings(max_examples=500, deadline=None)
@given(cost=st.decimals(min_value=0, max_value=10**9, places=6))
def test_credits_pay_for_the_cost_and_for_less_than_one_credit_more(cost: Decimal) -> None:
    credits = prices.credits(cost)

    assert credits >= 1
    assert credits * 1_000 >= cost
    assert credits == 1 or (credits - 1) * 1_000 < cost
