"""Never two backups at once, and never two drills: a row that is renewed while its process lives."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.utils import Error
from django.utils import timezone

from huntaze.backups.faults import Fault
from huntaze.backups.models import Run

LEASE: Final = timedelta(minutes=2)
RENEW_SECONDS: Final = 20.0

State = Run.State


class UnderWay(Fault):
    """Another process is at it."""


class Lost(Fault):
    """This process was taken for dead, and another one may be at it."""


class Hold:
    """A run that is this process's. What `told` has is stored when it ends."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.told: dict[str, Any] = {}
        self._is_lost = False
        self._ended = threading.Event()
        # The reading of a large table, or an upload, lasts longer than the lease.
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()

    def check(self) -> None:
        """Raise Lost when the lease is."""
        if self._is_lost:
            raise Lost("Another process took this one for dead: nothing more is written")

    def through(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass a stream on as long as the lease lasts. Raises Lost."""
        for block in blocks:
            self.check()
            yield block

    def end(self, state: Run.State, *, now: datetime) -> None:
        """Write down what came of it. Raises Lost."""
        self._ended.set()
        self._beating.join()
        mine = Run.objects.filter(pk=self.run.pk, state=State.RUNNING)
        if not mine.update(state=state, ended_at=now, **self.told):
            raise Lost("Another process took this one for dead")
        self.run.refresh_from_db()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(RENEW_SECONDS):
                try:
                    mine = Run.objects.filter(pk=self.run.pk, state=State.RUNNING)
                    self._is_lost = not mine.update(lease_expires_at=timezone.now() + LEASE)
                except Error:
                    # A database that is away for a moment has not given the lease to anybody.
                    connection.close()
        finally:
            connection.close()


def begin(kind: Run.Kind, *, now: datetime) -> Run:
    """Return a run that nobody else has, after those that died were written off. Raises UnderWay."""
    Run.objects.filter(kind=kind, state=State.RUNNING, lease_expires_at__lte=now).update(
        state=State.FAILED, ended_at=now, report=["The process ended before it was done"]
    )
    try:
        with transaction.atomic():
            return Run.objects.create(kind=kind, began_at=now, lease_expires_at=now + LEASE)
    except IntegrityError as error:
        raise UnderWay("One is under way: look at the list in the administration, or wait two minutes") from error


@contextmanager
def held(kind: Run.Kind, *, now: datetime) -> Iterator[Hold]:
    """Hold a run until the block ends, and write down how. Raises UnderWay, Lost."""
    hold = Hold(begin(kind, now=now))
    try:
        yield hold
    except BaseException as error:
        hold.told.setdefault("report", [str(error) if isinstance(error, Fault) else type(error).__name__])
        # The first error is the one to be told.
        with suppress(Lost, Error):
            hold.end(State.FAILED, now=timezone.now())
        raise
    hold.end(State.DONE, now=timezone.now())
