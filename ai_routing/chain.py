"""Ask the deployments of a decision, one after the other, until one gives a whole answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import uniform
from time import monotonic, sleep
from typing import Final

from ai_routing import breaker, reading, telemetry
from ai_routing.attempts import CUT, Answer, Attempt, CannotRestart, Outcome, Sink
from ai_routing.catalogue import Deployment
from ai_routing.prompts import VERBATIM, Prompt
from ai_routing.providers import contract, openai

logger = logging.getLogger(__name__)

TRIES_PER_DEPLOYMENT: Final = 2
FIRST_PAUSE_SECONDS: Final = 0.5
JITTER: Final = (0.5, 1.5)
"""A pause is multiplied by a number between these: callers that failed together do not come back together."""

WHOLE_FACTOR: Final = 3
"""Longer than a silence that means trouble, and short enough to leave time for somebody else."""

LONGEST_PAUSE_WITH_OTHERS_SECONDS: Final = 2.0
"""A provider that asks for a longer wait is left for the next deployment, where there is one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a completion may take: `give_up_at` reads like time.monotonic(), `stall_seconds` is per silence."""

    give_up_at: float
    stall_seconds: float


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: where the words go, when to stop, how long to wait, and what is known of the deployments' health."""

    sink: Sink
    stop_requested: Callable[[], bool]
    limits: Limits
    panel: breaker.Panel
    streamed: bool = True

    def out_of_time(self, *, in_seconds: float = 0.0) -> bool:
        return monotonic() + in_seconds > self.limits.give_up_at


def ask(deployments: Iterable[Deployment], prompt: Prompt, caller: Caller) -> list[Attempt]:
    """Return every attempt made, in order; the last one tells how it ended.

    A deployment is asked again after errors that pass, with the pause that it asks for; others move on to the next
    one, and one whose breaker is open is left out. A filtered or too long prompt, and a stop, end the whole.
    """
    attempts: list[Attempt] = []
    waiting = list(deployments)
    first = waiting[0]
    while waiting:
        deployment = waiting.pop(0)
        if not caller.panel.admits(deployment):
            continue
        ended = try_deployment(deployment, prompt, caller, attempts=attempts, others=bool(waiting))
        if ended or caller.out_of_time():
            break
    return attempts or [Attempt(first, Outcome.CIRCUIT_OPEN)]


def try_deployment(
    deployment: Deployment, prompt: Prompt, caller: Caller, *, attempts: list[Attempt], others: bool
) -> bool:
    """Add the attempts made at one deployment; return whether the whole ends with them."""
    for number in range(TRIES_PER_DEPLOYMENT):
        try:
            if attempts and attempts[-1].text:
                caller.sink.restart()
        except CannotRestart:
            return True
        attempt, error = once(deployment, prompt, caller)
        attempts.append(attempt)
        if error is None or isinstance(error, contract.ContentFiltered | contract.ContextTooLong):
            return True
        logger.warning("%s: %s (%s)", deployment, error, attempt.outcome)
        again = error.retryable and number + 1 < TRIES_PER_DEPLOYMENT
        pause = pause_after(error, number)
        if not again or caller.out_of_time(in_seconds=pause) or (others and pause > LONGEST_PAUSE_WITH_OTHERS_SECONDS):
            return False
        if not wait(pause, stop_requested=caller.stop_requested):
            attempts.append(Attempt(deployment, Outcome.STOPPED))
            return True
        if not caller.panel.admits(deployment):
            return False
    return False


def pause_after(error: contract.ProviderFailed, number: int) -> float:
    """Return the seconds to wait before the next try: at least what the provider asks for."""
    if error.retry_after is not None:
        return error.retry_after * spread(1.0, 1.1)
    return FIRST_PAUSE_SECONDS * float(2**number) * spread(*JITTER)


def spread(least: float, most: float) -> float:
    return uniform(least, most)  # noqa: S311  # it keeps callers apart, and keeps no secret


def wait(seconds: float, *, stop_requested: Callable[[], bool]) -> bool:
    """Sleep; return False as soon as a stop is requested."""
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        if stop_requested():
            return False
        sleep(min(left, reading.TICK_SECONDS))
    return True


def once(deployment: Deployment, prompt: Prompt, caller: Caller) -> tuple[Attempt, contract.ProviderFailed | None]:
    """Make one call; return what it came to, and its error when there is no answer."""
    asked = {
        "gen_ai.request.max_tokens": prompt.max_output_tokens,
        "gen_ai.request.temperature": prompt.temperature,
        "gen_ai.request.stream": caller.streamed,
    }
    with telemetry.call("chat", deployment, **asked) as told:
        attempt, error = read(deployment, prompt, caller)
        told.response_model = attempt.response_model
        told.finish_reason = attempt.finish_reason
        told.tokens = attempt.tokens
        told.error = type(error).__name__ if error else ""
        told.first_token_ms = attempt.first_token_ms
    return attempt, error


def read(deployment: Deployment, prompt: Prompt, caller: Caller) -> tuple[Attempt, contract.ProviderFailed | None]:
    answer = Answer(started=monotonic())
    error: contract.ProviderFailed | None = None
    outcome = Outcome.COMPLETED
    try:
        client = openai.client(deployment.provider)
        pieces = reading.deltas(
            client,
            call(deployment, prompt, caller),
            stop_requested=caller.stop_requested,
            give_up_at=caller.limits.give_up_at,
        )
        for delta in pieces:
            answer.add(delta, caller.sink)
        if not answer.text.strip():
            error = contract.Malformed("The provider gave an empty answer")
    except reading.Stopped:
        outcome = Outcome.STOPPED
    except reading.OutOfTime as failure:
        # What is there is kept as a cut text; half an object is of no use to anybody.
        if answer.text.strip() and prompt.response_schema is None:
            answer.finish_reason = CUT
        else:
            error = failure
    except contract.ProviderFailed as failure:
        error = failure
        answer.request_id = answer.request_id or failure.request_id
    if error is not None:
        outcome = error.outcome
    tell(caller.panel, deployment, outcome, error)
    attempt = answer.attempt(deployment, outcome, prompt)
    if isinstance(error, contract.ContentFiltered):
        attempt = replace(attempt, filtered_where=error.where, filtered_categories=error.categories)
    return attempt, error


def silence(caller: Caller) -> float:
    """Return how long a provider may be silent, in seconds: an answer that comes whole is silent while it is written."""
    allowed = caller.limits.stall_seconds
    if caller.streamed:
        return allowed
    return max(allowed, min(allowed * WHOLE_FACTOR, caller.limits.give_up_at - monotonic()))


def call(deployment: Deployment, prompt: Prompt, caller: Caller) -> contract.Call:
    return contract.Call(
        model=deployment.model,
        messages=prompt.messages,
        max_output_tokens=prompt.max_output_tokens,
        temperature=prompt.temperature,
        cache_key=prompt.cache_key,
        stall_seconds=silence(caller),
        response_schema=prompt.response_schema,
        is_strict=prompt.is_strict,
        streamed=caller.streamed,
        # Clients send their history as it was; ours leaves out what a turn was shown beside its question.
        grows=prompt.version == VERBATIM,
        headers=telemetry.headers(),
    )


def tell(panel: breaker.Panel, deployment: Deployment, outcome: Outcome, error: contract.ProviderFailed | None) -> None:
    """Tell the deployment's breaker how a call went. A refused or too long prompt is the word of a healthy one."""
    if outcome is Outcome.STOPPED:
        panel.abandoned(deployment)
    elif error is None or not error.blames_deployment:
        panel.succeeded(deployment)
    else:
        panel.failed(deployment, retry_after=error.retry_after)
