"""Asking one deployment after the other, with short patience."""

from __future__ import annotations

from collections.abc import Callable

from ai_routing import chain, prompts
from ai_routing.attempts import Attempt
from ai_routing.catalogue import Deployment
from tests.ai_routing import sample
from tests.ai_routing.sample import Page

STALL_SECONDS = 0.25
BOTH = (sample.AZURE, sample.OPENAI)


def ask(
    deployments: tuple[Deployment, ...] = BOTH,
    *,
    page: Page,
    prompt: prompts.Prompt | None = None,
    stop_requested: Callable[[], bool] = sample.never,
    seconds: float = 10.0,
    stall_seconds: float = STALL_SECONDS,
) -> list[Attempt]:
    caller = sample.caller(page, stop_requested=stop_requested, seconds=seconds, stall_seconds=stall_seconds)
    return chain.ask(deployments, prompt or sample.prompt(), caller)
