"""The gate before anything that a run made becomes the creator's own: each proposal is decided once, by the creator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from ai_routing.models import Proposal, Run
from ai_routing.team import effects, stages
from analytics import events

State = Proposal.State
WORDS: Final = ("title", "text")
"""What makes a text the creator's as well, once it is changed; its day and its platform do not."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The creator's word on a proposal; `approved` is None for one that they only changed.

    `payload` is what they changed it to, as its effect's form returns it.
    """

    approved: bool | None
    payload: effects.Payload | None = None
    reason: str = ""
    """Why it is left out, in the creator's words."""


def decide(run_id: UUID, decisions: Mapping[UUID, Decision], *, now: datetime) -> list[Proposal]:
    """Carry out what is approved, in one transaction, and return the proposals that were decided now.

    Those that were decided before, in another tab or by a double click, are left as they are. The run is over with its
    last proposal.
    """
    with transaction.atomic():
        run = stages.locked(run_id)
        if run.status != Run.Status.AWAITING_APPROVAL:
            return []
        waiting = list(run.proposals.select_for_update().filter(state=State.PROPOSED).order_by("index"))
        for proposal in waiting:
            if proposal.pk in decisions:
                settle(run, proposal, decisions[proposal.pk], now=now)
        decided = [proposal for proposal in waiting if proposal.state != State.PROPOSED]
        if decided and len(decided) == len(waiting):
            stages.rest(run, Run.Status.DONE, now=now)
        return decided


def settle(run: Run, proposal: Proposal, decision: Decision, *, now: datetime) -> None:
    """Change, and unless that is all, decide one locked proposal of a locked run."""
    proposal.payload = changed(proposal.payload, decision.payload or {})
    if decision.approved is not None:
        proposal.state = State.APPROVED if decision.approved else State.REJECTED
        proposal.decided_at = now
    if decision.approved:
        is_edited = bool(proposal.payload.get("edited"))
        made = effects.named(proposal.effect).carry_out(run, proposal.payload, is_edited, now)
        proposal.result = made.ref
        proposal.payload = {**proposal.payload, "held_back": list(made.held_back)}
    elif decision.approved is False and decision.reason:
        proposal.payload = {**proposal.payload, "reason": decision.reason}
    proposal.save(update_fields=["state", "decided_at", "payload", "result"])
    if decision.approved is not None:
        record(run, proposal, now=now)


def record(run: Run, proposal: Proposal, *, now: datetime) -> None:
    events.record(
        "proposal.decided",
        user_id=run.user_id,
        data={
            "run_id": str(run.pk),
            "proposal_id": str(proposal.pk),
            "effect": proposal.effect,
            "decision": str(proposal.state),
        },
        now=now,
    )


def changed(payload: effects.Payload, edits: effects.Payload) -> effects.Payload:
    """Return a payload with the creator's own words, marked as such where they differ in what will be read."""
    return {
        **payload,
        **edits,
        "edited": bool(payload.get("edited")) or any(edits.get(name, payload[name]) != payload[name] for name in WORDS),
    }


def reject_rest(run: Run, *, now: datetime) -> None:
    """Turn down all that a locked run still waits for."""
    waiting = list(run.proposals.filter(state=State.PROPOSED).order_by("index"))
    run.proposals.filter(state=State.PROPOSED).update(state=State.REJECTED, decided_at=now)
    for proposal in waiting:
        proposal.state = State.REJECTED
        record(run, proposal, now=now)
