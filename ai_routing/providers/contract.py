"""What every provider offers, and the one family of errors they raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens

Outcome = LedgerEntry.Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """`images` are data URLs that stand beside the words, for models that see; they are looked at in little detail."""

    role: Literal["system", "user", "assistant"]
    content: str
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one model. `stall_seconds` bounds the silence before the first byte and between two.

    `headers` go with it as they are. `cache_key` names what shares the first system message; with "" nothing is asked
    of the prompt cache. An answer to `response_schema`, a JSON schema, is held to it by providers that can; others
    answer in their own way. `is_strict` says that it is of the vendor's strict kind. An answer that is not `streamed`
    comes in one piece, which costs less when nobody reads along. `grows` says that the next call of its conversation
    will begin with the whole of this one.
    """

    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int
    temperature: float
    cache_key: str
    stall_seconds: float
    response_schema: dict[str, Any] | None = None
    is_strict: bool = True
    streamed: bool = True
    grows: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """Texts to be made into vectors, none of them empty. `timeout_seconds` bounds the silence of the provider."""

    model: str
    texts: tuple[str, ...]
    timeout_seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector for each text, in their order, all of one length. `tokens` is what the provider bills."""

    vectors: tuple[tuple[float, ...], ...]
    tokens: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer. The last pieces carry why it ended, which model it was and what the provider says was used."""

    text: str = ""
    finish_reason: str = ""
    usage: Tokens | None = None
    request_id: str = ""
    model: str = ""


class Stream(Protocol):
    """An answer under way. `close` may be called from another thread, and ends the provider's work."""

    def __iter__(self) -> Iterator[Delta]: ...

    def close(self) -> None: ...


class Client(Protocol):
    def stream(self, call: Call) -> Stream:
        """Send the call. Raises ProviderFailed here, or while the stream is read."""
        ...

    def embed(self, call: EmbeddingCall) -> Embeddings:
        """Return the vectors of the texts. Raises ProviderFailed; Malformed for vectors that cannot be compared."""
        ...


class ProviderFailed(Exception):
    """A provider did not give a whole answer. `outcome` is what the ledger says of it."""

    outcome: Outcome = Outcome.UNAVAILABLE
    retryable = True
    """Whether the same deployment may answer if asked again."""
    blames_deployment = True
    """Whether it tells against the deployment; else it is a healthy one's word on what it was asked."""

    def __init__(self, message: str, *, request_id: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds to wait, by the provider's own word."""


class Unavailable(ProviderFailed):
    """It could not be reached, or answered with a 5xx."""


class RateLimited(ProviderFailed):
    """Too many requests or tokens for now."""

    outcome = Outcome.RATE_LIMITED


class TimedOut(ProviderFailed):
    """It was silent for longer than allowed."""

    outcome = Outcome.TIMED_OUT


class Interrupted(ProviderFailed):
    """The answer broke off before its end."""

    outcome = Outcome.INTERRUPTED


class Malformed(ProviderFailed):
    """The answer was not what the protocol says, or was empty."""

    outcome = Outcome.MALFORMED


class Misconfigured(ProviderFailed):
    """The key, the address or the model's name is wrong, or the account has no credit: an operator must act."""

    outcome = Outcome.MISCONFIGURED
    retryable = False


class Refused(Misconfigured):
    """It does not take a parameter of this very call: others may be answered."""

    blames_deployment = False


class ContextTooLong(ProviderFailed):
    """The prompt is longer than the model can read."""

    outcome = Outcome.CONTEXT_TOO_LONG
    retryable = False
    blames_deployment = False


class ContentFiltered(ProviderFailed):
    """The provider's content filter refused the prompt or the answer. A normal outcome, never charged."""

    outcome = Outcome.CONTENT_FILTER
    retryable = False
    blames_deployment = False

    def __init__(
        self,
        message: str,
        *,
        where: Literal["prompt", "answer"],
        categories: tuple[str, ...] = (),
        request_id: str = "",
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.where = where
        self.categories = categories
        """What the filter found, in the provider's words; empty when it does not say."""
