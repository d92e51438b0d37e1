"""The versions that a voice has had, with what changed from each to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content.models import Voice, VoiceVersion
from content.voices.speaking import Snapshot

SHOWN: Final = 12
NAMES: Final[dict[str, str | Promise]] = {
    "name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "tone": gettext_lazy("Tone"),
    "sentence_length": gettext_lazy("Sentences"),
    "audience": gettext_lazy("You write for"),
    "signature_phrases": gettext_lazy("Phrases of your own"),
    "boundaries": gettext_lazy("Boundaries"),
    "never_say": gettext_lazy("Never say"),
    "samples": gettext_lazy("Samples"),
}


@dataclass(frozen=True, slots=True)
class Past:
    """A version as its voice's page shows it."""

    number: int
    created_at: datetime
    changes: str
    is_current: bool


def history(voice: Voice) -> list[Past]:
    """Return the newest versions, newest first."""
    rows = list(VoiceVersion.objects.filter(voice=voice).order_by("-number")[: SHOWN + 1])
    before = [*rows[1:], None]
    return [
        Past(
            row.number,
            row.created_at,
            changed(row.snapshot, earlier.snapshot if earlier else None),
            row.number == voice.version,
        )
        for row, earlier in list(zip(rows, before, strict=True))[:SHOWN]
    ]


def changed(snapshot: Snapshot, before: Snapshot | None) -> str:
    """Return the names of what differs from the version before."""
    if before is None:
        return _("Made")
    return ", ".join(str(name) for field, name in NAMES.items() if snapshot[field] != before[field])
