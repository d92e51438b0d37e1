"""Have a model read a voice's samples, and answer what it proposes."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from ai_routing import catalogue, completion, nudges
from content import tasks, voices
from content.models import Voice, VoiceReading, VoiceSample
from content.voices import proposals, stylometry

FIELDS: Final = ("tone", "audience", "boundaries", "signature_phrases")
LONGEST_TONE: Final = 600


class NobodyReads(Exception):
    """There is only the demonstration model, which cannot describe a voice; or there are no samples."""


def request(voice: Voice, *, now: datetime) -> VoiceReading:
    """Set the quota aside, store the work and hand it to the workers.

    Raises NobodyReads, billing.quota.QuotaExhausted, billing.quota.PlanRequired, billing.budgets.BudgetExhausted, and
    ai_routing.routing.NoDeployment and InvalidRequest.
    """
    texts = list(
        VoiceSample.objects.filter(voice=voice, removed_at=None)
        .order_by("-id")
        .values_list("text", flat=True)[: voices.MOST_PASTED]
    )
    if catalogue.is_demonstration() or not texts:
        raise NobodyReads("No model that can read samples is connected.")
    reading = VoiceReading(voice=voice, texts=texts, queued_at=now, created_at=now)
    job = proposals.job(reading)
    route = completion.route(job)
    with transaction.atomic():
        reading.reservation = completion.admit(job, route, now=now)
        reading.decision = route.as_json()
        reading.save(force_insert=True)
        transaction.on_commit(
            functools.partial(nudges.send, tasks.read_samples, "reading_id", [reading.pk], queue="ai_interactive")
        )
    return reading


def latest(voice: Voice) -> VoiceReading | None:
    """Return the newest reading that the creator has not answered yet."""
    found = VoiceReading.objects.filter(voice=voice).order_by("-id").first()
    return None if found is None or found.answered_at is not None else found


def answer(reading: VoiceReading, taken: list[str], *, now: datetime) -> None:
    """Put what the creator takes of a proposal into the voice, and the rest away. Repeated, it changes nothing."""
    with transaction.atomic():
        row = VoiceReading.objects.select_for_update(of=("self",)).select_related("voice").get(pk=reading.pk)
        if row.answered_at is not None:
            return
        row.answered_at = now
        row.save(update_fields=["answered_at"])
        wanted: dict[str, Any] = {
            name: row.proposal[name] for name in FIELDS if name in taken and row.proposal.get(name)
        }
        if wanted:
            voices.change(row.voice, merged(row.voice, row, wanted), now=now)


def merged(voice: Voice, reading: VoiceReading, wanted: dict[str, Any]) -> voices.Wording:
    """Return the voice with what was taken. What was counted stays beside what a model says of the tone."""
    fields: dict[str, Any] = {
        "name": voice.name,
        "language": voice.language,
        "tone": voice.tone,
        "sentence_length": voice.sentence_length,
        "audience": voice.audience,
        "signature_phrases": tuple(voice.signature_phrases),
        "boundaries": voice.boundaries,
        "never_say": tuple(voice.never_say),
        **wanted,
    }
    if "tone" in wanted:
        counted = stylometry.told(stylometry.read(reading.texts, language=voice.language))
        fields["tone"] = f"{wanted['tone']} {counted}"[:LONGEST_TONE]
    fields["signature_phrases"] = tuple(dict.fromkeys([*voice.signature_phrases, *fields["signature_phrases"]]))[:12]
    return voices.Wording(**fields)
