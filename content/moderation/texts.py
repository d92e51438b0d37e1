"""What of a content is judged: every text that one of its channels will say, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from content import channels
from content.channels import texts as stored
from content.models import Content


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and the channels that will say it."""

    text: str
    channels: tuple[str, ...]


def of(content: Content) -> list[Said]:
    """Return the texts of a content, in the order of their channels."""
    said: dict[str, list[str]] = {}
    # One that is for no channel yet is judged as it stands.
    for channel in channels.of(content) or [content.platform]:
        row = stored.row_of(content, channel)
        title, body = (row.title, row.body) if row is not None and row.customized else (content.title, content.body)
        spec = channels.SPECS.get(channel)
        # A title that the channel does not show is not published there.
        whole = f"{title}\n\n{body}" if title and (spec is None or spec.takes_title) else body
        said.setdefault(whole.strip(), []).append(channel)
    return [Said(text, tuple(where)) for text, where in said.items()]


def digest(said: Sequence[Said]) -> bytes:
    """Return the SHA-256 of what is judged: other words, or another channel, are another text."""
    canonical = json.dumps([[one.text, sorted(one.channels)] for one in said], ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).digest()


def whole(said: Sequence[Said]) -> str:
    """Return all of it, as a person reads it."""
    if len(said) == 1:
        return said[0].text
    return "\n\n".join(f"[{', '.join(one.channels)}]\n{one.text}" for one in said)
