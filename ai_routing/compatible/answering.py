"""Answer an API client through the one door, at once or word by word."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import completion, connections, leases
from ai_routing.attempts import CannotRestart
from ai_routing.completion import Completion
from ai_routing.jobs import Job, Route
from ai_routing.ledger import Bill
from ai_routing.models import LedgerEntry
from billing import quota

logger = logging.getLogger(__name__)


class NoAnswer(Exception):
    """No text came; `code` is that of the problem. Nothing was charged."""

    def __init__(self, code: str, *, where: str = "", categories: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.where = where
        self.categories = categories


@dataclass(frozen=True, slots=True)
class Admitted:
    """A job that may be done, with the credits set aside for it."""

    job: Job
    route: Route
    reservation_id: int
    reference: UUID


@dataclass(frozen=True, slots=True)
class Answered:
    text: str
    completion: Completion
    bill: Bill
    route: Route


@dataclass(slots=True)
class Nobody:
    """Whoever waits for the whole sees no words on their way."""

    def token(self, text: str) -> None:
        pass

    def restart(self) -> None:
        pass


def admit(job: Job, *, reference: UUID, now: datetime) -> Admitted:
    """Route a job and set its credits aside. Raises what completion.route and completion.admit raise."""
    route = completion.route(job)
    reservation = completion.admit(job, route, now=now)
    return Admitted(job, route, reservation.pk, reference)


def whole(admitted: Admitted) -> Answered:
    """Return the answer when it is all there. Raises NoAnswer."""
    connections.give_back()
    try:
        done = completion.run(admitted.job, admitted.route, sink=Nobody(), stop_requested=bool)
    except Exception:
        # Whatever it is crashes loudly, but not with the client's credits in its hands.
        abandon(admitted)
        raise
    return judged(admitted, done, settle(admitted, done))


def settle(admitted: Admitted, done: Completion) -> Bill:
    """Charge and tell, also when the database is away for a while: the provider's work is paid for by now."""
    bills: list[Bill] = []
    leases.patiently(lambda: settle_once(admitted, done, bills))
    return bills[-1]


def settle_once(admitted: Admitted, done: Completion, bills: list[Bill]) -> None:
    """Settle, unless an earlier try did whose answer from the database was lost on its way."""
    job, route, reference, now = admitted.job, admitted.route, admitted.reference, timezone.now()
    reservation_id = admitted.reservation_id
    if not bills and done.answered:
        due = completion.credits_due(done, now=now)
        account = completion.drawn_up(job, route, done, credits=due, reference=reference, now=now)
        bills.append(account.bill)
        if completion.settle_at_once(done, account, reservation_id=reservation_id, now=now):
            return
        bills.clear()
    with transaction.atomic():
        if bills and LedgerEntry.objects.filter(reference=reference).exists():
            return
        bills.append(completion.settle(job, route, done, reservation_id=reservation_id, reference=reference, now=now))


def abandon(admitted: Admitted) -> None:
    """Give the credits of a job back that failed in a way nobody expected."""
    quota.release(admitted.reservation_id, now=timezone.now())


def judged(admitted: Admitted, done: Completion, bill: Bill) -> Answered:
    if done.error_code:
        raise NoAnswer(done.error_code, where=done.last.filtered_where, categories=done.last.filtered_categories)
    return Answered(done.text, done, bill, admitted.route)


@dataclass(slots=True)
class Telling:
    """An answer that is told word by word.

    A thread asks, settles and outlives the client: who hangs up is charged for the words so far, like a stop.
    """

    admitted: Admitted
    pieces: queue.SimpleQueue[str | Answered | Exception] = field(default_factory=queue.SimpleQueue)
    hung_up: threading.Event = field(default_factory=threading.Event)
    told: bool = False

    def begin(self) -> str | Answered:
        """Start to ask; return the first words, or the whole. Raises NoAnswer when there are none."""
        connections.give_back()
        threading.Thread(target=self.ask, name="chat-completion", daemon=True).start()
        first = self.pieces.get()
        if isinstance(first, Exception):
            raise first
        return first

    def rest(self) -> Iterator[str | Answered]:
        """Yield the words as they come, and the whole at the end. Raises NoAnswer when they break off."""
        while True:
            piece = self.pieces.get()
            if isinstance(piece, Exception):
                raise piece
            yield piece
            if isinstance(piece, Answered):
                return

    def ask(self) -> None:
        try:
            done = completion.run(self.admitted.job, self.admitted.route, sink=self, stop_requested=self.hung_up.is_set)
            self.pieces.put(judged(self.admitted, done, settle(self.admitted, done)))
        except NoAnswer as error:
            self.pieces.put(error)
        except Exception:
            # The reader is told as much as of any other failure; the report is for us.
            logger.exception("A streamed answer failed")
            abandon(self.admitted)
            self.pieces.put(NoAnswer("ai_unavailable"))
        finally:
            connections.give_back()

    def token(self, text: str) -> None:
        self.told = True
        self.pieces.put(text)

    def restart(self) -> None:
        """Raise CannotRestart: words that were sent cannot be taken back."""
        if self.told:
            raise CannotRestart
