"""The figures of a set of ledger rows that can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class Sums:
    """Counts, and money in micro-USD.

    A request is a completion that was begun, from the cache or not; a call is what a provider was asked, embeddings
    included. Corrections are in the money and in `corrections`, and in no other count. The `measured` figures are those
    of calls whose usage the provider itself reported, without embeddings. `unpriced` calls are in no cost.
    """

    requests: int = 0
    calls: int = 0
    answers: int = 0
    exact_hits: int = 0
    semantic_hits: int = 0
    filtered: int = 0
    errors: int = 0
    entries: int = 0
    cost: Decimal = NOTHING
    baseline: Decimal = NOTHING
    baseline_cached: Decimal = NOTHING
    drafts: int = 0
    drafts_cost: Decimal = NOTHING
    corrections: int = 0
    corrections_cost: Decimal = NOTHING
    measured_calls: int = 0
    measured_hits: int = 0
    measured_input: int = 0
    measured_cached: int = 0
    measured_written: int = 0
    unpriced: int = 0

    def add(self, values: Sequence[Any]) -> None:
        """Add figures in the order of ADDED."""
        for name, value in zip(ADDED, values, strict=True):
            setattr(self, name, getattr(self, name) + value)

    @property
    def cost_usd(self) -> Decimal:
        return self.cost / 1_000_000

    @property
    def cost_is_known(self) -> bool:
        """False when every call lacks a price: then the sum of 0 would be no cost."""
        return not self.unpriced or self.unpriced < self.calls

    @property
    def baseline_usd(self) -> Decimal | None:
        return self.baseline / 1_000_000 if self.is_comparable else None

    @property
    def baseline_cached_usd(self) -> Decimal | None:
        return self.baseline_cached / 1_000_000 if self.is_comparable else None

    @property
    def is_comparable(self) -> bool:
        """Whether GPT-4o would have been asked for any of it. Not so for the demonstration model's answers."""
        return self.baseline > 0

    @property
    def saved_usd(self) -> Decimal | None:
        return (self.baseline - self.cost) / 1_000_000 if self.is_comparable else None

    @property
    def saved_cached_usd(self) -> Decimal | None:
        return (self.baseline_cached - self.cost) / 1_000_000 if self.is_comparable else None

    @property
    def saved_percent(self) -> Decimal | None:
        return percent(self.baseline - self.cost, self.baseline) if self.is_comparable else None

    @property
    def saved_cached_percent(self) -> Decimal | None:
        return percent(self.baseline_cached - self.cost, self.baseline_cached) if self.is_comparable else None

    @property
    def hits(self) -> int:
        return self.exact_hits + self.semantic_hits

    @property
    def hit_percent(self) -> Decimal | None:
        return percent(self.hits, self.requests)

    @property
    def measured_share_percent(self) -> Decimal | None:
        """The share of the input that the provider's prompt cache gave."""
        return percent(self.measured_cached, self.measured_input)

    @property
    def measured_hit_percent(self) -> Decimal | None:
        """The share of calls for which the provider's prompt cache gave anything."""
        return percent(self.measured_hits, self.measured_calls)


ADDED: Final = tuple(field.name for field in fields(Sums) if field.name != "unpriced")


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return the share in percent; None of nothing."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None
