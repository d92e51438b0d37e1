"""Answer one question: claim its turn, ask the models, keep what they wrote. The body of a worker's job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import completion, connections, leases
from ai_routing.assistant import briefing, ending, watching
from ai_routing.assistant.citations import Numbering, References
from ai_routing.jobs import Route
from ai_routing.models import Turn
from ai_routing.streams import Publisher


def answer(turn_id: UUID) -> None:
    """Answer the turn, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    turn = claim(turn_id, now=timezone.now())
    if turn is None:
        return
    job = briefing.job(turn.conversation, turn)
    route = Route.from_json(turn.decision)
    desk = Desk(turn, Publisher(watching.key(turn.pk)), numbering(turn))
    desk.announce("restarted" if turn.claim > 1 else "writing")
    # The connection goes back to the pool: hundreds of answers share a few of them while they wait for models.
    connections.give_back()
    result = completion.run(job, route, sink=desk, stop_requested=leases.Lease(turn).stop_requested)
    leases.patiently(lambda: ending.end(turn, job, route, result, now=timezone.now()))


def claim(turn_id: UUID, *, now: datetime) -> Turn | None:
    """Take the lease of a waiting turn; return it with its conversation and user, or None when it is not waiting."""
    with transaction.atomic():
        if leases.take(Turn.objects.filter(pk=turn_id), now=now) is None:
            return None
        turn: Turn = Turn.objects.select_related("conversation__user").get(pk=turn_id)
        return turn


def numbering(turn: Turn) -> Numbering:
    return Numbering(References.of(piece["ref"] for piece in turn.material))


@dataclass(slots=True)
class Desk:
    """Where a worker writes: sends the words on to whoever watches, with references in the form that readers see."""

    turn: Turn
    publisher: Publisher
    numbering: Numbering

    def token(self, text: str) -> None:
        if shown := self.numbering.feed(text):
            self.publisher.publish("token", {"turn": self.turn.index, "claim": self.turn.claim, "text": shown})

    def restart(self) -> None:
        self.numbering = numbering(self.turn)
        self.announce("restarted")

    def announce(self, state: str) -> None:
        self.publisher.publish("progress", {"turn": self.turn.index, "claim": self.turn.claim, "state": state})
