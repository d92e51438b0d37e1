"""One call to one deployment: the answer as it arrives, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from ai_routing import tokens
from ai_routing.catalogue import Deployment
from ai_routing.models import Cache, LedgerEntry
from ai_routing.prices import Tokens
from ai_routing.prompts import Prompt
from ai_routing.providers import contract

NO_TOKENS: Final = Tokens()
CUT: Final = "length"
"""The finish reason of an answer that was cut."""

Outcome = LedgerEntry.Outcome
Kind = LedgerEntry.Kind


class CannotRestart(Exception):
    """The words so far are gone for good to whoever reads them: there is no beginning anew."""


class Sink(Protocol):
    """Where the text goes while it is being written."""

    def token(self, text: str) -> None: ...

    def restart(self) -> None:
        """Forget the text so far: another call begins from nothing. Raises CannotRestart where that is impossible."""
        ...


class Unread:
    """A sink for an answer of which nobody reads half, such as a JSON object."""

    def token(self, text: str) -> None:
        pass

    def restart(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to one deployment, as the ledger tells it. Times in milliseconds.

    With a `cache` other than none it was no call: the text was given before, and the tokens are those it took then.
    """

    deployment: Deployment
    outcome: Outcome
    kind: Kind = Kind.CALL
    tokens: Tokens = NO_TOKENS
    usage_source: LedgerEntry.UsageSource = LedgerEntry.UsageSource.NONE
    first_token_ms: int | None = None
    latency_ms: int = 0
    request_id: str = ""
    response_model: str = ""
    text: str = ""
    finish_reason: str = ""
    filtered_where: str = ""
    filtered_categories: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    cache: Cache = Cache.NONE

    @property
    def is_answer(self) -> bool:
        """Whether the creator got text from it that is theirs to keep."""
        return self.outcome is Outcome.COMPLETED or (self.outcome is Outcome.STOPPED and bool(self.text.strip()))


@dataclass(slots=True)
class Answer:
    """An answer as it arrives. `started` is a reading of time.monotonic()."""

    started: float
    text: str = ""
    finish_reason: str = ""
    usage: Tokens | None = None
    request_id: str = ""
    model: str = ""
    first_token_ms: int | None = None

    def add(self, delta: contract.Delta, sink: Sink) -> None:
        self.request_id = delta.request_id or self.request_id
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.usage = delta.usage or self.usage
        self.model = delta.model or self.model
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
            response_model=self.model,
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
