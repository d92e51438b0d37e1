"""A whole conversation as a file that the creator takes along: JSON for programs, Markdown for people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ai_routing.assistant import citations, conversations, failures, representation
from ai_routing.models import Conversation, Turn
from ai_routing.models.work import Status


def as_json(conversation: Conversation) -> str:
    turns = conversations.turns(conversation, limit=None)
    whole: dict[str, Any] = {
        **representation.conversation(conversation),
        "turns": [without_addresses(representation.turn(turn)) for turn in turns],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def without_addresses(turn: dict[str, Any]) -> dict[str, Any]:
    """Return a turn as it makes sense outside of Huntaze: addresses in full, and no stream."""
    sources = [{**source, "url": address(source["url"])} for source in turn["sources"]]
    return {**{name: value for name, value in turn.items() if name != "events"}, "sources": sources}


def as_markdown(conversation: Conversation) -> str:
    turns = conversations.turns(conversation, limit=None)
    began = formats.date_format(timezone.localtime(conversation.created_at), "DATETIME_FORMAT")
    when = _("Conversation of %(date)s") % {"date": began}
    head = f"# {inline(conversation.title)}\n\n{when}\n"
    return "\n".join([head, *(told(turn) for turn in turns)])


def told(turn: Turn) -> str:
    """Return a turn: the question as a quotation, the answer, then its sources."""
    question = "\n".join(f"> {line}".rstrip() for line in turn.question.splitlines())
    parts = [question, plain(citations.numbered(turn.answer, turn.sources)) if turn.answer else f"*{why_none(turn)}*"]
    if turn.sources:
        parts.append(source_lines(representation.sources(turn)))
    return "\n\n".join(parts) + "\n"


def why_none(turn: Turn) -> str:
    if turn.status == Status.FAILED:
        return str(failures.FAILURES[turn.error_code].title)
    return _("Stopped") if turn.status == Status.STOPPED else _("Not answered yet")


def source_lines(sources: Sequence[dict[str, Any]]) -> str:
    lines = []
    for number, source in enumerate(sources, start=1):
        title, url = inline(str(source["title"])), address(source["url"])
        lines.append(f"{number}. [{title}]({url})" if url else f"{number}. {title}")
    return "\n".join(lines)


def address(path: str | None) -> str | None:
    return f"{settings.BASE_URL}{path}" if path else None


def plain(text: str) -> str:
    """Return text whose lines stay lines, and whose signs stay signs, when Markdown is made of it."""
    return "  \n".join(re.sub(r"([\\`*_<>#|])", r"\\\1", line) for line in text.splitlines())


def inline(text: str) -> str:
    return re.sub(r"([\\`*_<>#|\[\]])", r"\\\1", " ".join(text.split()))


def file_name(conversation: Conversation, ending: str) -> str:
    """Return a name of ASCII letters that says what and when."""
    title = slugify(conversation.title)[:60].strip("-") or "conversation"
    return f"huntaze-{title}-{conversation.created_at:%Y-%m-%d}.{ending}"
