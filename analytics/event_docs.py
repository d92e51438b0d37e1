"""The page of docs/events.md, made of what is declared: `manage.py describe_events` prints it, and a test holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analytics.event_types import SUBJECTS, EventType

HEAD: Final = """# Events

What is recorded, made of `analytics/event_types/`. Do not edit it: `manage.py describe_events > docs/events.md`.

Every event has an account (none for what is of the platform), the time when it happened, and the version in which its
fields were written. Amounts are whole minor units beside their currency, or micro-USD as text; ids are those of our rows.
Fields that change make a new version; older rows stay as they are, and `analytics.events.data_of` reads them in the words
of today.
"""


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join([HEAD, *(line for subject in SUBJECTS for line in _subject(subject.__doc__ or "", subject.TYPES))])


def _subject(told: str, types: tuple[EventType, ...]) -> Iterator[str]:
    # The first line of a module's docstring says what its events are about.
    yield f"## {told.strip().splitlines()[0].partition('.')[0]}\n"
    for event in types:
        yield from _event(event)


def _event(event: EventType) -> Iterator[str]:
    version = f", version {event.version}" if event.older else ""
    yield f"### `{event.name}`\n"
    yield f"{event.meaning} Recorded by `{event.by}`{version}.\n"
    if event.fields:
        yield "| field | what it holds |"
        yield "|---|---|"
        yield from (f"| `{name}` | {kind.told} |" for name, kind in event.fields.items())
        yield ""
