"""The vector of a question, from the provider that is configured for it. Never a reason for a request to fail."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ai_routing import breaker, catalogue, telemetry
from ai_routing.caching import policy
from ai_routing.catalogue import Deployment
from ai_routing.models import LedgerEntry
from ai_routing.models.caching import DIMENSIONS
from ai_routing.prices import Tokens
from ai_routing.providers import contract, openai

logger = logging.getLogger(__name__)

Outcome = LedgerEntry.Outcome

TIMEOUT_SECONDS: Final = 1.5
"""A vector takes a tenth of it; who waits longer for a cache has lost what it saves."""

LONGEST: Final = 400
"""Characters. In a longer text one sentence may differ and the vectors be alike all the same, so none is compared."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A call for a vector, as the ledger tells it. `vector` is empty when it failed; then `outcome` says why."""

    vector: tuple[float, ...]
    tokens: Tokens
    deployment: Deployment
    latency_ms: int
    outcome: Outcome
    request_id: str = ""


def configured() -> Deployment | None:
    """Return the deployment that embeds; None when the semantic cache is off.

    It is off without HUNTAZE_EMBEDDING_MODEL and without a measured threshold for that model. A setting that cannot be
    read is off too: the system check reports it, and no request fails for it.
    """
    name: str = getattr(settings, "AI_EMBEDDING_MODEL", "")
    if not name:
        return None
    try:
        deployment = catalogue.parse(name)
        return deployment if policy.threshold(deployment) else None
    except (ImproperlyConfigured, policy.InvalidThreshold):
        return None


def is_comparable(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST


def embed(text: str) -> Embedded | None:
    """Return the vector of a text, or the failed call; None when nobody was asked: off, or the provider is known down."""
    deployment = configured()
    if deployment is None:
        return None
    panel = breaker.read([deployment])
    if not panel.admits(deployment):
        return None
    started = monotonic()
    try:
        found = ask(deployment, (text.strip(),), timeout_seconds=TIMEOUT_SECONDS)
    except contract.ProviderFailed as error:
        panel.failed(deployment, retry_after=error.retry_after)
        logger.warning("%s: no vector, the semantic cache is passed over: %s", deployment, error)
        return Embedded((), Tokens(), deployment, elapsed_ms(started), error.outcome, error.request_id)
    panel.succeeded(deployment)
    return Embedded(
        vector=found.vectors[0],
        tokens=Tokens(input=found.tokens),
        deployment=deployment,
        latency_ms=elapsed_ms(started),
        outcome=Outcome.COMPLETED,
        request_id=found.request_id,
    )


def ask(deployment: Deployment, texts: tuple[str, ...], *, timeout_seconds: float) -> contract.Embeddings:
    """Return vectors as long as the column that they are kept in. Raises contract.ProviderFailed."""
    with telemetry.call("embeddings", deployment) as told:
        call = contract.EmbeddingCall(
            model=deployment.model, texts=texts, timeout_seconds=timeout_seconds, headers=telemetry.headers()
        )
        try:
            found = openai.client(deployment.provider).embed(call)
        except contract.ProviderFailed as error:
            told.error = type(error).__name__
            raise
        told.tokens = Tokens(input=found.tokens)
    length = max(map(len, found.vectors))
    if length > DIMENSIONS:
        raise contract.Misconfigured(
            f"{deployment} gives {length} numbers a vector and {DIMENSIONS} can be kept: configure a smaller model",
            request_id=found.request_id,
        )
    # Zeros change no cosine, so shorter vectors fit the column too.
    filled = tuple(vector + (0.0,) * (DIMENSIONS - len(vector)) for vector in found.vectors)
    return contract.Embeddings(filled, found.tokens, found.request_id)


def elapsed_ms(started: float) -> int:
    return round((monotonic() - started) * 1_000)
