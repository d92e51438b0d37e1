"""Notes on fans: written by the creator, or proposed by AI and then worth nothing until the creator says yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fans.models import Fan, FanNote

MOST_SHOWN: Final = 100
Origin, State = FanNote.Origin, FanNote.State


class Decided(Exception):
    """The note waits for no answer: it was written by hand, or answered before."""


def shown(fan: Fan) -> list[FanNote]:
    """Return the notes that stand and those that wait for a yes, the newest first; at most 100."""
    return list(FanNote.objects.filter(fan=fan).exclude(state=State.REFUSED).order_by("-id")[:MOST_SHOWN])


def write(fan: Fan, text: str, *, now: datetime) -> FanNote:
    """Store a note that the creator wrote."""
    return FanNote.objects.create(fan=fan, text=text, created_at=now, decided_at=now)


def propose(fan: Fan, text: str, *, now: datetime) -> FanNote:
    """Store a note that AI proposes: nothing reads it before the creator said yes."""
    return FanNote.objects.create(fan=fan, text=text, origin=Origin.AI, state=State.PROPOSED, created_at=now)


def decide(note: FanNote, *, keep: bool, now: datetime) -> None:
    """Say yes or no to a note that AI proposed. Raises Decided."""
    state = State.KEPT if keep else State.REFUSED
    waiting = FanNote.objects.filter(pk=note.pk, state=State.PROPOSED)
    if not waiting.update(state=state, decided_at=now):
        raise Decided("This note waits for no answer.")


def remove(note: FanNote) -> dict[str, Any]:
    """Delete a note; return what `put_back` needs."""
    taken = {"fan": str(note.fan_id), "text": note.text, "origin": note.origin, "state": note.state}
    note.delete()
    return taken


def put_back(fan: Fan, taken: dict[str, Any], *, now: datetime) -> FanNote:
    """Store a deleted note again."""
    return FanNote.objects.create(
        fan=fan, text=taken["text"], origin=taken["origin"], state=taken["state"], created_at=now, decided_at=now
    )
