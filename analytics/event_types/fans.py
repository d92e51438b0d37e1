"""What fans do, what they pay, and what is written to and fro.

`fan_id` names a row of the creator's, whose figures these are; the fan's own account appears nowhere.
"""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import EventType
from analytics.event_types.kinds import ID, MOMENT, MONEY, SIGNED_MINOR, text

SOURCES: Final = ("subscription", "renewal", "tip", "ppv", "message", "other")
NAME: Final = text(most=32)
BOOKS: Final = "fans.books"

# Amounts are positive in all three events of earnings: the event says which way they count. They are below zero only in
# an `earning.refunded` that takes back an earlier one, which was a mistake.
EARNING: Final = {
    "earning_id": ID,
    "fan_id": ID.or_none(),
    "source": text(*SOURCES),
    "platform": NAME,
    "currency": MONEY,
    "gross_minor": SIGNED_MINOR,
    "fee_minor": SIGNED_MINOR,
    "net_minor": SIGNED_MINOR,
    "content_id": ID.or_none(),
    "occurred_at": MOMENT,
}

TYPES: Final = (
    EventType("fan.followed", "A fan follows the creator.", by="fans", fields={"fan_id": ID, "source": NAME}),
    EventType("fan.unfollowed", "A fan follows the creator no more.", by="fans", fields={"fan_id": ID}),
    EventType("fan.lapsed", "A fan's paid subscription ended.", by="fans", fields={"fan_id": ID, "platform": NAME}),
    EventType("earning.recorded", "The creator earned something.", by=BOOKS, fields=EARNING),
    EventType("earning.refunded", "The creator gave something back.", by=BOOKS, fields=EARNING),
    EventType(
        "earning.removed",
        "A mistake was taken back: it counts against what it takes back, on the same day.",
        by=BOOKS,
        fields=EARNING,
    ),
    EventType(
        "message.received",
        "A fan wrote to the creator.",
        by="fans",
        fields={"conversation_id": ID, "fan_id": ID},
    ),
    EventType(
        "message.sent",
        "The creator wrote to a fan: by hand, as a model drafted it, or after changing that.",
        by="fans",
        fields={"conversation_id": ID, "fan_id": ID, "origin": text("human", "draft", "edited")},
    ),
)
