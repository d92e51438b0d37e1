"""Every event type. A new one is declared here, in the module of its subject, before it is recorded."""

from __future__ import annotations

from typing import Final

from analytics.event_types import accounts, fans, payments, posts, visits, writing
from analytics.event_types.declaration import EventType, InvalidEvent, Older

__all__ = ["EVENT_TYPES", "EventType", "InvalidEvent", "Older"]

SUBJECTS: Final = (accounts, fans, payments, posts, visits, writing)
EVENT_TYPES: Final[dict[str, EventType]] = {one.name: one for subject in SUBJECTS for one in subject.TYPES}
