"""What a test can ask of the fake vendor: faults, exact answers and their pace."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Literal

Provider = Literal["openai", "azure"]
Endpoint = Literal["chat", "embeddings"]

_MARKER = re.compile(r"\[\[(?P<kind>fault|defect):(?P<name>\w+)(?P<settings>[^\]]*)\]\]")
_NOT_IN_A_MARKER = {"containing", "times"}


class BehaviourInvalid(ValueError):
    """A behaviour names an unknown fault or setting, or gives a value that does not fit."""


class Fault(StrEnum):
    """One way for the vendor to fail. The comment of each group says what the caller sees."""

    # An error body instead of an answer.
    BAD_KEY = "bad_key"
    MODEL_NOT_FOUND = "model_not_found"
    RATE_LIMITED = "rate_limited"
    INSUFFICIENT_QUOTA = "insufficient_quota"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    PROMPT_FILTERED = "prompt_filtered"
    CONTEXT_TOO_LONG = "context_too_long"
    # Nothing, or nothing yet.
    SLOW_FIRST_BYTE = "slow_first_byte"
    HANG = "hang"
    CONNECTION_DROPPED = "connection_dropped"
    # Half of an answer.
    HANG_MID_STREAM = "hang_mid_stream"
    CUT_MID_STREAM = "cut_mid_stream"
    STREAM_ENDS_EARLY = "stream_ends_early"
    ERROR_MID_STREAM = "error_mid_stream"
    # An answer that is not what it should be.
    MALFORMED_JSON = "malformed_json"
    MISSING_USAGE = "missing_usage"
    COMPLETION_FILTERED = "completion_filtered"
    EMPTY_ANSWER = "empty_answer"
    # Only a marker needs it: settings without a fault.
    NONE = "none"


class Defect(StrEnum):
    """One way for a whole and well-formed answer to be no good."""

    WRONG_LANGUAGE = "wrong_language"
    REFUSAL = "refusal"
    REPETITION = "repetition"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    # It has the `word` of the behaviour in it.
    CONTAINS = "contains"
    # It quotes the beginning of the system prompt.
    LEAK = "leak"
    # Where JSON is asked for: cut off, between the marks of Markdown, or not by the schema.
    INVALID_JSON = "invalid_json"
    FENCED_JSON = "fenced_json"
    SCHEMA_VIOLATION = "schema_violation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the vendor treats the requests that meet the conditions.

    `text` is the exact answer; a `defect` spoils the one that the fake thinks of, with `word` for Defect.CONTAINS.
    `chunk_size` is in characters (None: one word a chunk). `chunk_delay` and `first_byte_delay` are in seconds (None: what the
    server was started with). `after_chunks` says after how many chunks of text a fault strikes in the middle of an answer.
    `retry_after` is in seconds. Conditions: `endpoint`, `provider`, `model` (on Azure the deployment) and `containing`, a piece
    of a user message or of a text to embed. `times` counts down with each use; None means until the next reset.
    """

    fault: Fault | None = None
    defect: Defect | None = None
    word: str = "crypto"
    text: str | None = None
    chunk_size: int | None = None
    chunk_delay: float | None = None
    first_byte_delay: float | None = None
    after_chunks: int = 3
    retry_after: float = 1.0
    endpoint: Endpoint = "chat"
    provider: Provider | None = None
    model: str | None = None
    containing: str | None = None
    times: int | None = 1

    def meets(self, endpoint: Endpoint, provider: Provider, model: str, prompt: str) -> bool:
        return (
            self.endpoint == endpoint
            and self.provider in (None, provider)
            and self.model in (None, model)
            and (self.containing is None or self.containing in prompt)
        )


def _fault(value: object) -> Fault:
    try:
        return Fault(str(value))
    except ValueError:
        known = ", ".join(Fault)
        raise BehaviourInvalid(f"Unknown fault {value!r}; use one of: {known}.") from None


def _defect(value: object) -> Defect:
    try:
        return Defect(str(value))
    except ValueError:
        known = ", ".join(Defect)
        raise BehaviourInvalid(f"Unknown defect {value!r}; use one of: {known}.") from None


def _endpoint(value: object) -> Endpoint:
    if value == "chat" or value == "embeddings":
        return value
    raise BehaviourInvalid(f"Unknown endpoint {value!r}; use chat or embeddings.")


def _provider(value: object) -> Provider:
    if value == "openai" or value == "azure":
        return value
    raise BehaviourInvalid(f"Unknown provider {value!r}; use openai or azure.")


def _natural(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def _positive(value: Any) -> int:
    number = _natural(value)
    if number == 0:
        raise ValueError(value)
    return number


def _seconds(value: Any) -> float:
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError(value)
    return number


_READERS: dict[str, Callable[[Any], Any]] = {
    "fault": _fault,
    "defect": _defect,
    "word": str,
    "text": str,
    "chunk_size": _positive,
    "chunk_delay": _seconds,
    "first_byte_delay": _seconds,
    "after_chunks": _natural,
    "retry_after": _seconds,
    "endpoint": _endpoint,
    "provider": _provider,
    "model": str,
    "containing": str,
    "times": _positive,
}
_MAY_BE_NONE = {field.name for field in fields(Behaviour) if field.default is None} | {"times"}


def from_settings(settings: Mapping[str, Any]) -> Behaviour:
    """Read a behaviour from JSON or from the words of a marker.

    Raises BehaviourInvalid for an unknown setting or a value that does not fit.
    """
    values: dict[str, Any] = {}
    for name, value in settings.items():
        reader = _READERS.get(name)
        if reader is None:
            raise BehaviourInvalid(f"Unknown setting {name!r}; use one of: {', '.join(_READERS)}.")
        if value is None and name in _MAY_BE_NONE:
            values[name] = None
            continue
        try:
            values[name] = reader(value)
        except BehaviourInvalid:
            raise
        except (TypeError, ValueError):
            raise BehaviourInvalid(f"{value!r} does not fit the setting {name!r}.") from None
    return Behaviour(**values)


def in_prompt(prompt: str, endpoint: Endpoint, provider: Provider, model: str) -> Behaviour | None:
    """Find the first marker of a user prompt that applies, such as `[[fault:rate_limited retry_after=2 provider=azure]]`.

    `[[defect:refusal model=gpt-4o-mini]]` is one too. Without `endpoint=embeddings` a marker is for chat completions.

    Raises BehaviourInvalid for a marker that cannot be read, so that a misspelt one cannot pass for a success.
    """
    for match in _MARKER.finditer(prompt):
        settings: dict[str, str] = {match["kind"]: match["name"]}
        for word in match["settings"].split():
            name, _, value = word.partition("=")
            if name in _NOT_IN_A_MARKER:
                raise BehaviourInvalid(f"The setting {name!r} has no meaning in a marker; script it instead.")
            settings[name] = value
        behaviour = from_settings(settings)
        if behaviour.meets(endpoint, provider, model, prompt):
            return behaviour
    return None


def without_markers(prompt: str) -> str:
    return _MARKER.sub("", prompt)


class Script:
    """The behaviours that wait for their request; the first that meets it is used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Behaviour] = []

    def add(self, behaviour: Behaviour) -> None:
        with self._lock:
            self._waiting.append(behaviour)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting)

    def take(self, endpoint: Endpoint, provider: Provider, model: str, prompt: str) -> Behaviour | None:
        """Use up one turn of the first behaviour that meets the request."""
        with self._lock:
            for index, behaviour in enumerate(self._waiting):
                if not behaviour.meets(endpoint, provider, model, prompt):
                    continue
                if behaviour.times == 1:
                    del self._waiting[index]
                elif behaviour.times is not None:
                    self._waiting[index] = replace(behaviour, times=behaviour.times - 1)
                return behaviour
        return None
