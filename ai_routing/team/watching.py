"""Watch a run: what its steps do, as it happens, and its rows when they are all there is."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from ai_routing import event_stream
from ai_routing.models import Run, Step
from ai_routing.streams import Publisher


def key(run_id: UUID) -> str:
    """Return the name of a run's stream."""
    return f"huntaze:run:{run_id}"


def frames(run_id: UUID, *, after: str) -> Iterator[bytes]:
    """Yield the Server-Sent Events of a run from `after` on, until the agents have nothing left to do."""
    return event_stream.frames(
        key(run_id),
        after=after,
        ended=functools.partial(at_rest, run_id),
        from_rows=functools.partial(from_rows, run_id),
        part="step",
    )


def at_rest(run_id: UUID) -> bool:
    return Run.objects.filter(pk=run_id).exclude(status=Run.Status.RUNNING).exists()


def from_rows(run_id: UUID) -> Iterator[event_stream.Told]:
    """Yield what the stream would have said in the end."""
    yield last_event(Run.objects.get(pk=run_id))


def last_event(run: Run) -> event_stream.Told:
    return "done", {"status": run.status}


def step_event(step: Step, state: str) -> event_stream.Told:
    """Return the event that tells of a step. The page fetches the rest: it is the truth, the event only a nudge."""
    return "progress", {"step": str(step.pk), "claim": step.claim, "state": state}


def tell_on_commit(run_id: UUID, *events: event_stream.Told) -> None:
    """Tell of rows once they are kept; whoever fails to tell of them must not have them made again."""
    publisher = Publisher(key(run_id))
    for name, data in events:
        transaction.on_commit(functools.partial(publisher.publish, name, data), robust=True)
