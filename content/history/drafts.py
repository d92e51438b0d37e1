"""A content as a draft: everything that the composer holds of it, to be changed and saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from content import channels
from content.history import versions
from content.models import Content, ContentVersion

KEY: Final = "key"
"""In a brief, what tells the page that began the draft."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """What a content says on one channel, when it is `customized`; and whether it tells of AI there.

    Where it says what all channels say, `title` and `body` are what it said of its own before.
    """

    customized: bool = False
    title: str = ""
    body: str = ""
    labelled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that the composer holds of a content. `own` has a row for each channel that it is for."""

    title: str = ""
    body: str = ""
    own: Mapping[str, OwnText] = field(default_factory=dict)
    audience: str = Content.Audience.PUBLIC
    language: str = "en"
    brief: dict[str, Any] = field(default_factory=dict)

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Yield the place, the title and the body of the shared text, whose place is "", and of each channel's own."""
        yield versions.SHARED, self.title, self.body
        for channel, own in self.own.items():
            if own.customized:
                yield channel, own.title, own.body

    def body_at(self, place: str) -> str:
        """Return what is said on a channel, or with "" what all share."""
        own = self.own.get(place)
        return own.body if own is not None and own.customized else self.body

    def words_at(self, place: str) -> str:
        """Return the title and the body of what is said on a channel, or with "" of what all share."""
        own = self.own.get(place)
        title, body = (own.title, own.body) if own is not None and own.customized else (self.title, self.body)
        return "\n\n".join(text for text in (title, body) if text)

    def saying(self, place: str, body: str, *, title: str = "") -> Draft:
        """Return the draft with another text in a place; a channel that shared it says its own from then on.

        `title` is for a text that has none yet.
        """
        own = self.own.get(place)
        if own is None:
            return replace(self, title=self.title or title, body=body)
        named = own.title if own.customized else own.title or self.title
        takes = channels.SPECS[place].takes_title
        told = replace(own, customized=True, title=(named or title) if takes else own.title, body=body)
        return replace(self, own={**self.own, place: told})


def said_in(version: ContentVersion) -> Draft:
    """Return what a version said, on the channels that said something of their own."""
    own = {
        channel: OwnText(customized=True, title=said["title"], body=said["body"])
        for channel, said in version.channels.items()
    }
    return Draft(title=version.title, body=version.body, own=own)


def of(content: Content) -> Draft:
    """Return a content as a draft that can be changed and saved."""
    rows = {row.channel: row for row in content.channels.all()}
    return Draft(
        title=content.title,
        body=content.body,
        own={
            channel: OwnText(row.customized, row.title, row.body, row.labelled)
            if (row := rows.get(channel)) is not None
            else OwnText()
            for channel in channels.of(content)
        },
        audience=content.audience,
        language=content.language,
        brief={name: value for name, value in content.brief.items() if name != KEY},
    )
