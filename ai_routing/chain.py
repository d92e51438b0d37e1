"""Ask the deployments of a decision, one after the other, until one gives a whole answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Protocol

from ai_routing import reading, tokens
from ai_routing.catalogue import Deployment
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from ai_routing.prompts import Prompt
from ai_routing.providers import contract, openai

logger = logging.getLogger(__name__)

TRIES_PER_DEPLOYMENT = 2
FIRST_PAUSE_SECONDS = 0.5

NO_TOKENS = Tokens()

Outcome = LedgerEntry.Outcome


class Sink(Protocol):
    """Where the text goes while it is being written."""

    def token(self, text: str) -> None: ...

    def restart(self) -> None:
        """Forget the text so far: another call begins from nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to one deployment, as the ledger tells it. Times in milliseconds."""

    deployment: Deployment
    outcome: Outcome
    tokens: Tokens = NO_TOKENS
    usage_source: LedgerEntry.UsageSource = LedgerEntry.UsageSource.NONE
    first_token_ms: int | None = None
    latency_ms: int = 0
    request_id: str = ""
    text: str = ""
    finish_reason: str = ""
    filtered_where: str = ""
    filtered_categories: tuple[str, ...] = ()

    @property
    def is_answer(self) -> bool:
        """Whether the creator got text from it that is theirs to keep."""
        return self.outcome is Outcome.COMPLETED or (self.outcome is Outcome.STOPPED and bool(self.text.strip()))


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a completion may take: `give_up_at` reads like time.monotonic(), `stall_seconds` is per silence."""

    give_up_at: float
    stall_seconds: float


def ask(
    deployments: Iterable[Deployment],
    prompt: Prompt,
    *,
    sink: Sink,
    stop_requested: Callable[[], bool],
    limits: Limits,
) -> list[Attempt]:
    """Return every attempt made, in order; the last one tells how it ended.

    A deployment is asked again after errors that pass, with the pause that it asks for; others move on to the next
    one. A filtered or too long prompt, and a stop, end the whole.
    """
    attempts: list[Attempt] = []
    for deployment in deployments:
        for number in range(TRIES_PER_DEPLOYMENT):
            if attempts and attempts[-1].text:
                sink.restart()
            attempt, error = once(deployment, prompt, sink=sink, stop_requested=stop_requested, limits=limits)
            attempts.append(attempt)
            if error is None or isinstance(error, contract.ContentFiltered | contract.ContextTooLong):
                return attempts
            logger.warning("%s: %s (%s)", deployment, error, attempt.outcome)
            pause = error.retry_after if error.retry_after is not None else FIRST_PAUSE_SECONDS * 2**number
            again = error.retryable and number + 1 < TRIES_PER_DEPLOYMENT
            if not again or monotonic() + pause > limits.give_up_at:
                break
            if not wait(pause, stop_requested=stop_requested):
                return [*attempts, Attempt(deployment, Outcome.STOPPED)]
        if monotonic() > limits.give_up_at:
            break
    return attempts


def wait(seconds: float, *, stop_requested: Callable[[], bool]) -> bool:
    """Sleep; return False as soon as a stop is requested."""
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        if stop_requested():
            return False
        sleep(min(left, reading.TICK_SECONDS))
    return True


def once(
    deployment: Deployment,
    prompt: Prompt,
    *,
    sink: Sink,
    stop_requested: Callable[[], bool],
    limits: Limits,
) -> tuple[Attempt, contract.ProviderFailed | None]:
    """Make one call; return what it came to, and its error when there is no answer."""
    call = contract.Call(
        model=deployment.model,
        messages=prompt.messages,
        max_output_tokens=prompt.max_output_tokens,
        temperature=prompt.temperature,
        cache_key=prompt.cache_key,
        stall_seconds=limits.stall_seconds,
    )
    answer = Answer(started=monotonic())
    error: contract.ProviderFailed | None = None
    try:
        client = openai.client(deployment.provider)
        for delta in reading.deltas(client, call, stop_requested=stop_requested, give_up_at=limits.give_up_at):
            answer.add(delta, sink)
        outcome = Outcome.COMPLETED
        if not answer.text.strip():
            error = contract.Malformed("The provider gave an empty answer")
            outcome = error.outcome
    except reading.Stopped:
        outcome = Outcome.STOPPED
    except contract.ProviderFailed as failure:
        error = failure
        outcome = failure.outcome
        answer.request_id = answer.request_id or failure.request_id
    attempt = answer.attempt(deployment, outcome, prompt)
    if isinstance(error, contract.ContentFiltered):
        attempt = replace(attempt, filtered_where=error.where, filtered_categories=error.categories)
    return attempt, error


@dataclass(slots=True)
class Answer:
    """An answer as it arrives."""

    started: float
    text: str = ""
    finish_reason: str = ""
    usage: Tokens | None = None
    request_id: str = ""
    first_token_ms: int | None = None

    def add(self, delta: contract.Delta, sink: Sink) -> None:
        self.request_id = delta.request_id or self.request_id
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.usage = delta.usage or self.usage
        if delta.text:
            if self.first_token_ms is None:
                self.first_token_ms = self.elapsed_ms()
            self.text += delta.text
            sink.token(delta.text)

    def elapsed_ms(self) -> int:
        return round((monotonic() - self.started) * 1_000)

    def attempt(self, deployment: Deployment, outcome: Outcome, prompt: Prompt) -> Attempt:
        used, source = self.used(outcome, prompt)
        return Attempt(
            deployment=deployment,
            outcome=outcome,
            tokens=used,
            usage_source=source,
            first_token_ms=self.first_token_ms,
            latency_ms=self.elapsed_ms(),
            request_id=self.request_id,
            text=self.text,
            finish_reason=self.finish_reason,
        )

    def used(self, outcome: Outcome, prompt: Prompt) -> tuple[Tokens, LedgerEntry.UsageSource]:
        """Return the tokens used: the provider's word, or our count when it gave text and no word."""
        if self.usage is not None:
            return self.usage, LedgerEntry.UsageSource.PROVIDER
        if self.text or outcome is Outcome.STOPPED:
            counted = Tokens(input=tokens.in_messages(prompt.messages), output=tokens.in_text(self.text))
            return counted, LedgerEntry.UsageSource.COUNTED
        return NO_TOKENS, LedgerEntry.UsageSource.NONE
