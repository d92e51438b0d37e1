"""What an address asks for: a range, a currency. One that cannot be is said, and thirty days are shown instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import CreatorRequest
from analytics import ranges
from analytics.pages import addresses
from analytics.ranges import Range

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LABELS: Final[dict[str, _StrPromise]] = {
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "90d": gettext_lazy("90 days"),
    "12m": gettext_lazy("12 months"),
}
LONGEST_CURRENCY: Final = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The range and currency of an address; `fault` says why it is not the one that was asked for."""

    range: Range
    currency: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    key: str
    label: str
    url: str
    chosen: bool


def of(request: CreatorRequest, *, now: datetime) -> Asked:
    user, said = request.user, request.GET
    currency = said.get("currency", "").lower()[:LONGEST_CURRENCY]
    try:
        return Asked(ranges.asked(user, said.dict(), now=now), currency)
    except ranges.InvalidRange:
        thirty = ranges.preset(user, ranges.DEFAULT, today=ranges.today(user, now=now))
        return Asked(
            thirty,
            currency,
            _("These days cannot be shown: from a day until a later one, today at most, two years at most."),
        )


def presets(range_: Range, currency: str, **more: str) -> Iterator[Preset]:
    """Yield the ranges to choose from, for the same currency."""
    for name, label in LABELS.items():
        other = ranges.Range(range_.start, range_.end, range_.zone, name)
        yield Preset(name, str(label), addresses.overview(other, currency, **more), name == range_.preset)
