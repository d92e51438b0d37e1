"""A creator's posts as files: CSV for a spreadsheet, JSON for programs. Written a post at a time, however many there are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from content import channels
from content.models import Content

COLUMNS: Final = (
    "id",
    "title",
    "text",
    "state",
    "type",
    "language",
    "origin",
    "channels",
    "tags",
    "planned_for",
    "published",
    "created_at",
    "updated_at",
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
BOM: Final = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


class Line:
    """Where the csv module writes to: it hands each line on."""

    def write(self, text: str) -> str:
        return text


def as_csv(contents: Iterable[Content]) -> Iterator[str]:
    """Yield a CSV file (RFC 4180, UTF-8), with times in UTC. What a spreadsheet would compute stands behind an apostrophe."""
    writer = csv.writer(Line())
    yield BOM + writer.writerow(COLUMNS)
    for content in contents:
        told = post(content)
        told["channels"] = ", ".join(told["channels"])
        told["tags"] = ", ".join(told["tags"])
        told["published"] = ", ".join(
            f"{one['channel']} {one['published_at']}" for one in told["publications"] if one["published_at"]
        )
        yield writer.writerow([harmless(str(told[column] or "")) for column in COLUMNS])


def harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def as_json(contents: Iterable[Content]) -> Iterator[str]:
    """Yield one JSON array with an object for each post."""
    yield "["
    separator = "\n"
    for content in contents:
        yield separator + json.dumps(post(content), ensure_ascii=False)
        separator = ",\n"
    yield "\n]\n"


def post(content: Content) -> dict[str, Any]:
    """Return all that a creator owns of a post. Times are ISO 8601, in UTC."""
    return {
        "id": str(content.pk),
        "title": content.title,
        "text": content.body,
        "state": str(content.state),
        "type": str(content.type),
        "language": content.language,
        "origin": str(content.origin),
        "channels": channels.of(content),
        "channel_texts": [
            {
                "channel": row.channel,
                "title": row.title,
                "text": row.body,
                "origin": str(row.origin or content.origin),
            }
            for row in sorted(content.channels.all(), key=lambda row: row.channel)
            if row.customized
        ],
        "tags": [tag.name for tag in content.tags.all()],
        "publications": [
            {
                "channel": row.channel,
                "state": str(row.state),
                "due_at": moment(row.due_at),
                "published_at": moment(row.published_at),
                "title": row.title,
                "text": row.body,
                "url": row.url,
            }
            for row in content.publications.all()
        ],
        "planned_for": moment(content.planned_for),
        "created_at": moment(content.created_at),
        "updated_at": moment(content.updated_at),
    }


def moment(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
