"""The page about events says what is declared, and stored events hold it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics import event_docs, events
from analytics.event_types import EVENT_TYPES
from analytics.models import Event
from tests.analytics.test_events import NOW, sample


def test_the_page_is_made_of_what_is_declared() -> None:
    page = Path(__file__).parents[2] / "docs" / "events.md"
    assert page.read_text() == event_docs.page(), "manage.py describe_events > docs/events.md"
    out = io.StringIO()
    call_command("describe_events", stdout=out)
    assert out.getvalue() == event_docs.page()


@pytest.mark.django_db
def test_events_that_were_recorded_are_found_good() -> None:
    for name in EVENT_TYPES:
        events.record(name, user_id=None, data=sample(name), now=NOW)
    out = io.StringIO()
    call_command("check_events", stdout=out)
    assert out.getvalue() == f"{len(EVENT_TYPES)} events are what their versions declare.\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"event": "content.edited", "data": {}}, "content_id"),
        ({"event": "content.edited", "data": {"content_id": 5}}, "content_id is int"),
        ({"event": "content.edited", "data": {"content_id": "1"}, "version": 2}, "has no version 2"),
        ({"event": "content.burned", "data": {}}, "content.burned is not declared"),
    ],
)
def test_an_event_that_is_not_what_its_version_declares_is_named(fields: dict[str, Any], why: str) -> None:
    Event.objects.create(created_at=NOW, **fields)
    row = Event.objects.get()
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1 events"):
        call_command("check_events", stderr=err)
    assert str(row.id) in err.getvalue()
    assert why in err.getvalue()
