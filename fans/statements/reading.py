"""A statement on its way into the books: tried without writing anything, read in, and taken back as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from fans import books, payers
from fans.models import Earning, EarningImport
from fans.statements import columns, files, rows

State = EarningImport.State


class NotNow(Exception):
    """The statement was read in already, is not mapped, or its file is gone."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What reading a statement in would do: the lines that are new, how many are known, what is left out."""

    new: Sequence[books.Line]
    known: int
    faults: Sequence[rows.Fault]

    @property
    def sums(self) -> list[tuple[str, int]]:
        """What the new lines come to after fees, by currency."""
        found: Counter[str] = Counter()
        for line in self.new:
            found[line.currency] += line.gross_minor - line.fee_minor
        return sorted(found.items())


def set_columns(statement: EarningImport, mapping: dict[str, object]) -> None:
    """Say what each column holds. Raises NotNow."""
    waits = EarningImport.objects.filter(pk=statement.pk, state__in=(State.MAPPING, State.READY)).exclude(text="")
    state = State.READY if columns.is_enough(mapping) else State.MAPPING
    if not waits.update(mapping=mapping, state=state):
        raise NotNow
    statement.mapping, statement.state = mapping, state


def read(statement: EarningImport, *, now: datetime) -> rows.Read:
    return rows.read(files.table(statement.text), statement.mapping, zone=statement.user.time_zone, now=now)


def tried(statement: EarningImport, *, now: datetime) -> Tried:
    """Return what reading it in would do now, and write nothing."""
    found = read(statement, now=now)
    standing, _editions = books.known(statement.user, {line.fingerprint for line in found.lines})
    new = list({line.fingerprint: line for line in found.lines if line.fingerprint not in standing}.values())
    return Tried(new, len(found.lines) - len(new), found.faults)


def take_in(statement: EarningImport, *, now: datetime) -> EarningImport:
    """Write into the books what they do not have: all of it, or nothing where something fails. Raises NotNow."""
    with transaction.atomic():
        row = EarningImport.objects.select_for_update(of=("self",)).select_related("user").get(pk=statement.pk)
        if row.state not in (State.READY, State.UNDONE) or not row.text:
            raise NotNow
        found = read(row, now=now)
        named = {(line.platform, line.payer) for line in found.lines if line.payer}
        fans = payers.all_of(row.user, named, now=now)
        lines = [replace(line, fan_id=fan_of(line, fans), statement=row) for line in found.lines]
        added = books.record_all(row.user, lines, now=now)
        row.added, row.wrong = len(added), len(found.faults)
        row.known = len(lines) - len(added)
        row.position, row.state, row.finished_at = row.rows, State.DONE, now
        row.save(update_fields=["added", "known", "wrong", "position", "state", "finished_at"])
    return row


def fan_of(line: books.Line, fans: dict[payers.Identity, UUID]) -> UUID | None:
    return fans.get((line.platform, line.payer.lower()))


def undo(statement: EarningImport, *, now: datetime) -> int:
    """Take back every line that a statement brought, with later refunds; return how many lines do so. Raises NotNow."""
    with transaction.atomic():
        row = EarningImport.objects.select_for_update(of=("self",)).select_related("user").get(pk=statement.pk)
        if row.state != State.DONE:
            raise NotNow
        books.lock(row.user)
        brought = Earning.objects.filter(statement=row, kind=Earning.Kind.EARNED)
        gone = books.remove_all(list(brought.order_by("pk")), now=now)
        row.state, row.finished_at = State.UNDONE, now
        row.save(update_fields=["state", "finished_at"])
    return len(gone)
