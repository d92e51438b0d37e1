"""Bring a turn to its end: answer, charge, ledger and event in one transaction."""

from __future__ import annotations

import functools
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ai_routing import completion, retention
from ai_routing.assistant import briefing, watching
from ai_routing.assistant.citations import References
from ai_routing.event_stream import Told
from ai_routing.jobs import Job, Route
from ai_routing.models import Turn
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from analytics import events
from billing import quota


def end(turn: Turn, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Keep what a worker wrote, and charge it.

    A worker that lost its claim, or whose conversation was deleted, changes nothing but the ledger, which says that
    the call was made and charged nobody.
    """
    with transaction.atomic():
        held = locked(turn.pk)
        if held is None or held.claim != turn.claim or held.status != Status.WRITING:
            account_for_late(turn, held, job, route, result, now=now)
            return
        bill = completion.settle(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
        completion.fill(held, result, bill)
        write(held, result.text)
        close(held, completion.status_of(result), now=now)


def account_for_late(
    turn: Turn,
    held: Turn | None,
    job: Job,
    route: Route,
    result: completion.Completion,
    *,
    now: datetime,
) -> None:
    """Tell the ledger of a call whose text came too late to be kept.

    When the turn ended under this very claim, the text was kept: the commit had succeeded, and only its answer got
    lost on the way. Then there is nothing to add.
    """
    if held is not None and held.ended and held.claim == turn.claim and held.attempts:
        return
    completion.account_for(job, route, result, credits=0, reference=turn.pk, now=now)
    if held is None:
        # What the creator deleted does not come back as a record of the prompt.
        retention.forget([turn.pk])


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
    """Fail a turn that no worker could finish, and release its quota."""
    with transaction.atomic():
        turn = locked(turn_id)
        if turn is None or turn.ended:
            return
        if turn.status == Status.WRITING:
            tell_of_lost_call(turn, now=now)
        quota.release(turn.reservation_id, now=now)
        close(turn, (Status.FAILED, "ai_unavailable"), now=now)


def close(turn: Turn, ended: tuple[Status, str], *, now: datetime) -> None:
    """Store a locked turn's end."""
    turn.status, turn.error_code = ended
    turn.finished_at = now
    turn.lease_expires_at = None
    turn.save()
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
    # The row is kept by then: whoever fails to tell of it must not have it written again.
    transaction.on_commit(functools.partial(tell, turn.pk, watching.last_events(turn)), robust=True)


def tell(turn_id: UUID, told: list[Told]) -> None:
    publisher = Publisher(watching.key(turn_id))
    for name, data in told:
        publisher.publish(name, data)


def put_back(turn_id: UUID, *, now: datetime) -> None:
    """Return a turn whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        turn = locked(turn_id)
        if (
            turn is None
            or turn.status != Status.WRITING
            or turn.lease_expires_at is None
            or turn.lease_expires_at > now
        ):
            return
        turn.status = Status.QUEUED
        turn.queued_at = now
        turn.lease_expires_at = None
        turn.save(update_fields=["status", "queued_at", "lease_expires_at"])
        tell_of_lost_call(turn, now=now)


def tell_of_lost_call(turn: Turn, *, now: datetime) -> None:
    """Write to the ledger that a call died with its worker."""
    job = briefing.job(turn.conversation, turn)
    completion.lost(job, Route.from_json(turn.decision), reference=turn.pk, now=now)
