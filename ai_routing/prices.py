"""What tokens cost, in Decimal micro-USD, at the list price of the day."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal

import genai_prices
from django.conf import settings
from genai_prices.types import TieredPrices, Usage

from ai_routing.catalogue import BASELINE_MODEL, Deployment, Provider
from billing.plans import CREDIT_MICRO_USD

SMALLEST = Decimal("0.000001")
EMBEDS = "embedding"
"""In the name of a model that puts out vectors, for which no vendor has a price by the token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts as providers report them: `cached` and `cache_write` are parts of `input` that do not overlap."""

    input: int = 0
    cached: int = 0
    output: int = 0
    cache_write: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens, which is micro-USD per token. Without a `cache_write` price a write costs like input."""

    input: Decimal
    cached: Decimal
    output: Decimal
    cache_write: Decimal | None = None

    def cost(self, tokens: Tokens) -> Decimal:
        """Return the cost of `tokens` in micro-USD."""
        fresh = tokens.input - tokens.cached - tokens.cache_write
        write = self.input if self.cache_write is None else self.cache_write
        cost = (
            fresh * self.input + tokens.cached * self.cached + tokens.cache_write * write + tokens.output * self.output
        )
        return cost.quantize(SMALLEST)

    def cost_uncached(self, tokens: Tokens) -> Decimal:
        """Return the cost of `tokens` in micro-USD had the provider's prompt cache given nothing."""
        return self.cost(Tokens(input=tokens.input, output=tokens.output))

    def as_baseline(self, tokens: Tokens, *, given_again: bool) -> tuple[Decimal, Decimal]:
        """Return what `tokens` would have cost on this model in micro-USD, without its prompt cache and with it.

        Its cache would have known the whole prompt of an answer that we gave again: the least flattering figure for us.
        """
        cached = Tokens(input=tokens.input, cached=tokens.input, output=tokens.output) if given_again else tokens
        return self.cost_uncached(tokens), self.cost(cached)


FREE = Price(Decimal(0), Decimal(0), Decimal(0))


def of(deployment: Deployment, *, on: date) -> Price | None:
    """Return the price of a deployment on a day; None where none is known. The local model is free.

    Source: HUNTAZE_AI_PRICES first, then the genai-prices package, whose prices carry their dates.
    """
    if deployment.provider is Provider.LOCAL:
        return FREE
    override = settings.AI_PRICE_OVERRIDES.get(deployment.model)
    if override is not None:
        written = override.get("cache_write")
        return Price(
            input=Decimal(str(override["input"])),
            cached=Decimal(str(override["cached"])),
            output=Decimal(str(override["output"])),
            cache_write=None if written is None else Decimal(str(written)),
        )
    return published(deployment.provider, deployment.model, on)


@functools.lru_cache(maxsize=256)
def published(provider: str, model: str, on: date) -> Price | None:
    """Return the vendor's list price of a day from the genai-prices package, or None."""
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    try:
        price = genai_prices.calc_price(
            Usage(input_tokens=1), model_ref=model, provider_id=provider, genai_request_timestamp=at
        ).model_price
    except LookupError:
        return None
    per_token, cached, output = base(price.input_mtok), base(price.cache_read_mtok), base(price.output_mtok)
    if output is None and EMBEDS in model:
        output = Decimal(0)
    if per_token is None or output is None:
        return None
    # A model without a cache price bills cached tokens like the others.
    return Price(per_token, per_token if cached is None else cached, output, cache_write=base(price.cache_write_mtok))


def base(price: Decimal | TieredPrices | None) -> Decimal | None:
    """Return the price below the first tier: no prompt here comes near 100,000 tokens."""
    return price.base if isinstance(price, TieredPrices) else price


def baseline(deployment: Deployment, *, on: date) -> Price | None:
    """Return the price that savings are told against: the same tokens on GPT-4o. None for the local model.

    The local model exists to try the product out; a saving against it would be no honest figure.
    """
    if deployment.provider is Provider.LOCAL or of(deployment, on=on) is None:
        return None
    return of(Deployment(Provider.OPENAI, BASELINE_MODEL), on=on)


def credits(cost_micro_usd: Decimal | None) -> int:
    """Return the credits that a completion of this cost takes: rounded up, at least one, also where no price is known."""
    whole = ((cost_micro_usd or Decimal(0)) / CREDIT_MICRO_USD).to_integral_value(rounding=ROUND_CEILING)
    return max(1, int(whole))
