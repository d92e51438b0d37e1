"""Bars for figures by day, in the units of a drawing that is one wide for each day and TALL high."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

TALL: Final = 100
WIDTH: Final = "0.8"
MARGIN: Final = Decimal("0.1")
LEAST: Final = Decimal(1)
"""A day that cost anything shows."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day's bar; `amount` is what it stands for. The places are text, for a drawing knows no decimal comma."""

    day: date
    amount: Decimal
    x: str
    y: str
    width: str
    height: str


def bars(amounts: Mapping[date, Decimal]) -> list[Bar]:
    """Return a bar for each day, the highest as tall as the drawing. Below 0, and at 0, there is none to see."""
    most = max(amounts.values(), default=Decimal(0))
    drawn = []
    for place, (day, amount) in enumerate(amounts.items()):
        height = max(LEAST, amount / most * TALL) if amount > 0 else Decimal(0)
        drawn.append(
            Bar(day, amount, x=f"{place + MARGIN}", y=f"{TALL - height:.2f}", width=WIDTH, height=f"{height:.2f}")
        )
    return drawn
