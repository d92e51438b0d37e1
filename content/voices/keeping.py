"""Keep a creator's voices: make, change, go back, delete and take back. Each change that models hear is a new version."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.models import User
from analytics import events
from billing import plans
from content.models import SentenceLength, Voice, VoiceSample, VoiceVersion
from content.voices import speaking

MOST_PASTED: Final = 5
"""Samples that a creator pastes; more of them no prompt has room for."""

MOST_VERSIONS: Final = 100
BIN: Final = timedelta(days=30)


class PlanLimit(Exception):
    """The plan includes no further voice."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"The plan includes {limit} voices: delete one, or choose a larger plan.")
        self.limit = limit


class NameTaken(Exception):
    """Another voice of the creator's has this name."""

    def __init__(self) -> None:
        super().__init__("Another voice has this name: choose another one.")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a creator says of a voice, already validated at the edge."""

    name: str
    language: str = "en"
    tone: str = ""
    sentence_length: str = SentenceLength.MIXED
    audience: str = ""
    signature_phrases: tuple[str, ...] = ()
    boundaries: str = ""
    never_say: tuple[str, ...] = ()


def create(user: User, wording: Wording, texts: list[str], *, now: datetime) -> Voice:
    """Make a voice with its pasted samples; the first one is used by default. Raises PlanLimit and NameTaken."""
    with transaction.atomic():
        check_room(user)
        voice = Voice(
            user=user,
            is_default=not Voice.objects.for_user(user).filter(is_default=True).exists(),
            created_at=now,
            updated_at=now,
        )
        fill(voice, wording)
        save(voice)
        for text in texts[:MOST_PASTED]:
            VoiceSample.objects.create(voice=voice, text=text, created_at=now)
        VoiceVersion.objects.create(voice=voice, number=1, snapshot=speaking.heard(voice), created_at=now)
        record("voice.created", voice, now=now)
    return voice


def room(user: User) -> int:
    """Return how many more voices the user's plan includes."""
    return max(0, plans.get(user.tier).voices - Voice.objects.for_user(user).count())


def check_room(user: User) -> None:
    """Raise PlanLimit when the plan is full; in the caller's transaction, where no other request can be as quick."""
    User.objects.select_for_update().get(pk=user.pk)
    if not room(user):
        raise PlanLimit(limit=plans.get(user.tier).voices)


def locked(voice: Voice) -> Voice:
    """Return the voice's row, locked. Raises Http404 when it was deleted meanwhile."""
    return get_object_or_404(Voice.objects.select_for_update(), pk=voice.pk, deleted_at=None)


def fill(voice: Voice, wording: Wording) -> None:
    for name, value in asdict(wording).items():
        setattr(voice, name, list(value) if isinstance(value, tuple) else value)


def save(voice: Voice) -> None:
    """Store a voice. Raises NameTaken."""
    try:
        with transaction.atomic():
            voice.save()
    except IntegrityError as error:
        if "voice_name_unique" in str(error):
            raise NameTaken from error
        raise


def change(voice: Voice, wording: Wording, *, now: datetime) -> Voice:
    """Let the voice be as worded; a new version, if models hear a difference. Raises NameTaken."""
    with transaction.atomic():
        row = locked(voice)
        fill(row, wording)
        row.updated_at = now
        save(row)
        note(row, now=now)
    return row


def note(voice: Voice, *, now: datetime) -> None:
    """Give a locked voice its next version, in the caller's transaction, unless models hear what they heard before."""
    snapshot = speaking.heard(voice)
    last = VoiceVersion.objects.filter(voice=voice, number=voice.version).first()
    if last is not None and last.snapshot == snapshot:
        return
    voice.version += 1
    voice.updated_at = now
    voice.save(update_fields=["version", "updated_at"])
    VoiceVersion.objects.create(voice=voice, number=voice.version, snapshot=snapshot, created_at=now)
    VoiceVersion.objects.filter(voice=voice, number__lte=voice.version - MOST_VERSIONS).delete()
    record("voice.changed", voice, now=now)


def revert(voice: Voice, number: int, *, now: datetime) -> Voice:
    """Make the voice what it was at a version, as its newest version; samples of then that still exist come back.

    Raises NameTaken, and Http404 for a version that there is not.
    """
    with transaction.atomic():
        row = locked(voice)
        snapshot = get_object_or_404(VoiceVersion, voice=row, number=number).snapshot
        for name in speaking.HEARD:
            setattr(row, name, snapshot[name])
        row.updated_at = now
        save(row)
        wanted = [UUID(pk) for pk in snapshot["samples"]]
        VoiceSample.objects.filter(voice=row, removed_at=None).exclude(pk__in=wanted).update(removed_at=now)
        VoiceSample.objects.filter(voice=row, pk__in=wanted).update(removed_at=None)
        note(row, now=now)
    return row


def make_default(voice: Voice, *, now: datetime) -> None:
    """Have the voice used unless another one is chosen."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=voice.user_id)
        row = locked(voice)
        Voice.objects.filter(user_id=row.user_id, is_default=True).exclude(pk=row.pk).update(is_default=False)
        row.is_default, row.updated_at = True, now
        row.save(update_fields=["is_default", "updated_at"])


def set_learning(voice: Voice, learns: bool, *, now: datetime) -> None:
    """Say whether texts that the creator accepts become samples. What was learned stays until it is taken back."""
    with transaction.atomic():
        row = locked(voice)
        if row.learns == learns:
            return
        row.learns, row.updated_at = learns, now
        row.save(update_fields=["learns", "updated_at"])
        events.record(
            "voice.learning_set",
            user_id=row.user_id,
            data={"voice_id": str(row.pk), "learns": learns},
            now=now,
        )


def delete(voice: Voice, *, now: datetime) -> None:
    """Put the voice into the bin; the newest one left is used by default from then on."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=voice.user_id)
        row = locked(voice)
        row.deleted_at = now
        row.save(update_fields=["deleted_at"])
        record("voice.deleted", row, now=now)
        heir = Voice.objects.filter(user_id=row.user_id, deleted_at=None).order_by("-id").first()
        if row.is_default and heir is not None:
            heir.is_default = True
            heir.save(update_fields=["is_default"])


def restore(voice: Voice, *, now: datetime) -> Voice:
    """Take the voice back out of the bin. Raises PlanLimit, and NameTaken when another one has its name by now."""
    with transaction.atomic():
        row = get_object_or_404(Voice.objects.select_for_update(), pk=voice.pk)
        if row.deleted_at is None:
            return row
        check_room(voice.user)
        row.is_default = not Voice.objects.for_user(voice.user).filter(is_default=True).exists()
        row.deleted_at, row.updated_at = None, now
        save(row)
        record("voice.restored", row, now=now)
    return row


def empty_bin(*, now: datetime) -> int:
    """Delete for good what has been in the bin for 30 days; return how many voices."""
    old = list(Voice.objects.filter(deleted_at__lt=now - BIN).values_list("pk", flat=True)[:500])
    Voice.objects.filter(pk__in=old).delete()
    return len(old)


def record(event: str, voice: Voice, *, now: datetime) -> None:
    events.record(event, user_id=voice.user_id, data={"voice_id": str(voice.pk), "version": voice.version}, now=now)
