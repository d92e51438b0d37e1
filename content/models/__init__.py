from content.models.generations import Generation, IdempotencyKey, Kind, Variant
from content.models.media import Asset, Attachment, Folder, Rendition
from content.models.moderation import Judgement, Review
from content.models.planning import Publication, Slot
from content.models.summaries import WeekSummary
from content.models.texts import (
    Channel,
    ChannelText,
    Content,
    ContentVersion,
    Length,
    Origin,
    Platform,
    PostTemplate,
    ProvenanceEntry,
    Tag,
)
from content.models.voices import SentenceLength, Voice, VoiceReading, VoiceSample, VoiceVersion

__all__ = [
    "Asset",
    "Attachment",
    "Channel",
    "ChannelText",
    "Content",
    "ContentVersion",
    "Folder",
    "Generation",
    "IdempotencyKey",
    "Judgement",
    "Kind",
    "Length",
    "Origin",
    "Platform",
    "PostTemplate",
    "ProvenanceEntry",
    "Publication",
    "Rendition",
    "Review",
    "SentenceLength",
    "Slot",
    "Tag",
    "Variant",
    "Voice",
    "VoiceReading",
    "VoiceSample",
    "VoiceVersion",
    "WeekSummary",
]
