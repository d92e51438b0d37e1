"""What visitors do on creators' public pages. The account is the creator's; of the visitor there is a number for the day."""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import EventType
from analytics.event_types.kinds import HOST, ID, VISITOR, text

COLLECTOR: Final = "analytics.collector"
DEVICES: Final = ("phone", "tablet", "desktop", "other")

TYPES: Final = (
    EventType(
        "page.viewed",
        "A creator's public page, or a post on it, was seen. The host is that of the page with the link, empty for none.",
        by=COLLECTOR,
        fields={
            "page": text("creator", "post"),
            "content_id": ID.or_none(),
            "referrer_host": HOST,
            "visitor": VISITOR,
            "device": text(*DEVICES),
        },
    ),
    EventType(
        "link.clicked",
        "A link on a creator's public page was followed. `block_id` names the part of the page that has it.",
        by=COLLECTOR,
        fields={"block_id": ID, "host": HOST, "visitor": VISITOR},
    ),
)
