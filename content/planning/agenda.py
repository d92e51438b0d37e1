"""What stands in a creator's calendar: publications, and drafts that are only meant for a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import ExtractHour, Left, RowNumber, TruncDate
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from content import channels
from content.models import Content, Publication
from content.planning import crowding, scheduling, wall_clock

PLANNED: Final = "planned"
"""The state of a draft that its creator, or the AI team, means for a day."""

STATES: Final = (PLANNED, *(state for state in Publication.State.values if state != Publication.State.CANCELED))
STATE_NAMES: Final = {PLANNED: _("Planned draft"), **dict(Publication.State.choices)}
MARKS: Final = {PLANNED: "draft", "reminded": "waiting", "publishing": "scheduled"}
STATE_ICONS: Final = {
    "scheduled": "calendar-clock",
    "published": "circle-check",
    "failed": "circle-alert",
    "waiting": "hourglass",
}
FIRST_CHARACTERS: Final = 80
PAGE: Final = 30


@dataclass(frozen=True, slots=True)
class Filters:
    """Which channels and states are shown; empty shows all."""

    channels: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    @property
    def shows_plans(self) -> bool:
        return not self.states or PLANNED in self.states

    @property
    def shows_publications(self) -> bool:
        return not self.states or self.states != (PLANNED,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A card of the calendar. `id` is a publication's, or a content's where the state is "planned"."""

    id: UUID
    content_id: UUID
    state: str
    channel: str
    title: str
    at: datetime
    local: datetime
    is_crowded: bool = False

    @property
    def is_plan(self) -> bool:
        return self.state == PLANNED

    @property
    def day(self) -> str:
        return f"{self.local:%Y-%m-%d}"

    @property
    def clock(self) -> str:
        return f"{self.local:%H:%M}"

    @property
    def icon(self) -> str:
        spec = channels.SPECS.get(self.channel)
        return spec.icon if spec else "notebook-text"

    @property
    def channel_name(self) -> str:
        spec = channels.SPECS.get(self.channel)
        return str(spec.name) if spec else ""

    @property
    def status(self) -> str:
        """The kind of mark that the state is shown by."""
        return MARKS.get(self.state, self.state)

    @property
    def state_icon(self) -> str:
        return STATE_ICONS.get(self.status, "pencil-line")

    @property
    def state_name(self) -> str:
        return str(_("Waiting for you") if self.status == "waiting" else STATE_NAMES[self.state])

    @property
    def is_movable(self) -> bool:
        return self.is_plan or self.state in scheduling.MOVABLE


@dataclass(slots=True)
class Day:
    """The first entries of a day, or of each hour of it, in their order; how many there are, and in which hour."""

    entries: list[Entry] = field(default_factory=list)
    total: int = 0
    in_hour: Counter[int] = field(default_factory=Counter)

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


def days(
    user: User, first: date, number: int, *, most: int, filters: Filters, by_hour: bool = False
) -> dict[date, Day]:
    """Return the days from `first` on that have something, each, or each hour of it, with at most `most` entries.

    Three queries.
    """
    zone = wall_clock.zone_of(user)
    begins, ends = wall_clock.start_of(first, zone), wall_clock.start_of(first + timedelta(days=number), zone)
    rows: list[Any] = []
    if filters.shows_publications:
        found = publications(user, filters).filter(due_at__gte=begins, due_at__lt=ends)
        rows += first_of_each(found.annotate(moment=F("due_at")), zone, most, by_hour=by_hour)
    if filters.shows_plans:
        meant = plans(user, filters).filter(planned_for__gte=begins, planned_for__lt=ends)
        rows += first_of_each(meant.annotate(moment=F("planned_for")), zone, most, by_hour=by_hour)
    by_day: dict[date, Day] = defaultdict(Day)
    shown: Counter[tuple[date, int]] = Counter()
    for entry in entries(rows, zone):
        place = (entry.local.date(), entry.local.hour if by_hour else 0)
        shown[place] += 1
        if shown[place] <= most:
            by_day[place[0]].entries.append(entry)
    counted = {(row.on, row.hour if by_hour else 0, type(row)): row.total for row in rows}
    for (on, hour, _kind), total in counted.items():
        by_day[on].total += total
        by_day[on].in_hour[hour] += total
    mark_crowded(user, by_day.values())
    return by_day


def upcoming(user: User, after: datetime, *, filters: Filters) -> tuple[list[Entry], bool]:
    """Return the next entries from `after` on, at most PAGE, and whether there are more."""
    zone = wall_clock.zone_of(user)
    rows: list[Any] = []
    if filters.shows_publications:
        found = publications(user, filters).filter(due_at__gte=after).annotate(moment=F("due_at"))
        rows += described(found).order_by("moment", "pk")[: PAGE + 1]
    if filters.shows_plans:
        meant = plans(user, filters).filter(planned_for__gte=after).annotate(moment=F("planned_for"))
        rows += described(meant).order_by("moment", "pk")[: PAGE + 1]
    found_entries = entries(rows, zone)
    page = Day(found_entries[:PAGE])
    mark_crowded(user, [page])
    return page.entries, len(found_entries) > PAGE


def publications(user: User, filters: Filters) -> QuerySet[Publication]:
    rows = Publication.objects.for_user(user).filter(content__deleted_at=None)
    rows = rows.exclude(state=Publication.State.CANCELED)
    if filters.channels:
        rows = rows.filter(channel__in=filters.channels)
    return rows.filter(state__in=filters.states) if filters.states else rows


def plans(user: User, filters: Filters) -> QuerySet[Content]:
    rows = Content.objects.for_user(user).filter(state=Content.State.DRAFT, planned_for__isnull=False)
    return rows.filter(platform__in=filters.channels) if filters.channels else rows


def described(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return what a card shows: no text is loaded but its beginning."""
    of = "" if rows.model is Content else "content__"
    columns = ("pk", "platform") if rows.model is Content else ("pk", "channel", "state")
    found: QuerySet[Any] = rows.annotate(
        of_title=F(f"{of}title"), beginning=Left(f"{of}body", FIRST_CHARACTERS), of_content=F(f"{of}pk")
    )
    return found.only(*columns)


def first_of_each(rows: QuerySet[Any], zone: tzinfo, most: int, *, by_hour: bool) -> list[Any]:
    on, hour = TruncDate("moment", tzinfo=zone), ExtractHour("moment", tzinfo=zone)
    apart = [on, hour] if by_hour else [on]
    numbered = described(rows).annotate(
        on=on,
        hour=hour,
        number=Window(RowNumber(), partition_by=apart, order_by=["moment", "pk"]),
        total=Window(Count("pk"), partition_by=apart),
    )
    return list(numbered.filter(number__lte=most).order_by("moment", "pk"))


def entries(rows: Iterable[Any], zone: tzinfo) -> list[Entry]:
    found = [
        Entry(
            id=row.pk,
            content_id=row.of_content,
            state=PLANNED if isinstance(row, Content) else row.state,
            channel=row.platform if isinstance(row, Content) else row.channel,
            title=" ".join((row.of_title or row.beginning).split()),
            at=row.moment,
            local=row.moment.astimezone(zone),
        )
        for row in rows
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.channel, str(entry.id)))


def mark_crowded(user: User, pages: Collection[Day]) -> None:
    """Mark the publications that have another post within 30 minutes on their channel."""
    crowded = crowding.among(user, {entry.id: entry.at for day in pages for entry in day.entries if not entry.is_plan})
    for day in pages:
        day.entries = [replace(entry, is_crowded=entry.id in crowded) for entry in day.entries]
