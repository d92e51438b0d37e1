"""The most that a job can cost: what is set aside for it before anybody is called."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings

from ai_routing import catalogue, prices, prompts, tokens
from ai_routing.jobs import Job, Route
from ai_routing.prices import Tokens

NOTHING: Final = Decimal(0)


def credits(prompt: prompts.Prompt, route: Route, *, now: datetime) -> int:
    """Return the credits that the dearest deployment takes when nothing is cached and the answer is as long as allowed."""
    return max(prices.credits(cost) for cost in costs(prompt, route.deployments, now=now))


def micro_usd(job: Job, route: Route, *, now: datetime) -> Decimal:
    """Return the most that we may have to pay: repairs, an escalation and a permitted model included."""
    # Where nobody is stronger, an answer that may not be shown is asked for once more.
    asked_again = 1 if job.expectations is not None and not route.escalation else 0
    own = dearest(costs(job.prompt, route.deployments, now=now))
    others = (route.escalation, tuple(settings.AI_PERMITTED_MODELS))
    return own * (1 + job.repairs + asked_again) + sum(
        (dearest(costs(job.prompt, names, now=now)) for names in others), NOTHING
    )


def costs(prompt: prompts.Prompt, deployments: tuple[str, ...], *, now: datetime) -> list[Decimal | None]:
    """Return the most that one call to each deployment takes, in micro-USD; None where no price is known."""
    if not deployments:
        return []
    size = input_tokens(prompt)
    plain = Tokens(input=size, output=prompt.max_output_tokens)
    # Where writing to the provider's cache costs more than reading afresh, all of it may be written.
    written = Tokens(input=size, output=prompt.max_output_tokens, cache_write=size)
    found = [prices.of(catalogue.parse(name), on=now.date()) for name in deployments]
    return [max(price.cost(plain), price.cost(written)) if price else None for price in found]


def input_tokens(prompt: prompts.Prompt) -> int:
    """Return the input tokens of a prompt: a schema is billed like the messages."""
    schema = prompt.response_schema
    return tokens.in_messages(prompt.messages) + (tokens.in_text(json.dumps(schema)) if schema else 0)


def dearest(known: list[Decimal | None]) -> Decimal:
    return max((cost or NOTHING for cost in known), default=NOTHING)
