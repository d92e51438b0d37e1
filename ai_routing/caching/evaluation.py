"""How well an embedding model and the guard tell questions apart, on labelled pairs."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ai_routing.caching import embedding, guard
from ai_routing.catalogue import Deployment

PAIRS: Final = Path(__file__).parent / "pairs.jsonl"
REASONS: Final = ("number", "name", "negation", "direction", "topic", "unrelated")
"""Why two questions of a pair are different."""

THRESHOLDS: Final = tuple(step / 100 for step in range(50, 100))
BATCH: Final = 100
PATIENCE_SECONDS: Final = 30.0
Z: Final = 1.959964
"""Standard deviations of a 95 % confidence interval."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions and whether the answer to one answers the other."""

    topic: str
    language: str
    label: str
    reason: str
    a: str
    b: str

    @property
    def is_same(self) -> bool:
        return self.label == "same"

    @property
    def is_for_fitting(self) -> bool:
        """Which half it is in. A topic is wholly in one, so that no near-duplicate is both fitted and checked on."""
        return hashlib.sha256(self.topic.encode()).digest()[0] % 2 == 0

    @property
    def is_let_through(self) -> bool:
        """Whether the guard finds the two alike."""
        first, second = (guard.fingerprint(text, language=self.language) for text in (self.a, self.b))
        return first.digest() == second.digest()


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair, how alike its vectors are, and whether the guard lets it through."""

    pair: Pair
    similarity: float
    is_let_through: bool

    def hits(self, threshold: float, *, guarded: bool) -> bool:
        return self.similarity >= threshold and (self.is_let_through or not guarded)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share, with the Wilson interval that holds the true one with 95 % confidence."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        spread = Z * math.sqrt(self.share * (1 - self.share) / self.of + Z * Z / (4 * self.of * self.of))
        middle, scale = self.share + Z * Z / (2 * self.of), 1 + Z * Z / self.of
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:6.1%} [{low:.1%}, {high:.1%}]"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The lowest threshold without a false hit on the fitting half, and what it does on the other half."""

    threshold: float
    hits: Rate
    false_hits: Rate

    @property
    def is_safe(self) -> bool:
        return self.false_hits.hits == 0


@functools.cache
def pairs() -> tuple[Pair, ...]:
    return tuple(Pair(**json.loads(line)) for line in PAIRS.read_text(encoding="utf-8").splitlines())


def pairs_digest() -> str:
    return hashlib.sha256(PAIRS.read_bytes()).hexdigest()


def score(wanted: Sequence[Pair], deployment: Deployment) -> list[Scored]:
    """Embed the pairs and compare them. Raises contract.ProviderFailed."""
    texts = list(dict.fromkeys(text for pair in wanted for text in (pair.a, pair.b)))
    vectors: dict[str, tuple[float, ...]] = {}
    for start in range(0, len(texts), BATCH):
        batch = tuple(texts[start : start + BATCH])
        found = embedding.ask(deployment, batch, timeout_seconds=PATIENCE_SECONDS)
        vectors.update(zip(batch, found.vectors, strict=True))
    return [Scored(pair, cosine(vectors[pair.a], vectors[pair.b]), pair.is_let_through) for pair in wanted]


def cosine(first: Sequence[float], second: Sequence[float]) -> float:
    product = math.fsum(a * b for a, b in zip(first, second, strict=True))
    return product / (math.hypot(*first) * math.hypot(*second))


def rate(scored: Iterable[Scored], threshold: float, *, guarded: bool) -> Rate:
    hits = [each.hits(threshold, guarded=guarded) for each in scored]
    return Rate(sum(hits), len(hits))


def same(scored: Iterable[Scored]) -> list[Scored]:
    return [each for each in scored if each.pair.is_same]


def different(scored: Iterable[Scored], reason: str = "") -> list[Scored]:
    return [each for each in scored if not each.pair.is_same and reason in {"", each.pair.reason}]


def recommend(scored: Sequence[Scored]) -> Recommendation | None:
    """Return the recommendation; None when there is a false hit at every threshold."""
    fitting = different(each for each in scored if each.pair.is_for_fitting)
    others = [each for each in scored if not each.pair.is_for_fitting]
    for threshold in THRESHOLDS:
        if not rate(fitting, threshold, guarded=True).hits:
            return Recommendation(
                threshold,
                hits=rate(same(others), threshold, guarded=True),
                false_hits=rate(different(others), threshold, guarded=True),
            )
    return None
