"""What was spent, and what it would have come to on GPT-4o alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MICRO: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in micro-USD beside its baseline; None where no price is known.

    `saved_usd` and `saved_percent` are None where a saving would be no honest figure. Both are negative when the
    baseline was the cheaper one.
    """

    cost_micro_usd: Decimal | None
    baseline_micro_usd: Decimal | None

    @property
    def cost_usd(self) -> Decimal | None:
        return usd(self.cost_micro_usd)

    @property
    def baseline_usd(self) -> Decimal | None:
        return usd(self.baseline_micro_usd)

    @property
    def saved_usd(self) -> Decimal | None:
        if self.cost_usd is None or self.baseline_usd is None:
            return None
        return self.baseline_usd - self.cost_usd

    @property
    def saved_percent(self) -> int | None:
        if self.saved_usd is None or not self.baseline_usd:
            return None
        return round(100 * self.saved_usd / self.baseline_usd)


def usd(micro: Decimal | None) -> Decimal | None:
    return None if micro is None else micro / MICRO


def written(amount: Decimal | None) -> str | None:
    """Return an amount without exponent or idle zeros: "0.000182"."""
    return None if amount is None else f"{amount.normalize():f}"


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum; None when there is nothing to add or one of the amounts is not known."""
    known = list(amounts)
    if not known:
        return None
    whole = Decimal(0)
    for amount in known:
        if amount is None:
            return None
        whole += amount
    return whole
