"""What becomes of posts, where they go out, and of media."""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import EventType
from analytics.event_types.kinds import ID, MOMENT, listing, text, whole
from analytics.event_types.writing import ORIGINS

CHANNELS: Final = ("huntaze", "instagram", "tiktok", "x", "onlyfans", "fansly", "reddit", "threads", "email")
CHANNEL: Final = text(*CHANNELS)
OUT: Final = {"content_id": ID, "publication_id": ID, "channel": CHANNEL}
ASSET: Final = {"asset_id": ID, "kind": text("image", "video"), "bytes": whole()}
PLANNING: Final = "content.planning"
PUBLISHING: Final = "content.publishing"
MEDIA: Final = "content.media"

TYPES: Final = (
    EventType(
        "content.created",
        "A post, an email or a document was begun.",
        by="content",
        fields={
            "content_id": ID,
            "type": text("post", "email", "document"),
            "platform": text(*CHANNELS[1:], "generic"),
            "origin": text(*ORIGINS),
        },
    ),
    EventType("content.edited", "Its words were changed.", by="content.history.saving", fields={"content_id": ID}),
    EventType("content.binned", "It was put into the bin.", by="content.trash", fields={"content_id": ID}),
    EventType("content.deleted", "It was deleted for good.", by="content.posts", fields={"content_id": ID}),
    EventType(
        "content.scheduled",
        "It was given a time to go out at.",
        by=PLANNING,
        fields={"content_id": ID, "channels": listing(*CHANNELS), "due_at": MOMENT},
    ),
    EventType("content.unscheduled", "A channel was taken off the plan.", by=PLANNING, fields=OUT),
    EventType(
        "publication.rescheduled",
        "A channel was given another time.",
        by=PLANNING,
        fields={**OUT, "from": MOMENT, "due_at": MOMENT},
    ),
    EventType("publication.reminded", "Its creator was told to post it by hand.", by=PUBLISHING, fields=OUT),
    EventType(
        "publication.snoozed", "Its creator will post it later.", by=PUBLISHING, fields={**OUT, "minutes": whole()}
    ),
    EventType(
        "publication.published",
        "It is out on a channel. `origin` is who wrote what is said there.",
        by=PUBLISHING,
        fields={**OUT, "origin": text(*ORIGINS), "seconds_late": whole()},
    ),
    EventType("publication.unmarked", "It is not out after all, says its creator.", by=PUBLISHING, fields=OUT),
    EventType("publication.failed", "It could not go out.", by=PUBLISHING, fields={**OUT, "error_code": text(most=64)}),
    EventType("publication.retried", "Its creator lets it be tried again.", by=PUBLISHING, fields=OUT),
    EventType("media.uploaded", "A file came in full.", by=MEDIA, fields=ASSET),
    EventType("media.ready", "A file can be shown.", by=MEDIA, fields=ASSET),
    EventType("media.rejected", "A file was not accepted.", by=MEDIA, fields={"asset_id": ID, "code": text(most=64)}),
    EventType("media.deleted", "Files were put into the bin.", by=MEDIA, fields={"assets": whole(least=1)}),
)
