"""Bring a turn to its end: answer, charge, ledger and event in one transaction."""

from __future__ import annotations

import functools
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ai_routing import completion, leases, retention
from ai_routing.assistant import briefing, watching
from ai_routing.assistant.citations import References
from ai_routing.jobs import Job, Route
from ai_routing.models import Turn
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from analytics import events
from billing import quota


def end(turn: Turn, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Keep what a worker wrote, and charge it; also when the conversation was deleted meanwhile, as for a stop.

    A worker that lost its claim to another one changes nothing but the ledger, which says that the call was made and
    charged nobody: the other one charges.
    """
    with transaction.atomic():
        row = locked(turn.pk)
        if row is None:
            charge_deleted(turn, job, route, result, now=now)
        elif row.claim == turn.claim and row.status == Status.WRITING:
            keep(row, job, route, result, now=now)
        elif not leases.was_kept(turn):
            completion.late(job, route, result, reservation_id=turn.reservation_id, reference=turn.pk, now=now)


def keep(held: Turn, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Store what was written for a locked turn, and charge it, last: from then on the creator's quota is locked."""
    write(held, result.text)
    leases.finish(held, completion.status_of(result), now=now)
    record(held, now=now)
    bill = completion.settle(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    store(held)


def charge_deleted(turn: Turn, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Charge what was written for a turn that its creator has deleted, and keep nothing of it."""
    completion.settle_late(job, route, result, reservation_id=turn.reservation_id, reference=turn.pk, now=now)
    # What was deleted does not come back as a record of the prompt, nor as a stream.
    retention.forget([turn.pk])
    transaction.on_commit(lambda: watching.forget([turn.pk]), robust=True)


def locked(turn_id: UUID) -> Turn | None:
    """Return the turn with its conversation and user, locked; None when the creator has deleted it."""
    rows = Turn.objects.select_related("conversation__user").select_for_update(of=("self",))
    turn: Turn | None = rows.filter(pk=turn_id).first()
    return turn


def write(turn: Turn, text: str) -> None:
    """Put an answer into its turn, with the references that it was given, and no others."""
    checked = References.of(piece["ref"] for piece in turn.material).check(text)
    turn.answer, turn.sources = checked.text.strip(), checked.cited
    if text and not turn.answer:
        with translation.override(turn.conversation.user.locale):
            turn.answer = _("The answer was nothing but sources that do not exist, so none of it is left. Ask again.")


def give_up(turn_id: UUID, *, now: datetime) -> None:
    """Fail a turn that no worker could finish, and close its reservation."""
    with transaction.atomic():
        turn = locked(turn_id)
        if turn is None or turn.ended:
            return
        was_written = turn.status == Status.WRITING
        leases.finish(turn, (Status.FAILED, "ai_unavailable"), now=now)
        record(turn, now=now)
        if was_written:
            tell_of_lost_call(turn, reservation_id=turn.reservation_id, now=now)
        else:
            quota.release(turn.reservation_id, now=now)
        store(turn)


def record(turn: Turn, *, now: datetime) -> None:
    """Write the event of a turn's end."""
    events.record(
        "assistant.answered",
        user_id=turn.conversation.user_id,
        data={
            "conversation_id": str(turn.conversation_id),
            "turn_id": str(turn.pk),
            "status": str(turn.status),
            "cited": len(turn.sources),
            "plan": turn.conversation.user.tier,
        },
        now=now,
    )


def store(turn: Turn) -> None:
    """Save a turn that has ended, and tell of it."""
    turn.save()
    # The row is kept by then: whoever fails to tell of it must not have it written again.
    transaction.on_commit(functools.partial(tell, turn), robust=True)


def tell(turn: Turn) -> None:
    publisher = Publisher(watching.key(turn.pk))
    for name, data in watching.last_events(turn):
        publisher.publish(name, data)


def put_back(turn_id: UUID, *, now: datetime) -> None:
    """Return a turn whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        turn = locked(turn_id)
        if turn is not None and leases.is_abandoned(turn, now=now):
            leases.requeue(turn, now=now)
            tell_of_lost_call(turn, now=now)


def tell_of_lost_call(turn: Turn, *, now: datetime, reservation_id: int | None = None) -> None:
    """Write to the ledger that a call died with its worker; with a reservation nobody else will make it."""
    job, route = briefing.job(turn.conversation, turn), Route.from_json(turn.decision)
    completion.lost(job, route, reservation_id=reservation_id, reference=turn.pk, now=now)
