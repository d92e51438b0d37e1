"""Which adapter publishes on which channel."""

from __future__ import annotations

from typing import Final

from content import channels
from content.models import Channel
from content.publishing.adapters.assisted import Assisted
from content.publishing.adapters.contract import Adapter, Failed, Outcome, Published, Reminded
from content.publishing.adapters.own_page import OwnPage

ADAPTERS: Final[dict[str, Adapter]] = {
    channel: OwnPage() if channels.SPECS[channel].is_own else Assisted() for channel in Channel.values
}


def of(channel: str) -> Adapter:
    return ADAPTERS[channel]


__all__ = ["ADAPTERS", "Adapter", "Failed", "Outcome", "Published", "Reminded", "of"]
